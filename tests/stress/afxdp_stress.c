/* afxdp_stress: the pipeline in its threads over AF_XDP sources, and a thread
 * that plays the kernel at the other end of their rings.
 *
 * Frames come in batches as large and as far apart as the seed says, faster
 * than they are taken now and then; a stop comes in the middle.  What was
 * counted must be what was given, and under ThreadSanitizer nothing may race:
 * the rings are all that orders a frame's bytes.
 * Usage: afxdp_stress [FIRST_SEED [SEEDS]]. */

#include <stdatomic.h>
#include <unistd.h>

#include "base/err.h"
#include "pipeline/runner.h"
#include "ring/stop.h"
#include "sink/null_sink.h"
#include "tests/capture/afxdp_fake.h"
#include "tests/stress/played.h"
#include "tests/support/random.h"
#include "tests/support/seeds.h"

#define LANES       2
#define BLOCK_BYTES 65536
#define BATCHES     400
#define BATCH_MAX   64
#define WORKERS     2

struct stress {
    struct random random;
    struct fake *fakes[LANES];
    struct weir_source *sources[LANES];
    struct weir_sink *sink;
    struct weir_stop stop, abandon;
    struct weir_runner *runner;
};

/* Goes on until behind the stop: what comes then is the host's. */
static void *play_kernel(void *context)
{
    struct stress *s = context;
    struct random random = s->random;
    const uint64_t one = 1;
    for (uint32_t i = 0; i < BATCHES; i++) {
        struct fake *fake = s->fakes[random_below(&random, LANES)];
        const uint32_t n = 1 + random_below(&random, BATCH_MAX);
        pthread_mutex_lock(&fake->lock);
        for (uint32_t k = 0; k < n; k++)
            fake_frame(fake, 14 + random_below(&random, 1500));
        fake_flush(fake);
        (void)!write(fake->port.fd, &one, sizeof one);
        pthread_mutex_unlock(&fake->lock);
        if (random_below(&random, 8) == 0)
            (void)usleep(random_below(&random, 2000));
        if (i == BATCHES * 3 / 4)
            weir_stop_set(&s->stop);
    }
    return NULL;
}

static bool open_lane(struct stress *s, uint32_t lane)
{
    static const char *const names[LANES] = {"left", "right"};
    const struct weir_afxdp_source_config config = {
        .name = names[lane],
        .text = "",
        .snaplen = 262144,
        .hold_ms = random_below(&s->random, 3),
    };
    struct weir_err err;
    s->fakes[lane] = fake_open(64u << random_below(&s->random, 6),
                               weir_lane_batches(WORKERS, true), BLOCK_BYTES);
    return weir_afxdp_source_make(&s->sources[lane], &config,
                                  &s->fakes[lane]->port, s->fakes[lane]->umem,
                                  &err) == 0;
}

static bool open_all(struct stress *s, uint64_t seed)
{
    struct weir_err err;
    const struct weir_runner_config config = {
        .assembly = {.sources = s->sources,
                     .lanes = LANES,
                     .stop = &s->stop,
                     .abandon = &s->abandon,
                     .workers = WORKERS,
                     .block_bytes = BLOCK_BYTES,
                     .talkers = 64,
                     .seed = seed},
    };
    bool good = weir_stop_open(&s->stop, &err) == 0 &&
                weir_stop_open(&s->abandon, &err) == 0 &&
                weir_null_sink_open(&s->sink, &err) == 0;
    for (uint32_t i = 0; good && i < LANES; i++)
        good = open_lane(s, i);
    good = good && weir_runner_open(&s->runner, &config, &err) == 0;
    if (good)
        weir_assembly_set_sink(weir_runner_assembly(s->runner), 0, s->sink);
    return good;
}

static const char *check(const struct stress *s)
{
    struct weir_assembly *a = weir_runner_assembly(s->runner);
    for (uint32_t i = 0; i < LANES; i++) {
        const struct fake *fake = s->fakes[i];
        struct weir_progress progress;
        weir_assembly_lane_progress(a, i, &progress);
        if (!weir_ledger_balanced(&progress.ledger))
            return "the ledger of a lane does not balance";
        if (progress.ledger.kernel_derived)
            return "something was only derived";
        if (progress.ledger.kernel_seen != fake->facts.redirected)
            return "the kernel has sent another number";
        if (progress.ledger.kernel_dropped !=
            fake->losses.dropped + fake->losses.ring_full)
            return "the kernel has lost another number";
        if (weir_afxdp_umem_free(fake->umem) != fake->layout.chunks)
            return "a chunk has not come home";
    }
    return NULL;
}

static const char *stress(uint64_t seed)
{
    struct stress s = {.random = {seed}};
    if (!open_all(&s, seed))
        return "does not open";
    const char *fault = played_run(s.runner, play_kernel, &s, NULL);
    if (fault != NULL)
        return fault;
    fault = check(&s);
    weir_runner_close(s.runner);
    for (uint32_t i = 0; i < LANES; i++) {
        s.sources[i]->ops->close(s.sources[i]);
        fake_free(s.fakes[i]);
    }
    s.sink->ops->close(s.sink);
    weir_stop_close(&s.stop);
    weir_stop_close(&s.abandon);
    return fault;
}

int main(int argc, char **argv)
{
    struct seeds seeds = seeds_start(argc, argv, 20, 1);
    while (seeds_next(&seeds))
        seeds_told(&seeds, stress(seeds.seed));
    return seeds_end(&seeds);
}
