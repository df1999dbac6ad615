#include "sink/head.h"

#include <stdio.h>
#include <sys/utsname.h>

#include "base/clock.h"
#include "base/linktype.h"
#include "base/pcap_encode.h"
#include "base/pcapng_encode.h"
#include "base/version.h"

_Static_assert(WEIR_PCAPNG_TEXT_MAX + WEIR_IFACE_NAME_MAX +
                       sizeof(struct weir_head) <
                   WEIR_HEAD_BYTES_MAX,
               "an interface's block with all of its texts fits");

void weir_head_fill(struct weir_head *head, enum weir_format format,
                    const struct weir_ifaces *ifaces, uint32_t snaplen,
                    bool live)
{
    *head = (struct weir_head){
        .format = format,
        .ifaces = ifaces,
        .snaplen = snaplen,
        .live = live,
    };
    struct utsname host;
    if (uname(&host) == 0)
        snprintf(head->os, sizeof head->os, "%s %s", host.sysname,
                 host.release);
}

/* A frame of a Simple Packet Block is as long as the lesser of this and its
 * length on the wire, as it is by the interface's own. */
static uint32_t snaplen_of(const struct weir_head *head,
                           const struct weir_iface *of)
{
    bool cut =
        head->snaplen != 0 && (of->snaplen == 0 || head->snaplen < of->snaplen);
    return cut ? head->snaplen : of->snaplen;
}

uint32_t weir_head_snaplen(const struct weir_head *head, uint32_t iface)
{
    return snaplen_of(head, &head->ifaces->at[iface]);
}

uint32_t weir_head_encode_section(uint8_t *to, const struct weir_head *head)
{
    const struct weir_pcapng_shb shb = {
        .os = head->os,
        .userappl = "weir " WEIR_VERSION,
    };
    return weir_pcapng_encode_shb(to, &shb);
}

/* The host's system is also the interface's only where that is captured
 * from. */
uint32_t weir_head_encode_iface(uint8_t *to, const struct weir_head *head,
                                uint32_t iface)
{
    const struct weir_iface *of = &head->ifaces->at[iface];
    const struct weir_pcapng_idb idb = {
        .linktype = of->linktype,
        .snaplen = snaplen_of(head, of),
        .fcs_bytes = of->fcs_bytes,
        .offset_s = of->epoch_ns / WEIR_NS_PER_S,
        .name = of->name,
        .filter = of->filter_text,
        .os = head->live ? head->os : NULL,
    };
    return weir_pcapng_encode_idb(to, &idb);
}

uint32_t weir_head_encode_pcap(uint8_t *to, const struct weir_head *head,
                               uint32_t count)
{
    static const struct weir_iface none = {
        .linktype = WEIR_LINKTYPE_ETHERNET,
    };
    const struct weir_iface *of = count > 0 ? &head->ifaces->at[0] : &none;
    if (to != NULL)
        weir_pcap_encode_header(
            to,
            head->format == WEIR_FORMAT_PCAP_NS ? WEIR_PCAP_MAGIC_NS
                                                : WEIR_PCAP_MAGIC_US,
            snaplen_of(head, of), of->linktype, of->fcs_bytes);
    return WEIR_PCAP_FILE_HEADER_BYTES;
}
