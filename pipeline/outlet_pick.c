#include <stddef.h>

#include "capture/source.h"
#include "pipeline/lane.h"
#include "pipeline/outlet_impl.h"

/* What a batch begins with; one of which nothing is delivered need not be in
 * order. */
static int64_t begin_of(const struct weir_outlet *outlet,
                        const struct weir_batch *batch)
{
    if (batch->passed == 0 || batch->skipped || outlet->given_up ||
        outlet->full || outlet->error != 0)
        return WEIR_MERGE_AT_ONCE;
    return batch->time_min_ns != INT64_MAX ? batch->time_min_ns
                                           : WEIR_MERGE_AT_ONCE;
}

/* Takes the inlet's next batch, if its head is free, and looks at it for the
 * merge. */
static void look(const struct weir_outlet *outlet, struct inlet *in,
                 struct weir_merge_lane *view)
{
    const struct weir_source *source = weir_lane_source(in->lane);
    /* Before what was sent: lane.h. */
    int64_t mark_ns = weir_lane_mark(in->lane);
    uint64_t sent = weir_lane_sent(in->lane);
    if (in->head == NULL) {
        in->head = weir_lane_take(in->lane);
        in->taken += in->head != NULL;
    }
    *view = (struct weir_merge_lane){
        .ended = in->head == NULL && weir_lane_taken(in->lane),
        .has_head = in->head != NULL,
        .in_flight = sent > in->taken,
        .live = source->live,
        .pressed = sent > in->home && sent - in->home >= in->pressed,
        .head_ns = in->head != NULL ? begin_of(outlet, in->head) : 0,
        .mark_ns = mark_ns,
        .hold_ns = source->hold_ns,
        .quiet_ns = source->quiet_least_ns,
    };
}

struct inlet *outlet_pick(struct weir_outlet *outlet, int64_t real_ns)
{
    for (uint32_t i = 0; i < outlet->inlets_count; i++)
        look(outlet, &outlet->inlets[i], &outlet->views[i]);
    int at = weir_merge_pick(&outlet->merge, outlet->views,
                             outlet->inlets_count, real_ns);
    if (at >= 0)
        return &outlet->inlets[at];
    for (uint32_t i = 0; i < outlet->inlets_count; i++)
        if (outlet->views[i].ask)
            weir_lane_ask(outlet->inlets[i].lane, outlet->merge.asked_ns);
    return NULL;
}

void outlet_note_order(struct weir_outlet *outlet, struct inlet *in,
                       const struct weir_batch *batch)
{
    struct inlet_cells *cells = &in->cells;
    if (outlet->inlets_count == 1 || batch->time_min_ns == INT64_MAX)
        return;
    if (outlet->merge.hurried)
        weir_counter_add(&cells->hurried, 1);
    if (batch->time_min_ns < outlet->newest_ns) {
        uint64_t late_ns =
            (uint64_t)outlet->newest_ns - (uint64_t)batch->time_min_ns;
        weir_counter_add(&cells->late, 1);
        if (late_ns > weir_counter_read(&cells->late_ns))
            weir_counter_set(&cells->late_ns, late_ns);
    }
    if (batch->time_max_ns > outlet->newest_ns)
        outlet->newest_ns = batch->time_max_ns;
}
