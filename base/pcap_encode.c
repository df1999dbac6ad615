#include "base/pcap_encode.h"

/* libpcap's max_snaplen_for_dlt (pcap-common.c): the longest frame of the
 * link types that have longer ones than all others. */
#define LINKTYPE_DBUS    231
#define LINKTYPE_USBPCAP 249
#define LINKTYPE_EBHSCR  279

static uint32_t snaplen_max(uint16_t linktype)
{
    switch (linktype) {
    case LINKTYPE_DBUS:
        return UINT32_C(128) << 20;
    case LINKTYPE_EBHSCR:
        return UINT32_C(8) << 20;
    case LINKTYPE_USBPCAP:
        return UINT32_C(1) << 20;
    default:
        return WEIR_SNAPLEN_MAX;
    }
}

void weir_pcap_encode_header(uint8_t *to, uint32_t magic, uint32_t snaplen,
                             uint16_t linktype, uint8_t fcs_bytes)
{
    if (snaplen == 0 || snaplen > (uint32_t)INT32_MAX)
        snaplen = snaplen_max(linktype);
    uint32_t network = linktype;
    /* The draft counts the check sequence in 16-bit words, 4 bits wide. */
    if (fcs_bytes > 0)
        network |= WEIR_PCAP_FCS_PRESENT | (uint32_t)((fcs_bytes / 2U) & 0xfU)
                                               << WEIR_PCAP_FCS_SHIFT;
    weir_store_32(to, magic);
    weir_store_16(to + 4, 2);
    weir_store_16(to + 6, 4);
    weir_store_32(to + 8, 0);
    weir_store_32(to + 12, 0);
    weir_store_32(to + 16, snaplen);
    weir_store_32(to + 20, network);
}
