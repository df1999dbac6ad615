#include "base/pcap_parse.h"

#include <errno.h>

/* Alexey Kuznetsov's modified format: a record header has 8 bytes more (an
 * interface index, a protocol, a packet type). */
#define MAGIC_MODIFIED        UINT32_C(0xa1b2cd34)
#define MODIFIED_HEADER_BYTES 24

/* The link type's field: draft-ietf-opsawg-pcap, "File Header".  The bits
 * between the link type and the flag are reserved and to be ignored. */
#define FIELD_LINKTYPE    UINT32_C(0x0000ffff)
#define FIELD_FCS_PRESENT UINT32_C(0x04000000)
#define FIELD_FCS_SHIFT   28 /* in units of 16 bits */

#define DGUX_VERSION 543

static bool is_known(uint32_t magic)
{
    return magic == WEIR_PCAP_MAGIC_US || magic == WEIR_PCAP_MAGIC_NS ||
           magic == MAGIC_MODIFIED;
}

bool weir_pcap_is(const uint8_t *bytes)
{
    uint32_t magic = weir_load_32(bytes);
    return is_known(magic) || is_known(__builtin_bswap32(magic));
}

static uint16_t load_16(const struct weir_pcap_form *form, const uint8_t *from)
{
    uint16_t v = weir_load_16(from);
    return form->swapped ? __builtin_bswap16(v) : v;
}

int weir_pcap_header_parse(struct weir_pcap_header *out, const uint8_t *bytes)
{
    *out = (struct weir_pcap_header){0};
    struct weir_pcap_form *form = &out->form;
    uint32_t magic = weir_load_32(bytes);
    if (!is_known(magic)) {
        magic = __builtin_bswap32(magic);
        if (!is_known(magic))
            return -EINVAL;
        form->swapped = true;
    }
    form->nanoseconds = magic == WEIR_PCAP_MAGIC_NS;
    form->header_bytes = magic == MAGIC_MODIFIED
                             ? MODIFIED_HEADER_BYTES
                             : WEIR_PCAP_RECORD_HEADER_BYTES;

    out->version_major = load_16(form, bytes + 4);
    out->version_minor = load_16(form, bytes + 6);
    if (out->version_major == 2 && out->version_minor <= 4) {
        if (out->version_minor < 3)
            form->lengths = WEIR_PCAP_LENGTHS_LEN_FIRST;
        else if (out->version_minor == 3)
            form->lengths = WEIR_PCAP_LENGTHS_SMALLER_FIRST;
    } else if (out->version_major == DGUX_VERSION && out->version_minor == 0) {
        form->lengths = WEIR_PCAP_LENGTHS_LEN_FIRST;
    } else {
        return -ENOTSUP;
    }

    out->snaplen = weir_pcap_load_32(form, bytes + 16);
    uint32_t field = weir_pcap_load_32(form, bytes + 20);
    out->linktype = (uint16_t)(field & FIELD_LINKTYPE);
    if ((field & FIELD_FCS_PRESENT) != 0)
        out->fcs_bytes = (uint8_t)(2 * (field >> FIELD_FCS_SHIFT));
    return 0;
}

/* libpcap 1.10.3, pcap-common.c, max_snaplen_for_dlt. */
uint32_t weir_pcap_caplen_max(uint16_t linktype)
{
    switch (linktype) {
    case 231: /* LINKTYPE_DBUS */
        return UINT32_C(128) << 20;
    case 249: /* LINKTYPE_USBPCAP */
        return UINT32_C(1) << 20;
    case 279: /* LINKTYPE_EBHSCR */
        return UINT32_C(8) << 20;
    default:
        return WEIR_SNAPLEN_MAX;
    }
}
