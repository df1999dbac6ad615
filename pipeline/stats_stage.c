#include <stddef.h>

#include "pipeline/lane_impl.h"
#include "ring/summary.h"

static bool merge(struct weir_lane *lane)
{
    bool any = false;
    for (uint32_t i = 0; i < lane->config.workers; i++) {
        struct worker_stage *w = &lane->workers[i];
        struct weir_summary *summary = weir_link_pop(w->tally);
        if (summary == NULL)
            continue;
        weir_summary_merge(lane->stats.total, summary);
        weir_summary_clear(summary);
        weir_link_push(w->spare, summary);
        any = true;
    }
    return any;
}

static bool workers_ended(const struct weir_lane *lane)
{
    for (uint32_t i = 0; i < lane->config.workers; i++)
        if (!weir_link_ended(lane->workers[i].tally))
            return false;
    return true;
}

enum weir_step weir_lane_stats(struct weir_lane *lane)
{
    struct stats_stage *s = &lane->stats;
    if (merge(lane))
        return WEIR_STEP_WORKED;
    if (s->subtracted && weir_link_ended(s->notices))
        return WEIR_STEP_ENDED;
    /* What is taken out must have been put in before. */
    if (!s->subtracted && workers_ended(lane)) {
        struct weir_summary *rest = weir_link_pop(lane->writer.undelivered);
        if (rest != NULL) {
            weir_summary_subtract(s->total, rest);
            s->subtracted = true;
            return WEIR_STEP_WORKED;
        }
    }
    return WEIR_STEP_IDLE;
}

bool weir_lane_notice(struct weir_lane *lane, struct weir_err *text)
{
    struct weir_err *slot = weir_link_pop(lane->stats.notices);
    if (slot == NULL)
        return false;
    *text = *slot;
    weir_link_push(lane->stats.notices_back, slot);
    return true;
}

struct weir_bell *weir_lane_stats_bell(struct weir_lane *lane)
{
    return &lane->stats.bell;
}
