#include "pipeline/assembly_impl.h"

#include <errno.h>
#include <stdlib.h>

#include "base/pages.h"
#include "base/pcap.h"
#include "capture/source.h"
#include "pipeline/branch.h"
#include "pipeline/lane.h"
#include "pipeline/outlet.h"
#include "pipeline/progress_sum.h"
#include "pipeline/settings.h"
#include "pipeline/stats.h"
#include "pipeline/taps.h"

static int open_branches(struct weir_assembly *a,
                         const struct weir_assembly_config *config,
                         struct weir_err *err)
{
    const struct weir_branch_scope scope = {
        .stop = config->stop,
        .abandon = config->abandon,
        .stats_bell = weir_stats_bell(a->stats),
        .outlets_max = config->outlets_apart ? config->lanes : 1,
        .branches = config->branches_count,
    };
    while (a->branches_count < config->branches_count) {
        struct weir_branch **branch = &a->branches[a->branches_count];
        int ret = weir_branch_open(branch, &config->branches[a->branches_count],
                                   &scope, err);
        if (ret < 0)
            return ret;
        weir_stats_add_branch(a->stats, *branch);
        a->branches_count++;
    }
    return 0;
}

static int open_outlet(struct weir_assembly *a,
                       const struct weir_assembly_config *config,
                       struct weir_err *err)
{
    struct weir_outlet **outlet = &a->outlets[a->outlets_count];
    int ret = weir_outlet_open(
        outlet,
        &(struct weir_outlet_config){
            .stop = config->stop,
            .abandon = config->abandon,
            .account = config->account,
            .quota = &a->quota,
            .inlets_max = config->outlets_apart ? 1 : config->lanes,
            .talkers = config->talkers,
            .seed = config->seed,
            .flows = a->flows,
            .branches = a->branches,
            .branches_count = a->branches_count,
            .block_bytes = config->block_bytes,
            .number = a->outlets_count,
            .stats_bell = weir_stats_bell(a->stats),
        },
        err);
    if (ret < 0)
        return ret;
    weir_stats_add_outlet(a->stats, *outlet);
    a->outlets_count++;
    return 0;
}

/* One lane's frames are delivered in their order until the limit; of several
 * nobody knows whose frames it will be. */
static uint64_t flows_sure(const struct weir_assembly_config *config)
{
    if (config->frames_max == 0)
        return UINT64_MAX;
    return config->lanes == 1 ? config->frames_max : 0;
}

static int open_flows(struct weir_assembly *a,
                      const struct weir_assembly_config *config,
                      struct weir_err *err)
{
    struct weir_flows_config flows = config->flows;
    if (flows.memory_bytes == 0)
        return 0;
    flows.workers = config->lanes * config->workers;
    flows.outlets = config->outlets_apart ? config->lanes : 1;
    flows.seed = config->seed;
    for (uint32_t i = 0; i < config->lanes; i++)
        flows.touched |= config->sources[i]->live;
    flows.stats_bell = weir_stats_bell(a->stats);
    int ret = weir_flows_open(&a->flows, &flows, err);
    if (ret == 0)
        weir_stats_set_flows(a->stats, a->flows);
    return ret;
}

static int open_lane(struct weir_assembly *a,
                     const struct weir_assembly_config *config,
                     struct weir_err *err)
{
    struct weir_lane **lane = &a->lanes[a->lanes_count];
    struct weir_outlet *outlet = a->outlets[a->outlets_count - 1];
    if (config->nodes != NULL)
        weir_pages_prefer(config->nodes[a->lanes_count]);
    int ret = weir_lane_open(lane,
                             &(struct weir_lane_config){
                                 .source = config->sources[a->lanes_count],
                                 .stop = config->stop,
                                 .stop_too = config->stop_too,
                                 .abandon = config->abandon,
                                 .workers = config->workers,
                                 .block_bytes = config->block_bytes,
                                 .account = config->account,
                                 .settings = a->settings,
                                 .duration_ns = config->duration_ns,
                                 .talkers = config->talkers,
                                 .seed = config->seed,
                                 .flows = a->flows,
                                 .flows_sure = flows_sure(config),
                                 .branched = a->branches_count > 0,
                                 .number = a->lanes_count,
                                 .taps = config->taps,
                                 .taps_count = config->taps_count,
                                 .outlet_bell = weir_outlet_bell(outlet),
                                 .stats_bell = weir_stats_bell(a->stats),
                             },
                             err);
    weir_pages_prefer(-1);
    if (ret < 0)
        return ret;
    weir_outlet_add(outlet, *lane);
    weir_stats_add_lane(a->stats, *lane);
    a->lanes_count++;
    return 0;
}

static void note_settings(struct weir_assembly *a,
                          const struct weir_assembly_config *config)
{
    const bool limited =
        config->snaplen != 0 && config->snaplen < WEIR_SNAPLEN_MAX;
    a->filters = config->filters;
    a->snaplen = limited ? config->snaplen : WEIR_SNAPLEN_MAX;
    a->snaplen_max = a->snaplen;
    a->writes = config->account.format != WEIR_FORMAT_NONE;
}

static int check(const struct weir_assembly_config *config,
                 struct weir_err *err)
{
    if (config->lanes < 1 || config->lanes > WEIR_LANES_MAX)
        return weir_err_set(err, -EINVAL, "%u lanes: 1 to %d are possible",
                            config->lanes, WEIR_LANES_MAX);
    if (config->branches_count > 0 &&
        config->account.format == WEIR_FORMAT_NONE)
        return weir_err_set(err, -EINVAL,
                            "sinks get frames in the format of a file, and "
                            "none is given");
    int ret = weir_taps_check(config->taps, config->taps_count, err);
    return ret < 0 ? ret
                   : weir_branch_check(config->branches, config->branches_count,
                                       err);
}

int weir_assembly_open(struct weir_assembly **out,
                       const struct weir_assembly_config *config,
                       struct weir_err *err)
{
    int ret = check(config, err);
    if (ret < 0)
        return ret;
    struct weir_assembly *a = calloc(1, sizeof *a);
    if (a == NULL)
        return weir_err_sys(err, -ENOMEM, "pipeline");
    weir_quota_open(&a->quota, config->frames_max);
    for (uint32_t i = 0; i < config->taps_count; i++)
        a->taps_names[a->taps_count++] = config->taps[i].name;
    note_settings(a, config);
    ret = weir_settings_open(&a->settings, config->lanes, config->snaplen, err);
    if (ret == 0)
        ret = weir_stats_open(&a->stats,
                              &(struct weir_stats_config){
                                  .talkers = config->talkers,
                                  .seed = config->seed,
                                  .lanes_max = config->lanes,
                                  .branches_max = config->branches_count,
                              },
                              err);
    if (ret == 0)
        ret = open_flows(a, config, err);
    if (ret == 0)
        ret = open_branches(a, config, err);
    while (ret == 0 && a->lanes_count < config->lanes) {
        if (config->outlets_apart || a->outlets_count == 0)
            ret = open_outlet(a, config, err);
        if (ret == 0)
            ret = open_lane(a, config, err);
    }
    if (ret < 0) {
        weir_assembly_close(a);
        return ret;
    }
    *out = a;
    return 0;
}

void weir_assembly_set_sink(struct weir_assembly *a, uint32_t outlet,
                            struct weir_sink *sink)
{
    weir_outlet_set_sink(a->outlets[outlet], sink);
}

int weir_assembly_start(struct weir_assembly *a, struct weir_err *err)
{
    int ret = 0;
    for (uint32_t i = 0; ret == 0 && i < a->lanes_count; i++)
        ret = weir_lane_start(a->lanes[i], err);
    return ret;
}

void weir_assembly_merge(struct weir_assembly *a)
{
    for (uint32_t i = 0; i < a->lanes_count; i++)
        weir_lane_merge(a->lanes[i]);
}

void weir_assembly_close(struct weir_assembly *a)
{
    if (a == NULL)
        return;
    for (uint32_t i = 0; i < a->lanes_count; i++)
        weir_lane_close(a->lanes[i]);
    for (uint32_t i = 0; i < a->outlets_count; i++)
        weir_outlet_close(a->outlets[i]);
    for (uint32_t i = 0; i < a->branches_count; i++)
        weir_branch_close(a->branches[i]);
    weir_flows_close(a->flows);
    weir_stats_close(a->stats);
    weir_settings_close(a->settings);
    free(a->filter);
    free(a);
}

uint32_t weir_assembly_lanes(const struct weir_assembly *a)
{
    return a->lanes_count;
}

uint32_t weir_assembly_outlets(const struct weir_assembly *a)
{
    return a->outlets_count;
}

uint32_t weir_assembly_branches(const struct weir_assembly *a)
{
    return a->branches_count;
}

struct weir_lane *weir_assembly_lane(struct weir_assembly *a, uint32_t i)
{
    return a->lanes[i];
}

struct weir_outlet *weir_assembly_outlet(struct weir_assembly *a, uint32_t i)
{
    return a->outlets[i];
}

struct weir_branch *weir_assembly_branch(struct weir_assembly *a, uint32_t i)
{
    return a->branches[i];
}

struct weir_stats *weir_assembly_stats(struct weir_assembly *a)
{
    return a->stats;
}

void weir_assembly_rotate(struct weir_assembly *a)
{
    for (uint32_t i = 0; i < a->outlets_count; i++)
        weir_outlet_rotate(a->outlets[i]);
}

/* What an interface itself dropped is known to each of its lanes. */
static bool is_counted(const struct weir_assembly *a, uint32_t lane)
{
    const struct weir_source *source = weir_lane_source(a->lanes[lane]);
    for (uint32_t i = 0; i < lane; i++)
        if (weir_source_same_iface(source, weir_lane_source(a->lanes[i])))
            return true;
    return false;
}

void weir_assembly_progress(const struct weir_assembly *a,
                            struct weir_progress *out)
{
    *out = weir_progress_none();
    for (uint32_t i = 0; i < a->lanes_count; i++) {
        struct weir_progress p;
        weir_assembly_lane_progress(a, i, &p);
        if (is_counted(a, i))
            p.ledger.interface_dropped = 0;
        weir_progress_add(out, &p);
    }
    out->filter_generation = weir_assembly_generation(a);
}

void weir_assembly_lane_progress(const struct weir_assembly *a, uint32_t lane,
                                 struct weir_progress *out)
{
    bool apart = a->outlets_count > 1;
    *out = weir_progress_none();
    uint64_t taken = weir_outlet_progress(a->outlets[apart ? lane : 0],
                                          apart ? 0 : lane, out);
    weir_lane_progress(a->lanes[lane], taken, out);
    out->filter_generation = assembly_generation_of(a, lane, lane + 1);
}

uint32_t weir_assembly_taps(const struct weir_assembly *a)
{
    return a->taps_count;
}

void weir_assembly_tap(const struct weir_assembly *a, uint32_t i,
                       struct weir_tap_counts *out)
{
    *out = (struct weir_tap_counts){.name = a->taps_names[i]};
    for (uint32_t lane = 0; lane < a->lanes_count; lane++)
        weir_lane_tap(a->lanes[lane], i, out);
}

const struct weir_summary *weir_assembly_summary(const struct weir_assembly *a)
{
    return weir_stats_total(a->stats);
}

struct weir_flows *weir_assembly_flows(struct weir_assembly *a)
{
    return a->flows;
}
