#include "tests/pipeline/lane_verdict.h"

#include "base/linktype.h"
#include "capture/source.h"
#include "pipeline/lane.h"
#include "pipeline/outlet.h"
#include "ring/summary.h"

const char *verdict_step(struct scene *s)
{
    struct weir_progress p;
    for (uint32_t i = 0; i < s->config.lanes; i++) {
        weir_assembly_lane_progress(s->assembly, i, &p);
        if (!weir_ledger_holds(&p.ledger))
            return "the ledger of a lane does not hold";
        if (p.ledger.in_flight > p.ledger.received)
            return "more in flight than was received";
    }
    weir_assembly_progress(s->assembly, &p);
    if (!weir_ledger_holds(&p.ledger))
        return "the ledger does not hold";
    for (uint32_t i = 0; i < weir_assembly_outlets(s->assembly); i++)
        if (s->sinks[i].fault != NULL)
            return s->sinks[i].fault;
    if (fake_taps_wrong(&s->taps) != NULL)
        return fake_taps_wrong(&s->taps);
    return sim_branches_wrong(&s->branches, s->assembly);
}

/* Each lane's ledger balances, and says what the sinks got of the lane. */
static const char *check_lane(struct scene *s, uint32_t lane)
{
    struct weir_progress p;
    uint64_t delivered = 0;
    weir_assembly_lane_progress(s->assembly, lane, &p);
    for (uint32_t i = 0; i < weir_assembly_outlets(s->assembly); i++)
        delivered += s->sinks[i].lane_delivered[lane];
    if (!weir_ledger_balanced(&p.ledger))
        return "the ledger of a lane does not balance";
    if (p.ledger.delivered != delivered)
        return "delivered of a lane is not what the sink got";
    return NULL;
}

static const char *check_sinks(struct scene *s, const struct weir_progress *p)
{
    uint64_t delivered = 0, bytes = 0, late = 0, descents = 0;
    bool failed = false;
    for (uint32_t i = 0; i < weir_assembly_outlets(s->assembly); i++) {
        struct weir_err err = {.text = ""};
        delivered += s->sinks[i].delivered;
        bytes += s->sinks[i].delivered_bytes;
        failed |=
            weir_outlet_error(weir_assembly_outlet(s->assembly, i), &err) != 0;
        late += s->sinks[i].late;
        descents += s->sinks[i].descents;
        if (!s->sinks[i].finished)
            return "a sink was not finished";
    }
    if (p->late !=
        (s->config.lanes > weir_assembly_outlets(s->assembly) ? late : 0))
        return "late is not what the sinks saw";
    if (descents > 0 && p->hurried == 0)
        return "out of order, though all lanes were waited for";
    if (p->hurried > 0 && !s->sources[0]->live)
        return "hurried, where nothing can be lost by waiting";
    if (p->ledger.delivered != delivered)
        return "delivered is not what the sinks got";
    if (p->delivered_bytes != bytes)
        return "delivered bytes are not what the sinks got";
    if (p->ledger.lost[WEIR_LOST_WRITE] > 0 && !failed)
        return "frames lost by a sink that says nothing";
    return NULL;
}

static const char *check_flows(struct scene *s, const struct weir_progress *p)
{
    static const uint16_t linktypes[] = {WEIR_LINKTYPE_ETHERNET,
                                         FAKE_SECOND_LINKTYPE};
    struct weir_flows *flows = weir_assembly_flows(s->assembly);
    if (flows == NULL)
        return s->flows == NULL ? NULL : "no flows";
    weir_flows_finish(flows, p->time_max_ns);
    if (s->flows->n != p->ledger.delivered)
        return "the flows' check has not seen all frames";
    return flows_check_end(s->flows, flows, &s->config.flows, linktypes,
                           s->flows_same);
}

const char *verdict_end(struct scene *s)
{
    struct weir_progress p;
    weir_assembly_progress(s->assembly, &p);
    struct weir_sum total =
        weir_summary_total(weir_assembly_summary(s->assembly));
    for (uint32_t i = 0; i < s->config.lanes; i++) {
        const char *fault = check_lane(s, i);
        if (fault != NULL)
            return fault;
    }
    if (!weir_ledger_balanced(&p.ledger))
        return "the ledger does not balance";
    if (total.frames != p.ledger.delivered || total.bytes != p.delivered_bytes)
        return "the statistics are not those of the delivered frames";
    if (s->config.frames_max > 0 && p.ledger.delivered > s->config.frames_max)
        return "more than -c frames";
    if (p.ledger.lost[WEIR_LOST_ABANDONED] > 0 && s->abandon_step == UINT64_MAX)
        return "abandoned by nobody";
    struct weir_err err;
    uint64_t failed = 0;
    for (uint32_t i = 0; i < s->config.lanes; i++)
        failed += weir_lane_source_error(weir_assembly_lane(s->assembly, i),
                                         &err) != 0;
    const char *fault = sim_branches_wrong_end(
        &s->branches, s->assembly, s->abandon_step != UINT64_MAX, &s->notices);
    if (fault != NULL)
        return fault;
    /* The last one's failure is the recording's. */
    if (s->notices > failed || s->notices >= s->config.lanes)
        return "a notice of nothing";
    weir_assembly_merge(s->assembly);
    fault = fake_taps_wrong_end(&s->taps, s->assembly);
    if (fault != NULL)
        return fault;
    fault = sim_changes_wrong_end(&s->changes, s->assembly);
    if (fault != NULL)
        return fault;
    fault = check_flows(s, &p);
    return fault != NULL ? fault : check_sinks(s, &p);
}
