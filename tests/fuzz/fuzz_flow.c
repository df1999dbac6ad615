/* fuzz_flow: any bytes as a frame of any link type, and the flow that it is
 * of.
 *
 * Input: as fuzz_dissect's.  The frame is in a heap block of its exact size,
 * so that an overread by one byte is seen.  It is counted as it is, and a
 * flow must come of it that adds up; frames with the ends exchanged must be
 * of the same flow; and the short cut for usual frames must make the same. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/linktype.h"
#include "dissect/flow_table.h"
#include "tests/dissect/invariants.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint16_t linktypes[] = {
    WEIR_LINKTYPE_ETHERNET, WEIR_LINKTYPE_NULL,      WEIR_LINKTYPE_RAW,
    WEIR_LINKTYPE_LOOP,     WEIR_LINKTYPE_LINUX_SLL, WEIR_LINKTYPE_LINUX_SLL2,
    WEIR_LINKTYPE_IPV4,     WEIR_LINKTYPE_IPV6,      UINT16_C(127),
};

static struct weir_flow_table *table(void)
{
    static struct weir_flow_table *opened;
    const struct weir_flow_table_config config = {
        .flows = WEIR_FLOW_TABLE_FLOWS_MIN,
        .idle_ns = WEIR_FLOW_TIMEOUT_MIN_NS,
        .active_ns = WEIR_FLOW_TIMEOUT_MIN_NS,
        .seed = 1,
    };
    if (opened == NULL)
        WEIR_ASSERT(weir_flow_table_open(&opened, &config, NULL) == 0);
    weir_flow_table_clear(opened);
    return opened;
}

/* Exchanges two fields of n bytes. */
static void exchange(uint8_t *a, uint8_t *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint8_t byte = a[i];
        a[i] = b[i];
        b[i] = byte;
    }
}

/* A TCP or UDP packet as the other end would send it; false: it is none. */
static bool turn(uint8_t *bytes, const struct weir_dissection *d)
{
    for (unsigned i = 0; i + 1 < d->layers_count; i++) {
        uint8_t proto = d->layers[i].proto, above = d->layers[i + 1].proto;
        if (proto != WEIR_PROTO_IP && proto != WEIR_PROTO_IPV6)
            continue;
        uint32_t n = proto == WEIR_PROTO_IP ? 4 : 16;
        uint8_t *ip = bytes + d->layers[i].offset;
        uint8_t *addresses = ip + (proto == WEIR_PROTO_IP ? 12 : 8);
        uint8_t *ports = bytes + d->layers[i + 1].offset;
        if (d->fragment || (above != WEIR_PROTO_TCP && above != WEIR_PROTO_UDP))
            return false;
        exchange(addresses, addresses + n, n);
        exchange(ports, ports + 2, 2);
        return true;
    }
    return false;
}

static void check(const struct weir_flow_table *t,
                  const struct weir_frame *frame, uint64_t frames)
{
    struct weir_flow flow;
    WEIR_ASSERT(weir_flow_table_flows(t) == 1);
    weir_flow_table_get(t, 0, &flow);
    WEIR_ASSERT(flow.sent[0].frames + flow.sent[1].frames == frames);
    WEIR_ASSERT(flow.sent[0].wire + flow.sent[1].wire == frames * frame->len);
    uint64_t most = frame->len > frame->caplen ? frame->len : frame->caplen;
    WEIR_ASSERT(flow.sent[0].bytes + flow.sent[1].bytes <= frames * most);
    WEIR_ASSERT(flow.version == 4 || flow.version == 6);
}

static enum weir_flow_kind count(struct weir_flow_table *t,
                                 const struct weir_frame *frame,
                                 const struct weir_dissection *d)
{
    struct weir_flow_vector v = {.n = 1};
    enum weir_flow_kind kind = weir_flow_frame_make(
        &weir_flow_table_aim(t)->hash, &v.frames[0], d, frame);
    if (kind == WEIR_FLOW_TRACKED) {
        weir_flow_table_seek(t, &v);
        WEIR_ASSERT(weir_flow_table_add(t, &v) == 0);
    }
    return kind;
}

/* The short cut for usual frames makes the same flow. */
static void check_usual(const struct weir_frame *frame, uint16_t linktype)
{
    const char *differs =
        linktype == WEIR_LINKTYPE_ETHERNET
            ? weir_usual_differs(frame->data, frame->caplen, frame->len)
            : NULL;
    WEIR_ASSERT(differs == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 65536)
        return 0;

    uint16_t linktype =
        linktypes[data[0] % (sizeof linktypes / sizeof linktypes[0])];
    uint32_t caplen = (uint32_t)size - 2;
    uint8_t *bytes = malloc(caplen == 0 ? 1 : caplen);
    struct weir_frame frame = {
        .data = bytes,
        .caplen = caplen,
        .len = data[1] == UINT8_MAX ? caplen / 2 : caplen + data[1] * 300u,
    };
    struct weir_flow_table *t = table();
    struct weir_dissection d;
    WEIR_ASSERT(bytes != NULL);
    memcpy(bytes, data + 2, caplen);
    weir_dissect(&d, bytes, caplen, frame.len, linktype);
    check_usual(&frame, linktype);
    if (count(t, &frame, &d) == WEIR_FLOW_TRACKED) {
        check(t, &frame, 1);
        if (turn(bytes, &d)) {
            check_usual(&frame, linktype);
            WEIR_ASSERT(count(t, &frame, &d) == WEIR_FLOW_TRACKED);
            check(t, &frame, 2);
        }
    }
    free(bytes);
    return 0;
}
