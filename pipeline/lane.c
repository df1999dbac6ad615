#include "pipeline/lane.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "pipeline/lane_impl.h"
#include "ring/summary.h"

uint32_t weir_lane_batches(uint32_t workers)
{
    /* Enough for each worker to have one in hand, one waiting before it and
     * one behind it, and for the writer to have a few. */
    return 8 + 4 * workers;
}

static int open_summaries(struct weir_lane *lane, struct weir_err *err)
{
    struct weir_summary_config config = {.talkers = lane->config.talkers,
                                         .seed = lane->config.seed};
    size_t workers = lane->config.workers;
    /* Two for each worker, one of what was not delivered, one in all. */
    size_t count = 2 * workers + 2;
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
    lane->writer.rest = lane->summaries[2 * workers];
    lane->stats.total = lane->summaries[2 * workers + 1];
    return 0;
}

static int open_worker(struct weir_lane *lane, struct worker_stage *w,
                       struct weir_err *err)
{
    uint32_t batches = weir_lane_batches(lane->config.workers);
    int ret = weir_bell_open(&w->bell, false, err);
    if (ret == 0)
        ret = weir_link_open(&w->in, batches, &w->bell, err);
    if (ret == 0)
        ret = weir_link_open(&w->out, batches, &lane->writer.bell, err);
    if (ret == 0)
        ret = weir_link_open(&w->tally, 2, &lane->stats.bell, err);
    if (ret == 0)
        ret = weir_link_open(&w->spare, 2, NULL, err);
    return ret;
}

static int open_stages(struct weir_lane *lane, struct weir_err *err)
{
    uint32_t batches = weir_lane_batches(lane->config.workers);
    struct writer_stage *w = &lane->writer;
    struct stats_stage *s = &lane->stats;
    weir_counter_set(&w->cells.time_min_ns, (uint64_t)INT64_MAX);
    weir_counter_set(&w->cells.time_max_ns, (uint64_t)INT64_MIN);
    int ret = weir_bell_open(&lane->capture.bell, true, err);
    if (ret == 0)
        ret = weir_bell_open(&w->bell, false, err);
    if (ret == 0)
        ret = weir_bell_open(&s->bell, false, err);
    if (ret == 0)
        ret = weir_link_open(&w->home, batches, &lane->capture.bell, err);
    if (ret == 0)
        ret = weir_link_open(&w->undelivered, 1, &s->bell, err);
    if (ret == 0)
        ret = weir_link_open(&s->notices, NOTICES, &s->bell, err);
    if (ret == 0)
        ret = weir_link_open(&s->notices_back, NOTICES, NULL, err);
    for (uint32_t i = 0; ret == 0 && i < NOTICES; i++)
        weir_link_push(s->notices_back, &lane->notices[i]);
    for (uint32_t i = 0; ret == 0 && i < lane->config.workers; i++)
        ret = open_worker(lane, &lane->workers[i], err);
    return ret;
}

static uint32_t chunk_bytes(const struct weir_lane_config *config)
{
    if (config->account.format == WEIR_FORMAT_NONE)
        return 0;
    return config->block_bytes +
           WEIR_LEASE_FRAMES_MAX * WEIR_CHUNK_BYTES_PER_FRAME;
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
        ret = weir_pool_open(&lane->capture.pool,
                             weir_lane_batches(config->workers),
                             chunk_bytes(config), err);
    if (ret < 0) {
        weir_lane_close(lane);
        return ret;
    }
    *out = lane;
    return 0;
}

void weir_lane_set_sink(struct weir_lane *lane, struct weir_sink *sink)
{
    lane->config.sink = sink;
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
    }
    weir_link_close(lane->writer.home);
    drain_and_close(lane->writer.undelivered);
    drain_and_close(lane->stats.notices);
    drain_and_close(lane->stats.notices_back);
    weir_bell_close(&lane->capture.bell);
    weir_bell_close(&lane->writer.bell);
    weir_bell_close(&lane->stats.bell);
    weir_pool_close(lane->capture.pool);
    for (uint32_t i = 0; i < lane->summaries_count; i++)
        weir_summary_close(lane->summaries[i]);
    free(lane->summaries);
    free(lane);
}

static void progress_of_writer(const struct weir_lane *lane,
                               struct weir_progress *out)
{
    const struct writer_cells *cells = &lane->writer.cells;
    struct weir_ledger *ledger = &out->ledger;
    ledger->delivered = weir_counter_read(&cells->delivered);
    ledger->excluded[WEIR_EXCLUDED_SURPLUS] =
        weir_counter_read(&cells->surplus);
    for (int i = 0; i < WEIR_LOST_COUNT; i++)
        ledger->lost[i] = weir_counter_read(&cells->lost[i]);
    out->delivered_bytes = weir_counter_read(&cells->delivered_bytes);
    out->malformed = 0 - weir_counter_read(&cells->malformed);
    out->truncated = 0 - weir_counter_read(&cells->truncated);
    out->write_ns = (int64_t)weir_counter_read(&cells->write_ns);
    out->time_min_ns = (int64_t)weir_counter_read(&cells->time_min_ns);
    out->time_max_ns = (int64_t)weir_counter_read(&cells->time_max_ns);
}

static void progress_of_capture(const struct weir_lane *lane,
                                struct weir_progress *out)
{
    const struct capture_cells *cells = &lane->capture.cells;
    struct weir_ledger *ledger = &out->ledger;
    ledger->received = weir_counter_read(&cells->received);
    out->starved = weir_counter_read(&cells->starved);
    ledger->has_kernel = lane->config.source->live;
    ledger->kernel_derived = weir_counter_read(&cells->derived) != 0;
    ledger->kernel_seen = weir_counter_read(&cells->kernel_seen);
    ledger->kernel_dropped = weir_counter_read(&cells->kernel_dropped);
    ledger->interface_dropped = weir_counter_read(&cells->interface_dropped);
    for (int i = 0; i < WEIR_DISCARD_COUNT; i++)
        ledger->discards[i] = weir_counter_read(&cells->discards[i]);
}

void weir_lane_progress(const struct weir_lane *lane, struct weir_progress *out)
{
    *out = (struct weir_progress){0};
    /* Each stage counts what it took and what it passed on, in cells of its
     * own; what lies between two stages is the difference of two counts,
     * and downstream is read first so that it is never negative. */
    uint64_t written = weir_counter_read(&lane->writer.cells.taken);
    progress_of_writer(lane, out);
    uint64_t passed = 0, taken = 0;
    for (uint32_t i = 0; i < lane->config.workers; i++) {
        const struct worker_cells *cells = &lane->workers[i].cells;
        out->malformed += weir_counter_read(&cells->malformed);
        out->truncated += weir_counter_read(&cells->truncated);
        passed += weir_counter_read(&cells->passed);
        for (int e = 0; e < WEIR_EXCLUDED_COUNT; e++)
            out->ledger.excluded[e] += weir_counter_read(&cells->excluded[e]);
        taken += weir_counter_read(&cells->taken);
    }
    progress_of_capture(lane, out);
    out->ledger.in_flight = (out->ledger.received - taken) + (passed - written);
}

int weir_lane_source_error(const struct weir_lane *lane, struct weir_err *err)
{
    if (lane->capture.error != 0)
        *err = lane->capture.err;
    return lane->capture.error;
}

int weir_lane_sink_error(const struct weir_lane *lane, struct weir_err *err)
{
    if (lane->writer.error != 0)
        *err = lane->writer.err;
    return lane->writer.error;
}

const struct weir_summary *weir_lane_summary(const struct weir_lane *lane)
{
    return lane->stats.total;
}
