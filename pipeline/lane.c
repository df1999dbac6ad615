#include "pipeline/lane.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "pipeline/flows.h"
#include "pipeline/lane_impl.h"
#include "pipeline/taps.h"
#include "ring/summary.h"

uint32_t weir_lane_batches(uint32_t workers, bool live)
{
    /* Enough for each worker to have one in hand, one waiting before it and
     * one behind it, and for the outlet to have a few. */
    if (live)
        return 8 + 4 * workers;
    /* A file waits, so what is under way is only what keeps all at work:
     * each worker has one in hand and one waiting, so has the outlet, and
     * one is being filled.  Fewer blocks are nearer in the caches: writing a
     * copy took the kernel 40 to 44 ns a frame instead of 46 to 54. */
    return 3 + 2 * workers;
}

static int open_summaries(struct weir_lane *lane, struct weir_err *err)
{
    struct weir_summary_config config = {.talkers = lane->config.talkers,
                                         .seed = lane->config.seed};
    size_t workers = lane->config.workers;
    size_t count = 2 * workers;
    lane->summaries = calloc(count, sizeof(struct weir_summary *));
    if (lane->summaries == NULL)
        return weir_err_sys(err, -ENOMEM, "statistics");
    while (lane->summaries_count < count) {
        int ret = weir_summary_open(&lane->summaries[lane->summaries_count],
                                    &config, err);
        if (ret < 0)
            return weir_err_wrap(err, ret, "statistics");
        lane->summaries_count++;
    }
    for (size_t i = 0; i < workers; i++) {
        lane->workers[i].summary = lane->summaries[2 * i];
        weir_link_push(lane->workers[i].spare, lane->summaries[2 * i + 1]);
    }
    return 0;
}

static int open_worker(struct weir_lane *lane, uint32_t worker,
                       struct weir_err *err)
{
    struct worker_stage *w = &lane->workers[worker];
    const struct weir_lane_config *config = &lane->config;
    uint32_t batches = weir_lane_batches(config->workers, config->source->live);
    int ret = weir_bell_open(&w->bell, false, err);
    if (ret == 0)
        ret = weir_link_open(&w->in, batches, &w->bell, err);
    if (ret == 0)
        ret = weir_link_open(&w->out, batches, config->outlet_bell, err);
    if (ret == 0)
        ret = weir_link_open(&w->tally, 2, config->stats_bell, err);
    if (ret == 0)
        ret = weir_link_open(&w->spare, 2, NULL, err);
    if (ret == 0 && config->flows != NULL)
        ret = weir_flows_add(config->flows, WEIR_FLOW_FEED_WORKER, &w->bell,
                             &w->flows, err);
    if (ret == 0 && config->taps_count > 0)
        ret = weir_taps_open(&w->taps, config->taps, config->taps_count,
                             config->number, worker, err);
    return ret;
}

static int open_stages(struct weir_lane *lane, struct weir_err *err)
{
    const struct weir_lane_config *config = &lane->config;
    uint32_t batches = weir_lane_batches(config->workers, config->source->live);
    struct capture_stage *c = &lane->capture;
    weir_counter_set(&c->cells.mark_ns, (uint64_t)INT64_MIN);
    atomic_init(&c->asked_ns, INT64_MAX);
    int ret = weir_bell_open(&c->bell, true, err);
    if (ret == 0)
        ret = weir_link_open(&c->home, batches, NULL, err);
    if (ret == 0)
        ret = weir_link_open(&c->notices, NOTICES, config->stats_bell, err);
    if (ret == 0)
        ret = weir_link_open(&c->notices_back, NOTICES, NULL, err);
    for (uint32_t i = 0; ret == 0 && i < NOTICES; i++)
        weir_link_push(c->notices_back, &lane->notices[i]);
    for (uint32_t i = 0; ret == 0 && i < config->workers; i++)
        ret = open_worker(lane, i, err);
    return ret;
}

static uint32_t chunk_bytes(const struct weir_lane_config *config)
{
    return config->account.format == WEIR_FORMAT_NONE
               ? 0
               : weir_chunk_bytes(config->block_bytes);
}

int weir_lane_open(struct weir_lane **out,
                   const struct weir_lane_config *config, struct weir_err *err)
{
    if (config->workers < 1 || config->workers > WEIR_WORKERS_MAX)
        return weir_err_set(err, -EINVAL, "%u workers: 1 to %d are possible",
                            config->workers, WEIR_WORKERS_MAX);
    size_t bytes = sizeof(struct weir_lane) +
                   config->workers * sizeof(struct worker_stage);
    struct weir_lane *lane = aligned_alloc(WEIR_CACHE_PAIR, bytes);
    if (lane == NULL)
        return weir_err_sys(err, -ENOMEM, "lane");
    memset(lane, 0, bytes);
    lane->config = *config;
    int ret = open_stages(lane, err);
    if (ret == 0)
        ret = open_summaries(lane, err);
    if (ret == 0)
        ret = weir_pool_open(
            &lane->capture.pool,
            weir_lane_batches(config->workers, config->source->live),
            chunk_bytes(config), err);
    if (ret < 0) {
        weir_lane_close(lane);
        return ret;
    }
    *out = lane;
    return 0;
}

int weir_lane_start(struct weir_lane *lane, struct weir_err *err)
{
    return weir_source_start(lane->config.source, err);
}

void weir_lane_set_in_place(struct weir_lane *lane, uint32_t in_place_min)
{
    lane->config.account.in_place_min = in_place_min;
}

void weir_lane_merge(struct weir_lane *lane)
{
    for (uint32_t i = 0; i < lane->config.workers; i++)
        if (lane->workers[i].taps != NULL)
            weir_taps_merge(lane->workers[i].taps);
}

/* For links whose items are the lane's own and come from nowhere else. */
static void drain_and_close(struct weir_link *link)
{
    while (link != NULL && weir_link_pop(link) != NULL)
        continue;
    weir_link_close(link);
}

void weir_lane_close(struct weir_lane *lane)
{
    if (lane == NULL)
        return;
    for (uint32_t i = 0; i < lane->config.workers; i++) {
        struct worker_stage *w = &lane->workers[i];
        weir_link_close(w->in);
        weir_link_close(w->out);
        drain_and_close(w->tally);
        drain_and_close(w->spare);
        weir_bell_close(&w->bell);
        weir_taps_close(w->taps);
    }
    weir_link_close(lane->capture.home);
    drain_and_close(lane->capture.notices);
    drain_and_close(lane->capture.notices_back);
    weir_bell_close(&lane->capture.bell);
    weir_pool_close(lane->capture.pool);
    for (uint32_t i = 0; i < lane->summaries_count; i++)
        weir_summary_close(lane->summaries[i]);
    free(lane->summaries);
    free(lane);
}

struct weir_batch *weir_lane_take(struct weir_lane *lane)
{
    struct weir_batch *batch = weir_link_pop(lane->workers[lane->turn].out);
    if (batch != NULL)
        lane->turn = (lane->turn + 1) % lane->config.workers;
    return batch;
}

bool weir_lane_taken(const struct weir_lane *lane)
{
    /* Batches come in rotation: when the worker whose turn it is has no
     * more, nobody has. */
    return weir_link_ended(lane->workers[lane->turn].out);
}

void weir_lane_give_back(struct weir_lane *lane, struct weir_batch *batch)
{
    weir_link_push(lane->capture.home, batch);
    weir_bell_tap(&lane->capture.bell);
}

uint64_t weir_lane_sent(const struct weir_lane *lane)
{
    return weir_counter_read(&lane->capture.cells.sent);
}

int64_t weir_lane_mark(const struct weir_lane *lane)
{
    return (int64_t)weir_counter_read(&lane->capture.cells.mark_ns);
}

uint64_t weir_lane_lent(const struct weir_lane *lane)
{
    uint64_t lent = 0;
    for (uint32_t i = 0; i < lane->config.workers; i++)
        lent += weir_counter_read(&lane->workers[i].cells.lent);
    return lent;
}

void weir_lane_lend(struct weir_lane *lane, bool lends)
{
    /* Relaxed: a batch more or less is the outlet's to copy. */
    atomic_store_explicit(&lane->lends_none, !lends, memory_order_relaxed);
}

void weir_lane_ask(struct weir_lane *lane, int64_t mark_ns)
{
    /* Relaxed: the bell orders it. */
    atomic_store_explicit(&lane->capture.asked_ns, mark_ns,
                          memory_order_relaxed);
    weir_bell_ring(&lane->capture.bell);
}

void weir_lane_change(struct weir_lane *lane)
{
    weir_bell_ring(&lane->capture.bell);
}

uint64_t weir_lane_generation(const struct weir_lane *lane)
{
    return weir_counter_read(&lane->capture.cells.generation);
}

struct weir_summary *weir_lane_tally(struct weir_lane *lane, uint32_t worker)
{
    return weir_link_pop(lane->workers[worker].tally);
}

void weir_lane_untally(struct weir_lane *lane, uint32_t worker,
                       struct weir_summary *summary)
{
    weir_link_push(lane->workers[worker].spare, summary);
}

bool weir_lane_tallied(const struct weir_lane *lane)
{
    for (uint32_t i = 0; i < lane->config.workers; i++)
        if (!weir_link_ended(lane->workers[i].tally))
            return false;
    return true;
}

bool weir_lane_notice(struct weir_lane *lane, struct weir_err *text)
{
    struct weir_err *slot = weir_link_pop(lane->capture.notices);
    if (slot == NULL)
        return false;
    *text = *slot;
    weir_link_push(lane->capture.notices_back, slot);
    return true;
}

bool weir_lane_noticed(const struct weir_lane *lane)
{
    return weir_link_ended(lane->capture.notices);
}

struct weir_pages weir_lane_pages(const struct weir_lane *lane)
{
    return weir_pool_chunks(lane->capture.pool);
}

uint32_t weir_lane_workers(const struct weir_lane *lane)
{
    return lane->config.workers;
}

const struct weir_source *weir_lane_source(const struct weir_lane *lane)
{
    return lane->config.source;
}

void weir_lane_intake(const struct weir_lane *lane, struct weir_ledger *ledger)
{
    const struct capture_cells *cells = &lane->capture.cells;
    ledger->received = weir_counter_read(&cells->received);
    ledger->has_kernel = lane->config.source->live;
    ledger->kernel_derived = weir_counter_read(&cells->derived) != 0;
    ledger->kernel_seen = weir_counter_read(&cells->kernel_seen);
    ledger->kernel_dropped = weir_counter_read(&cells->kernel_dropped);
    ledger->interface_dropped = weir_counter_read(&cells->interface_dropped);
    for (int i = 0; i < WEIR_DISCARD_COUNT; i++)
        ledger->discards[i] = weir_counter_read(&cells->discards[i]);
}

void weir_lane_progress(const struct weir_lane *lane, uint64_t taken,
                        struct weir_progress *out)
{
    /* Each stage counts what it took and what it passed on, in cells of its
     * own; what lies between two stages is the difference of two counts. */
    uint64_t passed = 0, worked = 0;
    for (uint32_t i = 0; i < lane->config.workers; i++) {
        const struct worker_cells *cells = &lane->workers[i].cells;
        out->malformed += weir_counter_read(&cells->malformed);
        out->truncated += weir_counter_read(&cells->truncated);
        out->oversized += weir_counter_read(&cells->oversized);
        out->copied_blocks += weir_counter_read(&cells->copied_blocks);
        out->copied_frames += weir_counter_read(&cells->copied_frames);
        passed += weir_counter_read(&cells->passed);
        for (int e = 0; e < WEIR_EXCLUDED_COUNT; e++)
            out->ledger.excluded[e] += weir_counter_read(&cells->excluded[e]);
        worked += weir_counter_read(&cells->taken);
    }
    weir_lane_intake(lane, &out->ledger);
    out->starved = weir_counter_read(&lane->capture.cells.starved);
    out->freezes = weir_counter_read(&lane->capture.cells.freezes);
    out->ledger.in_flight = (out->ledger.received - worked) + (passed - taken);
}

void weir_lane_tap(const struct weir_lane *lane, uint32_t i,
                   struct weir_tap_counts *out)
{
    for (uint32_t k = 0; k < lane->config.workers; k++)
        weir_taps_counts(lane->workers[k].taps, i, out);
}

int weir_lane_source_error(const struct weir_lane *lane, struct weir_err *err)
{
    if (lane->capture.error != 0)
        *err = lane->capture.err;
    return lane->capture.error;
}
