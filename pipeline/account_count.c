/* Vectors of frames: dissected, and counted. */

#include "base/linktype.h"
#include "dissect/dissect_layers.h"
#include "dissect/usual.h"
#include "pipeline/account_impl.h"
#include "ring/summary.h"

_Static_assert(ACCOUNT_VECTOR <= WEIR_FLOW_VECTOR, "flows are counted at once");
_Static_assert(ACCOUNT_VECTOR <= 64, "a bit for each frame");

uint32_t account_note(struct weir_account *out, const struct weir_frame *v,
                      uint32_t n)
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

struct account_links account_links_of(const struct weir_batch *batch)
{
    struct account_links all = {.ifaces = batch->ifaces, .ethernet = true};
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

void account_count(const struct account_links *links,
                   const struct weir_frame *v, uint32_t n, struct ahead ahead,
                   struct weir_summary *summary, struct weir_flow_count *flows,
                   struct weir_account *out)
{
    struct weir_tally tallies[ACCOUNT_VECTOR];
    const uint8_t kinds = flows->talkers != NULL ? 0 : UINT8_MAX;
    if (n == 0)
        return;
    uint64_t others = UINT64_MAX >> (ACCOUNT_VECTOR - n);
    if (account_note(out, v, n) > links->frame_max && links->frame_max > 0)
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
