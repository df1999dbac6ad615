/* fuzz_dissect: any bytes as a frame of any link type.
 *
 * Input: a byte that chooses the link type, a byte that chooses how many
 * bytes the snapshot length cut off, then the captured bytes.  The frame is
 * dissected in a heap block of its exact size, so that an overread by one
 * byte is seen, and once more layer by layer, which must give the same.  All
 * that can be read from the dissection is read: fields, options, checksums,
 * and texts in buffers of any size. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/linktype.h"
#include "dissect/dissect_layers.h"
#include "tests/dissect/invariants.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint16_t linktypes[] = {
    WEIR_LINKTYPE_ETHERNET, WEIR_LINKTYPE_NULL,      WEIR_LINKTYPE_RAW,
    WEIR_LINKTYPE_LOOP,     WEIR_LINKTYPE_LINUX_SLL, WEIR_LINKTYPE_LINUX_SLL2,
    WEIR_LINKTYPE_IPV4,     WEIR_LINKTYPE_IPV6,      UINT16_C(127),
};

/* 0: nothing; small: that many bytes; 254 and 255: more than a length field
 * holds, and a wire length below what was captured. */
static uint32_t wire_length(uint32_t caplen, uint8_t choice)
{
    switch (choice) {
    case 254:
        return caplen + 70000;
    case 255:
        return caplen / 2;
    default:
        return caplen + choice;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 65536)
        return 0;

    uint16_t linktype =
        linktypes[data[0] % (sizeof linktypes / sizeof linktypes[0])];
    uint32_t caplen = (uint32_t)size - 2;
    uint32_t len = wire_length(caplen, data[1]);
    uint8_t *frame = malloc(caplen == 0 ? 1 : caplen);
    if (frame == NULL)
        abort();
    memcpy(frame, data + 2, caplen);

    struct weir_dissection d;
    memset(&d, 0xa5, sizeof d);
    weir_dissect(&d, frame, caplen, len, linktype);
    const char *broken = weir_dissection_broken(&d, frame, caplen, len);
    struct weir_dissection by_layer;
    weir_dissect_layers(&by_layer, frame, caplen, len, linktype);
    if (broken == NULL)
        broken = weir_dissection_differs(&d, &by_layer);
    if (broken == NULL && linktype == WEIR_LINKTYPE_ETHERNET)
        broken = weir_usual_differs(frame, caplen, len);
    if (broken != NULL) {
        (void)fprintf(stderr, "%s\n", broken);
        abort();
    }
    free(frame);
    return 0;
}
