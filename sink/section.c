#include "sink/section.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/pcap.h"
#include "base/pcapng_encode.h"
#include "sink/direct.h"

int weir_section_open(struct weir_section *section, enum weir_format format,
                      const struct weir_ifaces *ifaces, uint32_t snaplen,
                      bool live, struct weir_err *err)
{
    *section = (struct weir_section){.start_ns = weir_clock_real_ns()};
    weir_head_fill(&section->head, format, ifaces, snaplen, live);
    section->buf = aligned_alloc(
        WEIR_LEASE_ALIGN,
        weir_direct_padded(WEIR_HEAD_BYTES_MAX + WEIR_DIRECT_PAD_MAX));
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
    if (g->rc == 0 && g->len + bytes > WEIR_HEAD_BYTES_MAX)
        gather_end(g);
    return g->rc == 0 ? g->section->buf + g->len : NULL;
}

static void gather_idbs(struct gather *g, uint32_t count)
{
    for (; g->section->declared < count; g->section->declared++) {
        const struct weir_head *head = &g->section->head;
        const uint32_t iface = g->section->declared;
        uint8_t *to = gather_room(g, weir_head_encode_iface(NULL, head, iface));
        if (to == NULL)
            return;
        g->len += weir_head_encode_iface(to, head, iface);
    }
}

/* A pcap's header is all the declaration that its interfaces get. */
static void gather_pcap(struct gather *g, uint32_t count)
{
    uint8_t *to = gather_room(g, WEIR_PCAP_FILE_HEADER_BYTES);
    if (to == NULL)
        return;
    g->len += weir_head_encode_pcap(to, &g->section->head, count);
    g->section->declared = UINT32_MAX;
}

int weir_section_begin(struct weir_section *section, struct weir_outfile *out,
                       uint32_t count, struct weir_err *err)
{
    struct gather g = gather_begin(section, out, err);
    section->declared = 0;
    if (section->head.format == WEIR_FORMAT_PCAPNG) {
        g.len += weir_head_encode_section(section->buf, &section->head);
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
    if (section->head.format == WEIR_FORMAT_PCAPNG)
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
        .time_ns = time_ns - section->head.ifaces->at[iface].epoch_ns,
        .has_span = section->head.live,
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
    if (section->head.ifaces->at[iface].filter_text == NULL)
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
    if (section->head.format != WEIR_FORMAT_PCAPNG)
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
