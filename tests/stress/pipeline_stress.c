/* pipeline_stress: the whole pipeline in its threads, over and over.
 *
 * A source and a sink that wait, fail and end where the seed says, and a
 * control thread that stops, rotates, abandons and reads progress at any
 * moment.  What is delivered is checked frame by frame, the ledger must
 * balance, and under ThreadSanitizer nothing may race.
 * Usage: pipeline_stress [FIRST_SEED [SEEDS]]. */

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/linktype.h"
#include "pipeline/pipeline.h"
#include "ring/stop.h"
#include "ring/summary.h"
#include "tests/pipeline/fake.h"

#define BLOCK_BYTES 16384

struct stress {
    uint64_t random;
    struct weir_stop stop, abandon;
    struct weir_source *source;
    struct fake_sink sink;
    struct weir_pipeline_config config;
    uint64_t intervals; /* by the stats thread */
};

static uint64_t pick(struct stress *s, uint64_t below)
{
    return fake_random(&s->random) % below;
}

static void on_interval(void *context, const struct weir_progress *progress,
                        int64_t elapsed_ns)
{
    struct stress *s = context;
    (void)progress;
    (void)elapsed_ns;
    s->intervals++;
}

static void open_ends(struct stress *s, uint64_t seed, uint32_t workers)
{
    uint64_t frames = 20000 + pick(s, 100000);
    bool second_iface = pick(s, 2) == 0;
    s->source = fake_source_open(&(struct fake_source_config){
        .seed = seed + 1,
        .leases = weir_lane_batches(workers),
        .block_bytes = BLOCK_BYTES,
        .frames = frames,
        .fail_at = pick(s, 4) == 0 ? pick(s, frames) : UINT64_MAX,
        .frames_per_lease_max = 60,
        .wait_percent = (uint32_t)pick(s, 10),
        .live = pick(s, 2) == 0,
        .second_iface = second_iface,
    });
    fake_sink_open(
        &s->sink, &(struct fake_sink_config){
                      .seed = seed + 2,
                      .format = WEIR_FORMAT_PCAPNG,
                      .second_iface = second_iface,
                      .fail_at = pick(s, 4) == 0 ? pick(s, frames) : UINT64_MAX,
                      .done_at = pick(s, 4) == 0 ? pick(s, frames) : UINT64_MAX,
                  });
}

static void configure(struct stress *s, uint32_t workers, uint64_t seed)
{
    s->config = (struct weir_pipeline_config){
        .lane = {.source = s->source,
                 .sink = &s->sink.sink,
                 .stop = &s->stop,
                 .abandon = &s->abandon,
                 .workers = workers,
                 .block_bytes = BLOCK_BYTES,
                 .account = {.format = WEIR_FORMAT_PCAPNG},
                 .talkers = 64,
                 .seed = seed},
        .interval_ns = 1000000,
        .on_interval = on_interval,
        .context = s,
    };
}

/* Meddles until the pipeline is done. */
static const char *meddle(struct stress *s, struct weir_pipeline *p)
{
    struct pollfd done = {.fd = weir_pipeline_done_fd(p), .events = POLLIN};
    uint64_t stop_at = pick(s, 3) == 0 ? pick(s, 40) : UINT64_MAX;
    uint64_t abandon_at = pick(s, 5) == 0 ? pick(s, 40) : UINT64_MAX;
    for (uint64_t n = 0; poll(&done, 1, 1) == 0; n++) {
        struct weir_progress progress;
        weir_lane_progress(weir_pipeline_lane(p), &progress);
        if (progress.ledger.in_flight > progress.ledger.received)
            return "more in flight than was received";
        if (n == stop_at)
            weir_stop_set(&s->stop);
        if (n == abandon_at)
            weir_stop_set(&s->abandon);
        weir_lane_rotate(weir_pipeline_lane(p));
        if (n > 60000)
            return "does not end";
    }
    return NULL;
}

static const char *check(struct stress *s, struct weir_pipeline *p)
{
    struct weir_progress progress;
    struct weir_lane *lane = weir_pipeline_lane(p);
    weir_lane_progress(lane, &progress);
    struct weir_sum total = weir_summary_total(weir_lane_summary(lane));
    if (s->sink.fault != NULL)
        return s->sink.fault;
    if (!weir_ledger_balanced(&progress.ledger))
        return "the ledger does not balance";
    if (progress.ledger.delivered != s->sink.delivered)
        return "delivered is not what the sink got";
    if (total.frames != s->sink.delivered ||
        total.bytes != s->sink.delivered_bytes)
        return "the statistics are not those of the delivered frames";
    if (s->intervals == 0)
        return "no interval was told";
    return NULL;
}

static const char *stress(uint64_t seed)
{
    struct stress s = {.random = seed};
    struct weir_err err;
    struct weir_pipeline *p;
    uint32_t workers = 1 + (uint32_t)pick(&s, 3);
    if (weir_stop_open(&s.stop, &err) != 0 ||
        weir_stop_open(&s.abandon, &err) != 0)
        return "no events";
    open_ends(&s, seed, workers);
    configure(&s, workers, seed);
    if (weir_pipeline_open(&p, &s.config, &err) != 0 ||
        weir_pipeline_start(p, &err) != 0)
        return "no pipeline";
    const char *fault = meddle(&s, p);
    if (fault != NULL)
        return fault;
    weir_pipeline_join(p);
    fault = check(&s, p);
    weir_pipeline_close(p);
    fake_source_close(s.source);
    weir_stop_close(&s.stop);
    weir_stop_close(&s.abandon);
    return fault;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    uint64_t seeds = argc > 2 ? strtoull(argv[2], NULL, 0) : 25;
    bool failed = false;
    printf("seeds %" PRIu64 " to %" PRIu64 "\n", first, first + seeds - 1);
    for (uint64_t seed = first; seed < first + seeds && !failed; seed++) {
        const char *fault = stress(seed);
        failed = fault != NULL;
        if (failed)
            printf("seed %" PRIu64 ": %s\n", seed, fault);
    }
    puts(failed ? "0 passed, 1 failed" : "1 passed, 0 failed");
    return failed ? 1 : 0;
}
