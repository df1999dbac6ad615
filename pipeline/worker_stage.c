#include <stddef.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "pipeline/flows.h"
#include "pipeline/lane_impl.h"
#include "pipeline/taps.h"
#include "ring/stop.h"
#include "ring/summary.h"

/* How often a worker hands its summary over: a merge costs the stats thread
 * as much as there are talkers, however few frames they sent. */
#define HAND_OVER_NS (250 * WEIR_NS_PER_MS)

/* What is out of the ordinary where branches may hold leases. */
static void note_lease(struct worker_stage *w, struct weir_batch *batch,
                       const struct weir_account *a)
{
    batch->lent = batch->chunk.bytes != batch->chunk.buf;
    if (batch->lent)
        weir_counter_add(&w->cells.lent, 1);
    if (a->copied) {
        weir_counter_add(&w->cells.copied_blocks, 1);
        weir_counter_add(&w->cells.copied_frames, a->passed);
    }
}

static void process(struct weir_lane *lane, struct worker_stage *w,
                    struct weir_batch *batch)
{
    const struct weir_account_config *config = &lane->config.account;
    struct weir_account a;
    struct weir_chunk *chunk =
        config->format == WEIR_FORMAT_NONE ? NULL : &batch->chunk;
    bool sure =
        batch->frames_before + batch->lease.frames <= lane->config.flows_sure;
    batch->flows_left = w->flows != NULL && !sure;
    struct weir_flow_table *flows =
        w->flows != NULL && sure ? weir_flow_feed_table(w->flows) : NULL;
    batch->refuses = flows != NULL && w->crowded;
    if (batch->refuses)
        memset(batch->refused, 0, sizeof batch->refused);
    struct weir_account_config copies;
    const bool branched = lane->config.branched;
    if (branched &&
        atomic_load_explicit(&lane->lends_none, memory_order_relaxed)) {
        copies = *config;
        copies.lends_none = true;
        config = &copies;
    }
    weir_account_batch(config, batch, chunk, w->summary, flows, w->taps, &a);
    if (w->taps != NULL)
        weir_taps_publish(w->taps);
    if (branched)
        note_lease(w, batch, &a);
    batch->refuses = a.flows.frames[WEIR_FLOW_UNTRACKED] > 0;
    WEIR_DCHECK(w->crowded || !batch->refuses);
    if (flows != NULL)
        weir_flow_feed_note(w->flows, &a.flows);
    batch->passed = (uint32_t)a.passed;
    batch->passed_bytes = a.passed_bytes;
    batch->time_min_ns = a.time_min_ns;
    batch->time_max_ns = a.time_max_ns;
    for (int i = 0; i < WEIR_EXCLUDED_COUNT; i++)
        weir_counter_add(&w->cells.excluded[i], a.excluded[i]);
    weir_counter_add(&w->cells.malformed, a.malformed);
    weir_counter_add(&w->cells.truncated, a.truncated);
    weir_counter_add(&w->cells.oversized, a.oversized);
}

static void hand_over(struct worker_stage *w, int64_t now_ns)
{
    if (now_ns - w->handed_ns < HAND_OVER_NS)
        return;
    struct weir_summary *spare = weir_link_pop(w->spare);
    if (spare == NULL)
        return; /* the stats thread is slow: go on with this one */
    weir_link_push(w->tally, w->summary);
    w->summary = spare;
    w->handed_ns = now_ns;
}

static void end(struct worker_stage *w)
{
    if (w->flows != NULL)
        weir_flow_feed_end(w->flows);
    weir_link_push(w->tally, w->summary);
    w->summary = NULL;
    weir_link_end(w->tally);
    weir_link_end(w->out);
    w->ended = true;
}

/* Frames of a file can wait until there is room for their flows. */
static bool waits_for_room(const struct weir_lane *lane, struct worker_stage *w)
{
    w->crowded = w->flows != NULL && !weir_flow_feed_ready(w->flows);
    return w->crowded && !lane->config.source->live && !weir_link_ended(w->in);
}

enum weir_step weir_lane_work(struct weir_lane *lane, uint32_t worker,
                              int64_t now_ns)
{
    struct worker_stage *w = &lane->workers[worker];
    if (w->ended)
        return WEIR_STEP_ENDED;
    bool abandoned = weir_stop_is_set(lane->config.abandon);
    if (!abandoned && waits_for_room(lane, w))
        return WEIR_STEP_IDLE;
    struct weir_batch *batch = weir_link_pop(w->in);
    if (batch == NULL) {
        if (!weir_link_ended(w->in))
            return WEIR_STEP_IDLE;
        end(w);
        return WEIR_STEP_ENDED;
    }
    WEIR_ASSERT(batch->seq % lane->config.workers == worker);
    weir_counter_add(&w->cells.taken, batch->lease.frames);
    if (abandoned) {
        batch->skipped = true;
        batch->passed = batch->lease.frames;
    } else {
        process(lane, w, batch);
    }
    weir_counter_add(&w->cells.passed, batch->passed);
    weir_link_push(w->out, batch);
    hand_over(w, now_ns);
    return WEIR_STEP_WORKED;
}

struct weir_bell *weir_lane_work_bell(struct weir_lane *lane, uint32_t worker)
{
    return &lane->workers[worker].bell;
}
