#include "pipeline/account.h"

#include <string.h>

#include "base/assert.h"
#include "base/linktype.h"
#include "capture/filter.h"
#include "dissect/dissect.h"
#include "dissect/usual.h"
#include "pipeline/ahead.h"
#include "ring/summary.h"
#include "sink/encode_lease.h"

/* Frames and tallies of a vector take some 5 KiB: they stay in the first
 * cache beside the frames' own headers. */
#define VECTOR 64

_Static_assert(VECTOR <= WEIR_FLOW_VECTOR, "flows are counted at once");

static void clear(struct weir_account *a)
{
    memset(a, 0, sizeof *a);
    a->time_min_ns = INT64_MAX;
    a->time_max_ns = INT64_MIN;
}

/* Every frame of the batch is delivered as it is: nothing is to be selected,
 * which saves 1 ns a frame. */
static bool is_whole(const struct weir_account_config *config,
                     const struct weir_batch *batch)
{
    bool whole = config->snaplen == 0 && batch->filter == NULL;
    for (uint32_t i = 0; i < batch->ifaces_count; i++) {
        const struct weir_iface *iface = &batch->ifaces->at[i];
        whole = whole && iface->filter == NULL && !iface->copies &&
                (!config->one_linktype || iface->linktype == config->linktype);
    }
    return whole;
}

static bool is_wanted(const struct weir_filter *filter,
                      const struct weir_frame *f)
{
    return filter == NULL ||
           weir_filter_match(filter, f->data, f->caplen, f->len);
}

/* Takes out of v[0 .. n) what is not to be delivered, cuts the rest, and
 * returns how many remain, in their order. */
static uint32_t select_frames(const struct weir_account_config *config,
                              const struct weir_batch *batch,
                              struct weir_frame *v, uint32_t n,
                              struct weir_account *out)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct weir_iface *iface = &batch->ifaces->at[v[i].iface];
        if ((v[i].flags & WEIR_FRAME_COPY) != 0) {
            out->excluded[WEIR_EXCLUDED_OUTGOING]++;
            continue;
        }
        if (config->one_linktype && iface->linktype != config->linktype) {
            out->excluded[WEIR_EXCLUDED_LINK_TYPE]++;
            continue;
        }
        if (!is_wanted(iface->filter, &v[i]) ||
            !is_wanted(batch->filter, &v[i])) {
            out->excluded[WEIR_EXCLUDED_FILTER]++;
            continue;
        }
        v[kept] = v[i];
        if (config->snaplen != 0 && v[kept].caplen > config->snaplen) {
            v[kept].caplen = config->snaplen;
            out->cut++;
        }
        kept++;
    }
    return kept;
}

/* Returns the longest's length on the wire. */
static uint32_t note_frames(struct weir_account *out,
                            const struct weir_frame *v, uint32_t n)
{
    uint64_t bytes = 0;
    uint32_t longest = 0;
    int64_t min = out->time_min_ns;
    int64_t max = out->time_max_ns;
    for (uint32_t i = 0; i < n; i++) {
        bytes += v[i].len;
        longest = v[i].len > longest ? v[i].len : longest;
        if (v[i].flags & WEIR_FRAME_NO_TIME)
            continue;
        min = v[i].time_ns < min ? v[i].time_ns : min;
        max = v[i].time_ns > max ? v[i].time_ns : max;
    }
    out->passed += n;
    out->passed_bytes += bytes;
    out->time_min_ns = min;
    out->time_max_ns = max;
    return longest;
}

static void note_faults(struct weir_account *out,
                        const struct weir_tally *tallies, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (tallies[i].outcome == WEIR_OUTCOME_TRUNCATED)
            out->truncated++;
        else if (tallies[i].outcome != WEIR_OUTCOME_OK)
            out->malformed++;
    }
}

/* What the links of a batch have in common. */
struct links {
    const struct weir_ifaces *ifaces;
    bool ethernet;      /* all of them */
    uint32_t frame_max; /* the least of them; 0: none is known */
};

static struct links links_of(const struct weir_batch *batch)
{
    struct links all = {.ifaces = batch->ifaces, .ethernet = true};
    for (uint32_t i = 0; i < batch->ifaces_count; i++) {
        const struct weir_iface *iface = &batch->ifaces->at[i];
        uint32_t max = iface->frame_max;
        all.ethernet =
            all.ethernet && iface->linktype == WEIR_LINKTYPE_ETHERNET;
        if (max != 0 && (all.frame_max == 0 || max < all.frame_max))
            all.frame_max = max;
    }
    return all;
}

static __attribute__((cold, noinline)) void
note_oversized(struct weir_account *out, const struct weir_ifaces *ifaces,
               const struct weir_frame *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t max = ifaces->at[v[i].iface].frame_max;
        out->oversized += max != 0 && v[i].len > max;
    }
}

/* The usual frames on Ethernet.  Returns the others, a bit for each.  A loop
 * of its own: what it needs finds room in registers. */
static uint64_t dissect_usual(const struct weir_frame *v, uint32_t n,
                              struct ahead ahead, uint8_t kinds,
                              struct weir_tally *tallies)
{
    uint64_t others = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *data = v[i].data;
        const uint32_t len = v[i].len;
        const uint32_t caplen = v[i].caplen;
        struct weir_usual usual;
        ahead_step(&ahead);
        if (!weir_usual_find(&usual, data, caplen,
                             len < caplen ? caplen : len)) {
            others |= UINT64_C(1) << i;
            continue;
        }
        tallies[i] = (struct weir_tally){
            .path = usual.path,
            .address = data + usual.talker_at,
            .len = len,
            .kind = usual.version & kinds,
        };
    }
    return others;
}

/* Layer by layer; returns whether any has a fault. */
static __attribute__((noinline)) bool
dissect_others(const struct weir_ifaces *ifaces, const struct weir_frame *v,
               uint64_t others, struct weir_flow_count *flows,
               struct weir_tally *tallies)
{
    uint32_t faults = 0;
    for (; others != 0; others &= others - 1) {
        const unsigned i = (unsigned)__builtin_ctzll(others);
        const struct weir_frame *f = &v[i];
        struct weir_dissection d;
        weir_dissect_layers(&d, f->data, f->caplen, f->len,
                            ifaces->at[f->iface].linktype);
        tallies[i] = (struct weir_tally){
            .path = d.path,
            .address = f->data + d.talker_offset,
            .len = f->len,
            .kind = d.talker_kind,
            .outcome = d.outcome,
        };
        faults |= d.outcome;
        if (flows->table != NULL &&
            weir_flow_count_add(flows, &d, f) == WEIR_FLOW_TRACKED &&
            flows->talkers != NULL)
            tallies[i].kind = 0;
    }
    return faults != WEIR_OUTCOME_OK;
}

static void dissect_frames(const struct links *links,
                           const struct weir_frame *v, uint32_t n,
                           struct ahead ahead, struct weir_summary *summary,
                           struct weir_flow_count *flows,
                           struct weir_account *out)
{
    struct weir_tally tallies[VECTOR];
    const uint8_t kinds = flows->talkers != NULL ? 0 : UINT8_MAX;
    if (n == 0)
        return;
    uint64_t others = UINT64_MAX >> (VECTOR - n);
    if (note_frames(out, v, n) > links->frame_max && links->frame_max > 0)
        note_oversized(out, links->ifaces, v, n);
    if (links->ethernet)
        others = dissect_usual(v, n, ahead, kinds, tallies);
    if (others != 0 && dissect_others(links->ifaces, v, others, flows, tallies))
        note_faults(out, tallies, n);
    if (flows->table != NULL)
        weir_flow_count_usual(flows, v, tallies, n, others);
    weir_summary_count(summary, tallies, n);
    if (flows->table != NULL)
        weir_flow_count_turn(flows);
}

static void begin_flows(struct weir_flow_count *count,
                        struct weir_flow_table *flows)
{
    if (flows != NULL)
        weir_flow_count_begin(count, flows);
    else
        weir_flow_count_none(count);
}

/* The lease's records are the file's, and every frame stays as it is. */
static bool is_verbatim(const struct weir_account_config *config,
                        const struct weir_batch *batch)
{
    enum weir_records records = batch->lease.records;
    bool same =
        (records == WEIR_RECORDS_PCAP && config->format == WEIR_FORMAT_PCAP) ||
        (records == WEIR_RECORDS_PCAP_NS &&
         config->format == WEIR_FORMAT_PCAP_NS);
    return same && batch->ifaces_count == 1 && is_whole(config, batch);
}

static void lend_records(const struct weir_lease *lease,
                         struct weir_chunk *chunk)
{
    chunk->bytes = lease->base;
    chunk->len = lease->bytes;
    chunk->preface = lease->preface;
    chunk->frames = lease->frames;
}

static void copy_records(const struct weir_lease *lease,
                         struct weir_chunk *chunk)
{
    WEIR_ASSERT(lease->bytes <= chunk->capacity);
    lend_records(lease, chunk);
    chunk->bytes = memcpy(chunk->buf, lease->base, lease->bytes);
}

/* A lease of few frames costs nothing to copy, but turned in place it takes
 * a whole number of pages. */
#define IN_PLACE_BYTES_MIN 16384

/* Large frames cost more to copy than the bytes that a kernel's block has
 * between them cost to write; with small ones it is the other way round. */
static bool is_worth_turning(const struct weir_account_config *config,
                             const struct weir_lease *lease)
{
    return lease->in_place != NULL && config->format == WEIR_FORMAT_PCAPNG &&
           config->in_place_min > 0 && lease->bytes > IN_PLACE_BYTES_MIN &&
           lease->bytes >= (uint64_t)lease->frames * config->in_place_min;
}

static void encode_frames(const struct weir_account_config *config,
                          const struct weir_batch *batch,
                          struct weir_chunk *chunk, const struct weir_frame *v,
                          uint32_t n)
{
    if (batch->lease.lost_before > 0 && chunk->frames == 0)
        weir_encode_first(config->format, batch->ifaces, &batch->lease, chunk,
                          v, n);
    else
        weir_encode(config->format, batch->ifaces, chunk, v, n);
}

/* The lease becomes the chunk; where a frame was taken out or cut, or the
 * lease cannot be turned, the frames are walked once more. */
static void turn(const struct weir_account_config *config,
                 struct weir_batch *batch, struct weir_chunk *chunk,
                 const struct weir_account *found)
{
    struct weir_lease *lease = &batch->lease;
    if (found->passed == lease->frames && found->cut == 0 &&
        lease->in_place(lease)) {
        lend_records(lease, chunk);
        return;
    }
    weir_account_encode(config, batch, UINT32_MAX, chunk);
}

void weir_account_encode(const struct weir_account_config *config,
                         const struct weir_batch *batch, uint32_t frames,
                         struct weir_chunk *chunk)
{
    struct weir_frame v[VECTOR];
    struct weir_walk walk = {0};
    struct weir_account again;
    uint32_t n;
    clear(&again);
    while (chunk->frames < frames &&
           (n = batch->lease.walk(&batch->lease, &walk, v, VECTOR)) > 0) {
        n = select_frames(config, batch, v, n, &again);
        uint32_t left = frames - chunk->frames;
        encode_frames(config, batch, chunk, v, n < left ? n : left);
    }
}

void weir_account_batch(const struct weir_account_config *config,
                        struct weir_batch *batch, struct weir_chunk *chunk,
                        struct weir_summary *summary,
                        struct weir_flow_table *flows, struct weir_account *out)
{
    struct weir_frame v[VECTOR];
    struct weir_walk walk = {0};
    struct weir_flow_count count;
    struct ahead ahead;
    uint32_t from = 0;
    uint32_t n;
    clear(out);
    begin_flows(&count, flows);
    count.talkers = flows != NULL ? summary : NULL;
    if (chunk != NULL && is_verbatim(config, batch)) {
        if (config->lends_none)
            copy_records(&batch->lease, chunk);
        else
            lend_records(&batch->lease, chunk);
        out->copied = config->lends_none;
        chunk = NULL;
    }
    const struct links links = links_of(batch);
    const bool whole = is_whole(config, batch);
    const bool worth = chunk != NULL && is_worth_turning(config, &batch->lease);
    const bool turns = worth && !config->lends_none;
    while ((n = batch->lease.walk(&batch->lease, &walk, v, VECTOR)) > 0) {
        ahead_aim(&ahead, &batch->lease, from, walk.offset, v, n);
        from = walk.offset;
        if (!whole)
            n = select_frames(config, batch, v, n, out);
        dissect_frames(&links, v, n, ahead, summary, &count, out);
        if (chunk != NULL && !turns)
            encode_frames(config, batch, chunk, v, n);
    }
    if (flows != NULL)
        weir_flow_count_end(&count);
    out->flows = count.kinds;
    if (turns)
        turn(config, batch, chunk, out);
    else if (worth)
        out->copied = out->passed == batch->lease.frames && out->cut == 0;
}

void weir_account_split(const struct weir_account_config *config,
                        const struct weir_batch *batch, uint32_t kept,
                        struct weir_summary *summary,
                        struct weir_flow_table *flows,
                        struct weir_account *kept_out,
                        struct weir_account *rest_out)
{
    struct weir_frame v[VECTOR];
    struct weir_walk walk = {0};
    struct weir_flow_count count;
    const struct links links = links_of(batch);
    const struct ahead none = {0};
    uint32_t n;
    clear(kept_out);
    clear(rest_out);
    begin_flows(&count, flows);
    while ((n = batch->lease.walk(&batch->lease, &walk, v, VECTOR)) > 0) {
        n = select_frames(config, batch, v, n, rest_out);
        uint32_t first = kept - (uint32_t)kept_out->passed;
        first = first < n ? first : n;
        (void)note_frames(kept_out, v, first);
        dissect_frames(&links, v + first, n - first, none, summary, &count,
                       rest_out);
    }
    if (flows != NULL)
        weir_flow_count_end(&count);
    rest_out->flows = count.kinds;
}

void weir_account_flows(const struct weir_account_config *config,
                        const struct weir_batch *batch, uint32_t kept,
                        struct weir_flow_table *flows,
                        struct weir_flow_kinds *out)
{
    struct weir_frame v[VECTOR];
    struct weir_walk walk = {0};
    struct weir_flow_count count;
    struct weir_account excluded;
    uint32_t n;
    clear(&excluded);
    weir_flow_count_begin(&count, flows);
    while (kept > 0 &&
           (n = batch->lease.walk(&batch->lease, &walk, v, VECTOR)) > 0) {
        n = select_frames(config, batch, v, n, &excluded);
        n = n < kept ? n : kept;
        for (uint32_t i = 0; i < n; i++) {
            struct weir_dissection d;
            weir_dissect(&d, v[i].data, v[i].caplen, v[i].len,
                         batch->ifaces->at[v[i].iface].linktype);
            (void)weir_flow_count_add(&count, &d, &v[i]);
        }
        weir_flow_count_turn(&count);
        kept -= n;
    }
    weir_flow_count_end(&count);
    *out = count.kinds;
}
