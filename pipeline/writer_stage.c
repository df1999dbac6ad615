#include <errno.h>
#include <stddef.h>

#include "base/assert.h"
#include "base/clock.h"
#include "pipeline/lane_impl.h"
#include "ring/stop.h"
#include "ring/summary.h"

static void fill_facts(struct weir_lane *lane)
{
    const struct capture_cells *cells = &lane->capture.cells;
    lane->config.sink->facts = (struct weir_sink_facts){
        .has_kernel = lane->config.source->live,
        .delivered = weir_counter_read(&lane->writer.cells.delivered),
        .received = weir_counter_read(&cells->received),
        .kernel_seen = weir_counter_read(&cells->kernel_seen),
        .kernel_dropped = weir_counter_read(&cells->kernel_dropped),
        .interface_dropped = weir_counter_read(&cells->interface_dropped),
    };
}

/* Keeps the first failure; the source is stopped, so that what is in flight
 * comes through and is counted. */
static void fail(struct weir_lane *lane, int error, const struct weir_err *err)
{
    struct writer_stage *w = &lane->writer;
    if (w->error != 0)
        return;
    w->error = error;
    w->err = *err;
    weir_stop_set(lane->config.stop);
}

static void reach_limit(struct weir_lane *lane)
{
    lane->writer.full = true;
    weir_stop_set(lane->config.stop);
}

/* Gives the sink as much of the batch as limits allow.  Returns how many of
 * its passed frames were delivered. */
static uint32_t deliver(struct weir_lane *lane, const struct weir_batch *batch)
{
    struct writer_stage *w = &lane->writer;
    struct weir_sink *sink = lane->config.sink;
    if (batch->passed == 0 || w->given_up || w->full || w->error != 0)
        return 0;
    uint32_t max = batch->passed;
    uint64_t limit = lane->config.frames_max;
    uint64_t delivered = weir_counter_read(&w->cells.delivered);
    if (limit > 0 && limit - delivered < max)
        max = (uint32_t)(limit - delivered);
    uint32_t taken = 0;
    struct weir_err err = {.text = ""};
    fill_facts(lane);
    int64_t begun_ns = weir_clock_mono_ns();
    int error = sink->ops->write(sink, batch, max, &taken, &err);
    weir_counter_add(&w->cells.write_ns,
                     (uint64_t)(weir_clock_mono_ns() - begun_ns));
    WEIR_ASSERT(taken <= max);
    if (error != 0)
        fail(lane, error, &err);
    else if (sink->done || (limit > 0 && delivered + taken == limit))
        reach_limit(lane);
    return taken;
}

static void note_times(struct writer_cells *cells, int64_t min, int64_t max)
{
    if (min < (int64_t)weir_counter_read(&cells->time_min_ns))
        weir_counter_set(&cells->time_min_ns, (uint64_t)min);
    if (max > (int64_t)weir_counter_read(&cells->time_max_ns))
        weir_counter_set(&cells->time_max_ns, (uint64_t)max);
}

/* Counts the batch's frames behind the first `taken` where they belong, and
 * takes them out of what the worker counted of them. */
static void account_rest(struct weir_lane *lane, struct weir_batch *batch,
                         uint32_t taken)
{
    struct writer_stage *w = &lane->writer;
    struct weir_account kept, rest;
    uint32_t count = batch->passed - taken;
    if (batch->skipped) {
        weir_counter_add(&w->cells.lost[WEIR_LOST_ABANDONED], count);
        return;
    }
    weir_account_split(&lane->config.account, batch, taken, w->rest, &kept,
                       &rest);
    weir_counter_add(&w->cells.malformed, rest.malformed);
    weir_counter_add(&w->cells.truncated, rest.truncated);
    weir_counter_add(&w->cells.delivered_bytes, kept.passed_bytes);
    note_times(&w->cells, kept.time_min_ns, kept.time_max_ns);
    /* A sink that was told to wait no more has not failed. */
    if (w->error != 0 && w->error != -ECANCELED)
        weir_counter_add(&w->cells.lost[WEIR_LOST_WRITE], count);
    else if (w->full)
        weir_counter_add(&w->cells.surplus, count);
    else
        weir_counter_add(&w->cells.lost[WEIR_LOST_ABANDONED], count);
}

static void finish(struct weir_lane *lane)
{
    struct writer_stage *w = &lane->writer;
    struct weir_sink *sink = lane->config.sink;
    struct weir_err err = {.text = ""};
    fill_facts(lane);
    int error = sink->ops->finish(sink, &err);
    if (error != 0)
        fail(lane, error, &err);
    weir_link_push(w->undelivered, w->rest);
    w->rest = NULL;
    weir_link_end(w->undelivered);
    w->ended = true;
}

static void idle(struct weir_lane *lane, int64_t real_ns)
{
    struct writer_stage *w = &lane->writer;
    struct weir_sink *sink = lane->config.sink;
    struct weir_err err = {.text = ""};
    if (w->full || w->error != 0 || real_ns < w->tick_ns)
        return;
    fill_facts(lane);
    w->tick_ns = INT64_MAX;
    int error = sink->ops->tick(sink, real_ns, &w->tick_ns, &err);
    if (error != 0)
        fail(lane, error, &err);
    else if (sink->done)
        reach_limit(lane);
}

static void rotate(struct weir_lane *lane)
{
    struct writer_stage *w = &lane->writer;
    struct weir_sink *sink = lane->config.sink;
    struct weir_err err = {.text = ""};
    if (w->full || w->error != 0)
        return;
    fill_facts(lane);
    int error = sink->ops->rotate(sink, &err);
    if (error != 0)
        fail(lane, error, &err);
    else if (sink->done)
        reach_limit(lane);
}

enum weir_step weir_lane_write(struct weir_lane *lane, int64_t real_ns)
{
    struct writer_stage *w = &lane->writer;
    if (w->ended)
        return WEIR_STEP_ENDED;
    if (atomic_exchange_explicit(&w->rotate, false, memory_order_relaxed))
        rotate(lane);
    struct weir_link *link = lane->workers[w->turn].out;
    struct weir_batch *batch = weir_link_pop(link);
    if (batch == NULL) {
        /* Batches come in rotation: when the worker whose turn it is has
         * no more, nobody has. */
        if (weir_link_ended(link)) {
            finish(lane);
            return WEIR_STEP_ENDED;
        }
        idle(lane, real_ns);
        return WEIR_STEP_IDLE;
    }
    w->turn = (w->turn + 1) % lane->config.workers;
    /* Workers skip at different moments: nothing behind the first gap is
     * delivered, so that the file has none. */
    if (weir_stop_is_set(lane->config.abandon))
        w->given_up = true;
    uint32_t taken = deliver(lane, batch);
    weir_counter_add(&w->cells.delivered, taken);
    if (taken < batch->passed) {
        account_rest(lane, batch, taken);
    } else {
        weir_counter_add(&w->cells.delivered_bytes, batch->passed_bytes);
        note_times(&w->cells, batch->time_min_ns, batch->time_max_ns);
    }
    weir_counter_add(&w->cells.taken, batch->passed);
    w->tick_ns = 0;
    weir_link_push(w->home, batch);
    return WEIR_STEP_WORKED;
}

int64_t weir_lane_write_deadline(const struct weir_lane *lane)
{
    const struct writer_stage *w = &lane->writer;
    return w->full || w->error != 0 ? INT64_MAX : w->tick_ns;
}

void weir_lane_rotate(struct weir_lane *lane)
{
    /* Relaxed: the flag is all there is to see. */
    atomic_store_explicit(&lane->writer.rotate, true, memory_order_relaxed);
    weir_bell_ring(&lane->writer.bell);
}

struct weir_bell *weir_lane_write_bell(struct weir_lane *lane)
{
    return &lane->writer.bell;
}
