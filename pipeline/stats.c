#include "pipeline/stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "capture/source.h"
#include "pipeline/branch.h"
#include "pipeline/flows.h"
#include "pipeline/lane.h"
#include "pipeline/outlet.h"
#include "ring/bell.h"
#include "ring/counter.h"
#include "ring/summary.h"

struct weir_stats {
    _Alignas(WEIR_CACHE_PAIR) struct weir_bell bell;
    struct weir_summary *total;
    uint32_t max;
    uint32_t lanes_count;
    uint32_t outlets_count;
    uint32_t subtracted; /* outlets */
    uint32_t branches_max;
    uint32_t branches_count;
    struct weir_flows *flows;
    struct weir_lane **lanes;
    bool told[WEIR_LANES_MAX]; /* how their sources ended, if others go on */
    struct weir_outlet **outlets;
    struct weir_branch **branches;
};

int weir_stats_open(struct weir_stats **out,
                    const struct weir_stats_config *config,
                    struct weir_err *err)
{
    struct weir_summary_config summary = {.talkers = config->talkers,
                                          .seed = config->seed};
    struct weir_stats *stats =
        aligned_alloc(WEIR_CACHE_PAIR, sizeof(struct weir_stats));
    if (stats == NULL)
        return weir_err_sys(err, -ENOMEM, "statistics");
    memset(stats, 0, sizeof *stats);
    stats->max = config->lanes_max;
    stats->branches_max = config->branches_max;
    stats->branches =
        calloc(config->branches_max + 1u, sizeof(struct weir_branch *));
    stats->lanes = calloc(config->lanes_max, sizeof(struct weir_lane *));
    stats->outlets = calloc(config->lanes_max, sizeof(struct weir_outlet *));
    int ret = stats->lanes == NULL || stats->outlets == NULL ||
                      stats->branches == NULL
                  ? weir_err_sys(err, -ENOMEM, "statistics")
                  : weir_bell_open(&stats->bell, false, err);
    if (ret == 0) {
        ret = weir_summary_open(&stats->total, &summary, err);
        if (ret < 0)
            weir_err_wrap(err, ret, "statistics");
    }
    if (ret < 0) {
        weir_stats_close(stats);
        return ret;
    }
    *out = stats;
    return 0;
}

void weir_stats_add_lane(struct weir_stats *stats, struct weir_lane *lane)
{
    WEIR_ASSERT(stats->lanes_count < stats->max);
    stats->lanes[stats->lanes_count++] = lane;
}

void weir_stats_add_outlet(struct weir_stats *stats, struct weir_outlet *outlet)
{
    WEIR_ASSERT(stats->outlets_count < stats->max);
    stats->outlets[stats->outlets_count++] = outlet;
}

void weir_stats_add_branch(struct weir_stats *stats, struct weir_branch *branch)
{
    WEIR_ASSERT(stats->branches_count < stats->branches_max);
    stats->branches[stats->branches_count++] = branch;
}

void weir_stats_set_flows(struct weir_stats *stats, struct weir_flows *flows)
{
    stats->flows = flows;
    weir_flows_set_talkers(flows, stats->total);
}

void weir_stats_close(struct weir_stats *stats)
{
    if (stats == NULL)
        return;
    weir_bell_close(&stats->bell);
    weir_summary_close(stats->total);
    free(stats->branches);
    free(stats->outlets);
    free(stats->lanes);
    free(stats);
}

static bool merge_lane(struct weir_stats *stats, struct weir_lane *lane)
{
    bool any = false;
    for (uint32_t i = 0; i < weir_lane_workers(lane); i++) {
        struct weir_summary *summary = weir_lane_tally(lane, i);
        if (summary == NULL)
            continue;
        weir_summary_merge(stats->total, summary);
        weir_summary_clear(summary);
        weir_lane_untally(lane, i, summary);
        any = true;
    }
    return any;
}

/* All that was counted is in the total; talkers come with the flows. */
static bool all_tallied(const struct weir_stats *stats)
{
    if (stats->flows != NULL && !weir_flows_ended(stats->flows))
        return false;
    for (uint32_t i = 0; i < stats->lanes_count; i++)
        if (!weir_lane_tallied(stats->lanes[i]))
            return false;
    return true;
}

static bool all_noticed(const struct weir_stats *stats)
{
    for (uint32_t i = 0; i < stats->lanes_count; i++)
        if (!weir_lane_noticed(stats->lanes[i]))
            return false;
    for (uint32_t i = 0; i < stats->branches_count; i++)
        if (!weir_branch_noticed(stats->branches[i]))
            return false;
    return true;
}

static bool subtract(struct weir_stats *stats)
{
    bool any = false;
    for (uint32_t i = 0; i < stats->outlets_count; i++) {
        const struct weir_summary *rest = weir_outlet_rest(stats->outlets[i]);
        if (rest == NULL)
            continue;
        weir_summary_subtract(stats->total, rest);
        stats->subtracted++;
        any = true;
    }
    return any;
}

enum weir_step weir_stats_step(struct weir_stats *stats)
{
    bool any = false;
    for (uint32_t i = 0; i < stats->lanes_count; i++)
        any |= merge_lane(stats, stats->lanes[i]);
    if (stats->flows != NULL)
        any |= weir_flows_step(stats->flows);
    if (any)
        return WEIR_STEP_WORKED;
    /* What is taken out must have been put in before. */
    if (stats->subtracted < stats->outlets_count && all_tallied(stats) &&
        subtract(stats))
        return WEIR_STEP_WORKED;
    return stats->subtracted == stats->outlets_count && all_noticed(stats) &&
                   (stats->flows == NULL || weir_flows_ended(stats->flows))
               ? WEIR_STEP_ENDED
               : WEIR_STEP_IDLE;
}

/* An interface that is gone takes all of its lanes with it. */
static bool is_gone(const struct weir_stats *stats,
                    const struct weir_source *source)
{
    struct weir_err err;
    for (uint32_t i = 0; i < stats->lanes_count; i++) {
        const struct weir_lane *lane = stats->lanes[i];
        if (weir_source_same_iface(source, weir_lane_source(lane)) &&
            weir_lane_noticed(lane) &&
            weir_lane_source_error(lane, &err) == -ENODEV)
            return true;
    }
    return false;
}

static bool any_goes_on(const struct weir_stats *stats)
{
    for (uint32_t i = 0; i < stats->lanes_count; i++)
        if (!weir_lane_noticed(stats->lanes[i]) &&
            !is_gone(stats, weir_lane_source(stats->lanes[i])))
            return true;
    return false;
}

/* A source that failed while others go on, once; of an interface that is gone
 * one of its lanes tells.  When nothing goes on that is the recording's end,
 * and its error. */
static bool tell_failure(struct weir_stats *stats, uint32_t i,
                         struct weir_err *text)
{
    const struct weir_lane *lane = stats->lanes[i];
    struct weir_err err;
    if (stats->told[i] || !weir_lane_noticed(lane))
        return false;
    stats->told[i] = true;
    int error = weir_lane_source_error(lane, &err);
    if (error == 0 || (error == -ENODEV && weir_lane_source(lane)->beside) ||
        !any_goes_on(stats))
        return false;
    weir_err_set(text, 0, "%s; what else is recorded goes on", err.text);
    return true;
}

bool weir_stats_notice(struct weir_stats *stats, struct weir_err *text)
{
    for (uint32_t i = 0; i < stats->lanes_count; i++)
        if (weir_lane_notice(stats->lanes[i], text) ||
            tell_failure(stats, i, text))
            return true;
    for (uint32_t i = 0; i < stats->branches_count; i++)
        if (weir_branch_notice(stats->branches[i], text))
            return true;
    return false;
}

struct weir_bell *weir_stats_bell(struct weir_stats *stats)
{
    return &stats->bell;
}

const struct weir_summary *weir_stats_total(const struct weir_stats *stats)
{
    return stats->total;
}
