#include "sink/section.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap_encode.h"
#include "base/pcapng_encode.h"
#include "base/version.h"
#include "sink/direct.h"

/* Holds any one block; the longest is that of an interface with the longest
 * filter. */
#define BUF_BYTES 65536

_Static_assert(WEIR_PCAPNG_TEXT_MAX + WEIR_IFACE_NAME_MAX +
                       sizeof(struct weir_section) <
                   BUF_BYTES,
               "an interface's block with all of its texts fits");

static struct weir_pcapng_shb shb_of(const struct weir_section *section)
{
    return (struct weir_pcapng_shb){
        .os = section->os,
        .userappl = "weir " WEIR_VERSION,
    };
}

/* A frame of a Simple Packet Block is as long as the lesser of this and its
 * length on the wire, as it is by the interface's own. */
static uint32_t snaplen_of(const struct weir_section *section,
                           const struct weir_iface *of)
{
    bool cut = section->snaplen != 0 &&
               (of->snaplen == 0 || section->snaplen < of->snaplen);
    return cut ? section->snaplen : of->snaplen;
}

/* The host's system is also the interface's only where that is captured
 * from. */
static struct weir_pcapng_idb idb_of(const struct weir_section *section,
                                     uint32_t iface)
{
    const struct weir_iface *of = &section->ifaces->at[iface];
    return (struct weir_pcapng_idb){
        .linktype = of->linktype,
        .snaplen = snaplen_of(section, of),
        .fcs_bytes = of->fcs_bytes,
        .offset_s = of->epoch_ns / WEIR_NS_PER_S,
        .name = of->name,
        .filter = of->filter_text,
        .os = section->live ? section->os : NULL,
    };
}

int weir_section_open(struct weir_section *section, enum weir_format format,
                      const struct weir_ifaces *ifaces, uint32_t snaplen,
                      bool live, struct weir_err *err)
{
    *section = (struct weir_section){
        .format = format,
        .ifaces = ifaces,
        .snaplen = snaplen,
        .live = live,
        .start_ns = weir_clock_real_ns(),
    };
    struct utsname host;
    if (uname(&host) == 0)
        snprintf(section->os, sizeof section->os, "%s %s", host.sysname,
                 host.release);
    section->buf = aligned_alloc(
        WEIR_LEASE_ALIGN, weir_direct_padded(BUF_BYTES + WEIR_DIRECT_PAD_MAX));
    if (section->buf == NULL)
        return weir_err_sys(err, -ENOMEM, "sink");
    return 0;
}

void weir_section_close(struct weir_section *section)
{
    free(section->buf);
    section->buf = NULL;
}

/* Blocks are gathered in the buffer and written when it is full. */
struct gather {
    struct weir_section *section;
    struct weir_outfile *out;
    struct weir_err *err;
    uint64_t start; /* of the file, to go back to */
    uint32_t len;
    int rc;
};

static struct gather gather_begin(struct weir_section *section,
                                  struct weir_outfile *out,
                                  struct weir_err *err)
{
    return (struct gather){
        .section = section, .out = out, .err = err, .start = out->bytes};
}

static int gather_end(struct gather *g)
{
    uint32_t written = 0;
    if (g->out->mode == WEIR_WRITE_DIRECT)
        g->len = weir_direct_pad(g->section->buf, g->len);
    if (g->rc == 0 && g->len > 0)
        g->rc = weir_outfile_write(g->out, g->section->buf, g->len, &written,
                                   g->err);
    g->len = 0;
    if (g->rc != 0)
        weir_outfile_cut(g->out, g->start);
    return g->rc;
}

/* Room for a block of that many bytes; NULL after a failed write. */
static uint8_t *gather_room(struct gather *g, uint32_t bytes)
{
    if (g->rc == 0 && g->len + bytes > BUF_BYTES)
        gather_end(g);
    return g->rc == 0 ? g->section->buf + g->len : NULL;
}

static void gather_idbs(struct gather *g, uint32_t count)
{
    for (; g->section->declared < count; g->section->declared++) {
        struct weir_pcapng_idb idb = idb_of(g->section, g->section->declared);
        uint8_t *to = gather_room(g, weir_pcapng_encode_idb(NULL, &idb));
        if (to == NULL)
            return;
        g->len += weir_pcapng_encode_idb(to, &idb);
    }
}

/* A pcap's header is all the declaration that its interfaces get. */
static void gather_pcap(struct gather *g, uint32_t count)
{
    static const struct weir_iface none = {
        .linktype = WEIR_LINKTYPE_ETHERNET,
    };
    const struct weir_iface *of =
        count > 0 ? &g->section->ifaces->at[0] : &none;
    uint8_t *to = gather_room(g, WEIR_PCAP_FILE_HEADER_BYTES);
    if (to == NULL)
        return;
    weir_pcap_encode_header(
        to,
        g->section->format == WEIR_FORMAT_PCAP_NS ? WEIR_PCAP_MAGIC_NS
                                                  : WEIR_PCAP_MAGIC_US,
        snaplen_of(g->section, of), of->linktype, of->fcs_bytes);
    g->len += WEIR_PCAP_FILE_HEADER_BYTES;
    g->section->declared = UINT32_MAX;
}

int weir_section_begin(struct weir_section *section, struct weir_outfile *out,
                       uint32_t count, struct weir_err *err)
{
    struct gather g = gather_begin(section, out, err);
    section->declared = 0;
    if (section->format == WEIR_FORMAT_PCAPNG) {
        struct weir_pcapng_shb shb = shb_of(section);
        g.len += weir_pcapng_encode_shb(section->buf, &shb);
        gather_idbs(&g, count);
    } else if (count > 0) {
        gather_pcap(&g, count);
    }
    return gather_end(&g);
}

int weir_section_declare(struct weir_section *section, struct weir_outfile *out,
                         uint32_t count, struct weir_err *err)
{
    if (section->declared == UINT32_MAX)
        return 0;
    struct gather g = gather_begin(section, out, err);
    if (section->format == WEIR_FORMAT_PCAPNG)
        gather_idbs(&g, count);
    else
        gather_pcap(&g, count);
    return gather_end(&g);
}

/* The interface's own counts.  Those of the whole recording are that where
 * there is one. */
static struct weir_sink_counts counts_of(const struct weir_section *section,
                                         const struct weir_sink_facts *facts,
                                         uint32_t taken, uint32_t iface)
{
    struct weir_sink_counts counts = {.known = false};
    bool in_hand = true;
    if (facts->ifaces != NULL) {
        if (iface < facts->ifaces_count)
            counts = facts->ifaces[iface];
        in_hand = iface == facts->iface;
    } else if (section->declared == 1) {
        counts = facts->all;
        counts.known = true;
    }
    if (in_hand)
        counts.delivered += taken;
    return counts;
}

/* What is known of an interface.  The kernel counts behind its filter, so
 * what the interface received is known only without one. */
static struct weir_pcapng_isb isb_of(const struct weir_section *section,
                                     const struct weir_sink_facts *facts,
                                     const struct weir_sink_counts *counts,
                                     uint32_t iface, int64_t time_ns)
{
    struct weir_pcapng_isb isb = {
        .iface = iface,
        .time_ns = time_ns - section->ifaces->at[iface].epoch_ns,
        .has_span = section->live,
        .start_ns = section->start_ns,
        .end_ns = time_ns,
        .ifrecv = WEIR_PCAPNG_UNKNOWN,
        .ifdrop = WEIR_PCAPNG_UNKNOWN,
        .filteraccept = WEIR_PCAPNG_UNKNOWN,
        .osdrop = WEIR_PCAPNG_UNKNOWN,
        .usrdeliv = WEIR_PCAPNG_UNKNOWN,
    };
    if (!counts->known)
        return isb;
    isb.usrdeliv = counts->delivered;
    if (!facts->has_kernel)
        return isb;
    if (section->ifaces->at[iface].filter_text == NULL)
        isb.ifrecv = counts->kernel_seen;
    isb.ifdrop = counts->interface_dropped;
    isb.filteraccept = counts->kernel_seen;
    isb.osdrop = counts->kernel_dropped;
    return isb;
}

int weir_section_end(struct weir_section *section, struct weir_outfile *out,
                     const struct weir_sink_facts *facts, uint32_t taken,
                     int64_t time_ns, struct weir_err *err)
{
    if (section->format != WEIR_FORMAT_PCAPNG)
        return 0;
    struct gather g = gather_begin(section, out, err);
    for (uint32_t i = 0; i < section->declared; i++) {
        struct weir_sink_counts counts = counts_of(section, facts, taken, i);
        struct weir_pcapng_isb isb =
            isb_of(section, facts, &counts, i, time_ns);
        uint8_t *to = gather_room(&g, weir_pcapng_encode_isb(NULL, &isb));
        if (to == NULL)
            break;
        g.len += weir_pcapng_encode_isb(to, &isb);
    }
    return gather_end(&g);
}
