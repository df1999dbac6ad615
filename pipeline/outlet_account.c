#include <errno.h>
#include <string.h>

#include "capture/source.h"
#include "pipeline/flows.h"
#include "pipeline/outlet_branch.h"
#include "pipeline/outlet_impl.h"
#include "ring/summary.h"

static void add_counts(struct weir_sink_counts *into,
                       const struct weir_ledger *intake, uint64_t delivered)
{
    into->known = true;
    into->received += intake->received;
    into->kernel_seen += intake->kernel_seen;
    into->kernel_dropped += intake->kernel_dropped;
    /* Each lane of an interface knows all of that. */
    if (intake->interface_dropped > into->interface_dropped)
        into->interface_dropped = intake->interface_dropped;
    into->delivered += delivered;
}

void outlet_fill_facts(struct weir_outlet *outlet, const struct inlet *in)
{
    struct weir_sink_facts facts = {.has_kernel = false};
    for (uint32_t i = 0; i < outlet->inlets_count; i++) {
        const struct weir_source *source =
            weir_lane_source(outlet->inlets[i].lane);
        if (source->live && source->iface >= facts.ifaces_count &&
            source->iface < WEIR_LANES_MAX)
            facts.ifaces_count = source->iface + UINT32_C(1);
    }
    memset(outlet->counts, 0, facts.ifaces_count * sizeof outlet->counts[0]);
    if (facts.ifaces_count > 0)
        facts.ifaces = outlet->counts;
    if (in != NULL)
        facts.iface = weir_lane_source(in->lane)->iface;
    for (uint32_t i = 0; i < outlet->inlets_count; i++) {
        const struct weir_lane *lane = outlet->inlets[i].lane;
        const struct weir_source *source = weir_lane_source(lane);
        struct weir_ledger intake = {0};
        weir_lane_intake(lane, &intake);
        uint64_t delivered =
            weir_counter_read(&outlet->inlets[i].cells.delivered) +
            outlet->inlets[i].kept_frames;
        facts.has_kernel |= intake.has_kernel;
        add_counts(&facts.all, &intake, delivered);
        if (source->iface < facts.ifaces_count)
            add_counts(&outlet->counts[source->iface], &intake, delivered);
    }
    outlet->sink->facts = facts;
}

static void note_times(struct inlet_cells *cells, int64_t min, int64_t max)
{
    if (min < (int64_t)weir_counter_read(&cells->time_min_ns))
        weir_counter_set(&cells->time_min_ns, (uint64_t)min);
    if (max > (int64_t)weir_counter_read(&cells->time_max_ns))
        weir_counter_set(&cells->time_max_ns, (uint64_t)max);
}

/* Counts the batch's frames behind the first `taken` where they belong, takes
 * them out of what the worker counted of them, and sets *kept to the others. */
static void account_rest(struct weir_outlet *outlet, struct inlet *in,
                         struct weir_batch *batch, uint32_t taken,
                         struct weir_account *kept)
{
    struct inlet_cells *cells = &in->cells;
    struct weir_account rest;
    uint32_t count = batch->passed - taken;
    if (batch->skipped) {
        weir_counter_add(&cells->lost[WEIR_LOST_ABANDONED], count);
        return;
    }
    struct weir_flow_table *flows =
        outlet->flows_rest != NULL && !batch->flows_left
            ? weir_flow_feed_table(outlet->flows_rest)
            : NULL;
    weir_account_split(&outlet->config.account, batch, taken, outlet->rest,
                       flows, kept, &rest);
    if (flows != NULL)
        weir_flow_feed_note(outlet->flows_rest, &rest.flows);
    weir_counter_add(&cells->malformed, rest.malformed);
    weir_counter_add(&cells->truncated, rest.truncated);
    weir_counter_add(&cells->oversized, rest.oversized);
    /* A sink that was told to wait no more has not failed. */
    if (outlet->error != 0 && outlet->error != -ECANCELED)
        weir_counter_add(&cells->lost[WEIR_LOST_WRITE], count);
    else if (outlet->full)
        weir_counter_add(&cells->surplus, count);
    else
        weir_counter_add(&cells->lost[WEIR_LOST_ABANDONED], count);
}

static void count_flows(struct weir_outlet *outlet,
                        const struct weir_batch *batch, uint32_t taken)
{
    struct weir_flow_kinds kinds;
    weir_account_flows(&outlet->config.account, batch, taken,
                       weir_flow_feed_table(outlet->flows_left), &kinds);
    weir_flow_feed_note(outlet->flows_left, &kinds);
}

void outlet_send_home(struct inlet *in, struct weir_batch *batch)
{
    in->home++;
    weir_lane_give_back(in->lane, batch);
}

void outlet_settle(struct weir_outlet *outlet, struct inlet *in,
                   struct weir_batch *batch, uint32_t taken)
{
    struct inlet_cells *cells = &in->cells;
    struct weir_account kept = {
        .passed_bytes = batch->passed_bytes,
        .time_min_ns = batch->time_min_ns,
        .time_max_ns = batch->time_max_ns,
    };
    weir_counter_add(&cells->delivered, taken);
    if (taken < batch->passed)
        account_rest(outlet, in, batch, taken, &kept);
    weir_counter_add(&cells->delivered_bytes, kept.passed_bytes);
    note_times(cells, kept.time_min_ns, kept.time_max_ns);
    if (batch->flows_left && !batch->skipped)
        count_flows(outlet, batch, taken);
    weir_counter_add(&cells->taken, batch->passed);
    if (outlet->branches != NULL &&
        outlet_branches_share(outlet, in, batch, taken, &kept))
        return;
    outlet_send_home(in, batch);
}

uint64_t weir_outlet_progress(const struct weir_outlet *outlet, uint32_t inlet,
                              struct weir_progress *out)
{
    const struct inlet_cells *cells = &outlet->inlets[inlet].cells;
    struct weir_ledger *ledger = &out->ledger;
    uint64_t taken = weir_counter_read(&cells->taken);
    ledger->delivered = weir_counter_read(&cells->delivered);
    ledger->excluded[WEIR_EXCLUDED_SURPLUS] =
        weir_counter_read(&cells->surplus);
    for (int i = 0; i < WEIR_LOST_COUNT; i++)
        ledger->lost[i] = weir_counter_read(&cells->lost[i]);
    out->delivered_bytes = weir_counter_read(&cells->delivered_bytes);
    out->malformed = 0 - weir_counter_read(&cells->malformed);
    out->truncated = 0 - weir_counter_read(&cells->truncated);
    out->oversized = 0 - weir_counter_read(&cells->oversized);
    out->write_ns = (int64_t)weir_counter_read(&cells->write_ns);
    out->late = weir_counter_read(&cells->late);
    out->late_ns = (int64_t)weir_counter_read(&cells->late_ns);
    out->hurried = weir_counter_read(&cells->hurried);
    out->copied_blocks = weir_counter_read(&cells->copied_blocks);
    out->copied_frames = weir_counter_read(&cells->copied_frames);
    out->time_min_ns = (int64_t)weir_counter_read(&cells->time_min_ns);
    out->time_max_ns = (int64_t)weir_counter_read(&cells->time_max_ns);
    return taken;
}
