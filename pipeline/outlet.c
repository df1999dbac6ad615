#include "pipeline/outlet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "capture/source.h"
#include "pipeline/flows.h"
#include "pipeline/lane.h"
#include "pipeline/outlet_branch.h"
#include "pipeline/outlet_impl.h"
#include "pipeline/quota.h"
#include "ring/link.h"
#include "ring/stop.h"
#include "ring/summary.h"
#include "sink/sink.h"

static int open_flows(struct weir_outlet *outlet, struct weir_err *err)
{
    struct weir_flows *flows = outlet->config.flows;
    if (flows == NULL)
        return 0;
    int ret = weir_flows_add(flows, WEIR_FLOW_FEED_OUTLET, &outlet->bell,
                             &outlet->flows_left, err);
    if (ret == 0)
        ret = weir_flows_add(flows, WEIR_FLOW_FEED_OUTLET_TAKES, &outlet->bell,
                             &outlet->flows_rest, err);
    return ret;
}

int weir_outlet_open(struct weir_outlet **out,
                     const struct weir_outlet_config *config,
                     struct weir_err *err)
{
    struct weir_summary_config summary = {.talkers = config->talkers,
                                          .seed = config->seed};
    size_t bytes =
        sizeof(struct weir_outlet) + config->inlets_max * sizeof(struct inlet);
    struct weir_outlet *outlet = aligned_alloc(WEIR_CACHE_PAIR, bytes);
    if (outlet == NULL)
        return weir_err_sys(err, -ENOMEM, "outlet");
    memset(outlet, 0, bytes);
    outlet->config = *config;
    outlet->newest_ns = INT64_MIN;
    outlet->merge.until_ns = INT64_MAX;
    outlet->views = calloc(config->inlets_max, sizeof *outlet->views);
    outlet->can_wait = true;
    int ret = outlet->views == NULL ? weir_err_sys(err, -ENOMEM, "outlet")
                                    : weir_bell_open(&outlet->bell, true, err);
    if (ret == 0)
        ret = weir_link_open(&outlet->done, 1, config->stats_bell, err);
    if (ret == 0) {
        ret = weir_summary_open(&outlet->rest, &summary, err);
        if (ret < 0)
            weir_err_wrap(err, ret, "statistics");
    }
    if (ret == 0)
        ret = open_flows(outlet, err);
    if (ret == 0 && config->branches_count > 0)
        ret =
            outlet_branches_open(&outlet->branches, config, &outlet->bell, err);
    if (ret < 0) {
        weir_outlet_close(outlet);
        return ret;
    }
    *out = outlet;
    return 0;
}

void weir_outlet_add(struct weir_outlet *outlet, struct weir_lane *lane)
{
    WEIR_ASSERT(outlet->inlets_count < outlet->config.inlets_max);
    struct inlet *in = &outlet->inlets[outlet->inlets_count++];
    in->lane = lane;
    const struct weir_source *source = weir_lane_source(lane);
    const bool live = source->live;
    const uint32_t batches = weir_lane_batches(weir_lane_workers(lane), live);
    in->pressed = batches / 2;
    in->lends = true;
    if (outlet->branches != NULL) {
        outlet_branches_add(outlet->branches, outlet->inlets_count - 1, batches,
                            source->in_turn);
        outlet_branches_advise(outlet);
    }
    outlet->can_wait &= !live;
    weir_counter_set(&in->cells.time_min_ns, (uint64_t)INT64_MAX);
    weir_counter_set(&in->cells.time_max_ns, (uint64_t)INT64_MIN);
}

void weir_outlet_set_sink(struct weir_outlet *outlet, struct weir_sink *sink)
{
    outlet->sink = sink;
    for (uint32_t i = 0; i < outlet->inlets_count; i++)
        weir_lane_set_in_place(outlet->inlets[i].lane, sink->in_place_min);
}

void weir_outlet_close(struct weir_outlet *outlet)
{
    if (outlet == NULL)
        return;
    while (outlet->done != NULL && weir_link_pop(outlet->done) != NULL)
        continue;
    weir_link_close(outlet->done);
    outlet_branches_close(outlet->branches);
    weir_bell_close(&outlet->bell);
    weir_summary_close(outlet->rest);
    free(outlet->views);
    free(outlet);
}

/* Keeps the first failure; the sources are stopped, so that what is in
 * flight comes through and is counted. */
static void fail(struct weir_outlet *outlet, int error,
                 const struct weir_err *err)
{
    if (outlet->error != 0)
        return;
    outlet->error = error;
    outlet->err = *err;
    weir_stop_set(outlet->config.stop);
}

static void reach_limit(struct weir_outlet *outlet)
{
    outlet->full = true;
    weir_stop_set(outlet->config.stop);
}

/* Gives the sink as much of the batch as limits allow.  Returns how many of
 * its passed frames were delivered; sets *kept if only settle will tell. */
static uint32_t deliver(struct weir_outlet *outlet, struct inlet *in,
                        struct weir_batch *batch, bool *kept)
{
    struct weir_sink *sink = outlet->sink;
    struct weir_quota *quota = outlet->config.quota;
    if (batch->passed == 0 || outlet->given_up || outlet->full ||
        outlet->error != 0)
        return 0;
    uint32_t max = weir_quota_take(quota, batch->passed);
    if (max == 0) {
        reach_limit(outlet);
        return 0;
    }
    uint32_t taken = 0;
    struct weir_err err = {.text = ""};
    outlet_fill_facts(outlet, in);
    int64_t begun_ns = weir_clock_mono_ns();
    int error = sink->ops->write(sink, batch, max, &taken, &err);
    weir_counter_add(&in->cells.write_ns,
                     (uint64_t)(weir_clock_mono_ns() - begun_ns));
    WEIR_ASSERT(taken <= max);
    weir_quota_give(quota, max - taken);
    *kept = error == WEIR_SINK_KEPT;
    if (error < 0)
        fail(outlet, error, &err);
    else if (sink->done || weir_quota_spent(quota))
        reach_limit(outlet);
    return taken;
}

static void keep(struct weir_outlet *outlet, struct inlet *in,
                 struct weir_batch *batch)
{
    batch->inlet = (uint32_t)(in - outlet->inlets);
    outlet->kept++;
    in->kept_frames += batch->passed;
}

static void finish(struct weir_outlet *outlet)
{
    struct weir_sink *sink = outlet->sink;
    struct weir_err err = {.text = ""};
    outlet_fill_facts(outlet, NULL);
    int error = sink->ops->finish(sink, &err);
    if (error != 0)
        fail(outlet, error, &err);
    weir_link_push(outlet->done, outlet->rest);
    weir_link_end(outlet->done);
    if (outlet->flows_left != NULL) {
        weir_flow_feed_end(outlet->flows_left);
        weir_flow_feed_end(outlet->flows_rest);
    }
    if (outlet->branches != NULL)
        outlet_branches_end(outlet->branches);
    outlet->wants_branch = false;
    outlet->finished = true;
    outlet->ended = outlet->branches == NULL;
}

static void idle(struct weir_outlet *outlet, int64_t real_ns)
{
    struct weir_sink *sink = outlet->sink;
    struct weir_err err = {.text = ""};
    if (outlet->full || outlet->error != 0 || real_ns < outlet->tick_ns)
        return;
    outlet_fill_facts(outlet, NULL);
    outlet->tick_ns = INT64_MAX;
    int error = sink->ops->tick(sink, real_ns, &outlet->tick_ns, &err);
    if (error != 0)
        fail(outlet, error, &err);
    else if (sink->done)
        reach_limit(outlet);
}

static void rotate(struct weir_outlet *outlet)
{
    struct weir_sink *sink = outlet->sink;
    struct weir_err err = {.text = ""};
    if (outlet->full || outlet->error != 0)
        return;
    outlet_fill_facts(outlet, NULL);
    int error = sink->ops->rotate(sink, &err);
    if (error != 0)
        fail(outlet, error, &err);
    else if (sink->done)
        reach_limit(outlet);
}

/* No batch is here, and none will come. */
static bool is_through(const struct weir_outlet *outlet)
{
    if (outlet->kept > 0 || outlet->last != NULL)
        return false;
    for (uint32_t i = 0; i < outlet->inlets_count; i++) {
        const struct inlet *in = &outlet->inlets[i];
        if (in->head != NULL || !weir_lane_taken(in->lane))
            return false;
    }
    return true;
}

static bool flows_ready(struct weir_outlet *outlet)
{
    if (outlet->flows_left == NULL)
        return true;
    bool left = weir_flow_feed_ready(outlet->flows_left);
    bool rest = weir_flow_feed_ready(outlet->flows_rest);
    /* What is to be taken out must be: by then the source has been cut. */
    return rest && (left || !outlet->can_wait);
}

/* A batch whose fate is known can go on. */
static bool may_settle(struct weir_outlet *outlet)
{
    outlet->wants_branch =
        outlet->branches != NULL && !outlet_branches_ready(outlet->branches);
    outlet->wants_flows = !flows_ready(outlet);
    return !outlet->wants_branch && !outlet->wants_flows;
}

/* Takes back what the sink is through with, and settles it. */
static bool take_back(struct weir_outlet *outlet)
{
    struct weir_sink *sink = outlet->sink;
    bool any = false;
    while (outlet->kept > 0 && may_settle(outlet)) {
        struct weir_batch *batch = NULL;
        struct weir_err err = {.text = ""};
        uint32_t taken = 0;
        int error = sink->ops->settle(sink, &batch, &taken, &err);
        if (error != 0)
            fail(outlet, error, &err);
        if (batch == NULL)
            break;
        outlet->kept--;
        struct inlet *in = &outlet->inlets[batch->inlet];
        in->kept_frames -= batch->passed;
        outlet_settle(outlet, in, batch, taken);
        any = true;
    }
    if (outlet->last != NULL && outlet->kept == 0 && may_settle(outlet)) {
        struct weir_batch *last = outlet->last;
        outlet->last = NULL;
        outlet_settle(outlet, &outlet->inlets[last->inlet], last,
                      outlet->last_taken);
        any = true;
    }
    return any;
}

/* A batch whose fate is known, unlike that of some before it, perhaps: what
 * branches get is in order. */
static void settle_in_turn(struct weir_outlet *outlet, struct inlet *in,
                           struct weir_batch *batch, uint32_t taken)
{
    if (outlet->branches == NULL || outlet->kept == 0) {
        outlet_settle(outlet, in, batch, taken);
        return;
    }
    batch->inlet = (uint32_t)(in - outlet->inlets);
    outlet->last = batch;
    outlet->last_taken = taken;
}

/* There is nothing to do: for now, or at all. */
static enum weir_step finish_or_idle(struct weir_outlet *outlet,
                                     int64_t real_ns)
{
    if (outlet->wants_flows || !is_through(outlet)) {
        idle(outlet, real_ns);
        return WEIR_STEP_IDLE;
    }
    finish(outlet);
    return outlet->ended ? WEIR_STEP_ENDED : WEIR_STEP_WORKED;
}

static enum weir_step go_on(struct weir_outlet *outlet, int64_t real_ns)
{
    if (atomic_exchange_explicit(&outlet->rotate, false, memory_order_relaxed))
        rotate(outlet);
    bool worked = take_back(outlet);
    bool goes_on = may_settle(outlet) && outlet->last == NULL;
    struct inlet *in = goes_on ? outlet_pick(outlet, real_ns) : NULL;
    if (in == NULL)
        return worked ? WEIR_STEP_WORKED : finish_or_idle(outlet, real_ns);
    struct weir_batch *batch = in->head;
    in->head = NULL;
    /* Workers skip at different moments: nothing behind the first gap is
     * delivered, so that the file has none. */
    if (weir_stop_is_set(outlet->config.abandon))
        outlet->given_up = true;
    bool kept = false;
    uint32_t taken = deliver(outlet, in, batch, &kept);
    if (taken > 0)
        outlet_note_order(outlet, in, batch);
    if (kept)
        keep(outlet, in, batch);
    else
        settle_in_turn(outlet, in, batch, taken);
    outlet->tick_ns = 0;
    return WEIR_STEP_WORKED;
}

enum weir_step weir_outlet_step(struct weir_outlet *outlet, int64_t real_ns)
{
    if (outlet->ended)
        return WEIR_STEP_ENDED;
    if (outlet->branches == NULL)
        return go_on(outlet, real_ns);
    bool worked = outlet_branches_collect(outlet);
    if (outlet->finished) {
        outlet->ended = outlet_branches_ended(outlet->branches);
        if (outlet->ended)
            return WEIR_STEP_ENDED;
        return worked ? WEIR_STEP_WORKED : WEIR_STEP_IDLE;
    }
    enum weir_step step = go_on(outlet, real_ns);
    outlet_branches_advise(outlet);
    return step;
}

/* Without room for flows, or for a branch, neither what the sink is through
 * with nor what the merge waits for is of any use: the spare table, or the
 * parcel, rings the bell.  But nobody waits for a branch when all is given
 * up. */
int weir_outlet_fd(const struct weir_outlet *outlet)
{
    if (outlet->wants_flows)
        return -1;
    if (outlet->wants_branch)
        return outlet->config.abandon->fd;
    return outlet->kept > 0 ? outlet->sink->fd : -1;
}

int64_t weir_outlet_deadline(const struct weir_outlet *outlet)
{
    bool waits = outlet->wants_flows || outlet->wants_branch;
    int64_t until_ns = waits ? INT64_MAX : outlet->merge.until_ns;
    if (outlet->full || outlet->error != 0 || outlet->finished)
        return until_ns;
    return outlet->tick_ns < until_ns ? outlet->tick_ns : until_ns;
}

void weir_outlet_rotate(struct weir_outlet *outlet)
{
    /* Relaxed: the flag is all there is to see. */
    atomic_store_explicit(&outlet->rotate, true, memory_order_relaxed);
    weir_bell_ring(&outlet->bell);
}

struct weir_bell *weir_outlet_bell(struct weir_outlet *outlet)
{
    return &outlet->bell;
}

const struct weir_summary *weir_outlet_rest(struct weir_outlet *outlet)
{
    return weir_link_pop(outlet->done);
}

int weir_outlet_error(const struct weir_outlet *outlet, struct weir_err *err)
{
    if (outlet->error != 0)
        *err = outlet->err;
    return outlet->error;
}
