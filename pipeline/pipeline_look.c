/* What can be seen of an embedded pipeline, and what is said of its end. */

#include <errno.h>

#include "capture/source.h"
#include "pipeline/outlet.h"
#include "pipeline/pipeline_impl.h"
#include "ring/event_stop.h"

static struct weir_assembly *assembly_of(const struct weir_pipeline *p)
{
    return weir_runner_assembly(p->runner);
}

int weir_pipeline_progress(const struct weir_pipeline *p,
                           struct weir_progress *out)
{
    if (!pipeline_is_there(p) || out == NULL)
        return -EINVAL;
    weir_assembly_progress(assembly_of(p), out);
    return 0;
}

int weir_pipeline_count_tap(const struct weir_pipeline *p, uint32_t i,
                            struct weir_tap_counts *out)
{
    if (!pipeline_is_there(p) || out == NULL || i >= p->taps_count)
        return -EINVAL;
    weir_assembly_tap(assembly_of(p), i, out);
    return 0;
}

int weir_pipeline_count_sink(const struct weir_pipeline *p, uint32_t i,
                             struct weir_pipeline_sink_counts *out)
{
    struct weir_branch_counts counts;
    if (!pipeline_is_there(p) || out == NULL || i >= p->sinks_count)
        return -EINVAL;
    weir_branch_counts(weir_assembly_branch(assembly_of(p), i), &counts);
    *out = (struct weir_pipeline_sink_counts){
        .delivered = counts.delivered.frames,
        .taken = counts.taken.frames,
        .skipped = counts.skipped.frames,
        .given_up = counts.given_up.frames,
        .in_flight = counts.in_flight.frames,
    };
    return 0;
}

int weir_pipeline_linktype(const struct weir_pipeline *p, uint16_t iface)
{
    if (!pipeline_is_there(p))
        return -EINVAL;
    const struct weir_ifaces *ifaces = weir_inputs_ifaces(&p->inputs);
    return iface < weir_ifaces_count(ifaces) ? ifaces->at[iface].linktype
                                             : -EINVAL;
}

const char *weir_pipeline_iface_name(const struct weir_pipeline *p,
                                     uint16_t iface)
{
    if (!pipeline_is_there(p))
        return NULL;
    const struct weir_ifaces *ifaces = weir_inputs_ifaces(&p->inputs);
    return iface < weir_ifaces_count(ifaces) ? ifaces->at[iface].name : NULL;
}

static int judge_parts(const struct weir_pipeline *p, struct weir_err *err)
{
    struct weir_assembly *a = assembly_of(p);
    int ret = 0;
    for (uint32_t i = 0; ret == 0 && i < weir_assembly_lanes(a); i++)
        ret = weir_lane_source_error(weir_assembly_lane(a, i), err);
    for (uint32_t i = 0; ret == 0 && i < weir_assembly_outlets(a); i++)
        ret = weir_outlet_error(weir_assembly_outlet(a, i), err);
    for (uint32_t i = 0; ret == 0 && i < weir_assembly_branches(a); i++)
        ret = weir_branch_error(weir_assembly_branch(a, i), err);
    return ret;
}

static int judge_sums(const struct weir_pipeline *p, struct weir_err *err)
{
    struct weir_assembly *a = assembly_of(p);
    struct weir_progress all, lane;
    weir_assembly_progress(a, &all);
    bool balanced = weir_ledger_balanced(&all.ledger);
    for (uint32_t i = 0; i < weir_assembly_lanes(a); i++) {
        weir_assembly_lane_progress(a, i, &lane);
        balanced &= weir_ledger_balanced(&lane.ledger);
    }
    if (!balanced)
        return weir_err_set(err, -EPROTO, "the ledger does not balance");
    for (uint32_t i = 0; i < weir_assembly_branches(a); i++) {
        const struct weir_branch *branch = weir_assembly_branch(a, i);
        struct weir_branch_counts counts;
        weir_branch_counts(branch, &counts);
        if (!weir_branch_balanced(&counts, all.ledger.delivered))
            return weir_err_set(err, -EPROTO,
                                "sink %s: its ledger does not balance",
                                weir_branch_name(branch));
    }
    return 0;
}

int pipeline_judge(const struct weir_pipeline *p, struct weir_err *err)
{
    const int parts = judge_parts(p, err);
    if (parts != 0)
        return parts;
    const int sums = judge_sums(p, err);
    if (sums != 0)
        return sums;
    return weir_stop_is_set(&p->abandon->stop)
               ? weir_err_set(err, -ECANCELED, "abandoned")
               : 0;
}
