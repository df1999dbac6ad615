/* change_stress: the whole pipeline in its threads, while its filter and its
 * snapshot length are changed as fast as they can be.
 *
 * Sources play kernels that filter late, and sometimes take no filter.  A tap
 * writes down which frames the workers selected: every frame that all filters
 * take, no frame that none takes.  The ledger must balance, nothing may leak,
 * and under ThreadSanitizer nothing may race.
 * Usage: change_stress [FIRST_SEED [SEEDS]]. */

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "pipeline/runner.h"
#include "ring/stop.h"
#include "ring/summary.h"
#include "sink/null_sink.h"
#include "tests/pipeline/fake_source.h"
#include "tests/support/seeds.h"

#define BLOCK_BYTES          16384
#define FRAMES_PER_LEASE_MAX 40
#define LANES_MAX            3
#define FRAMES_MAX           UINT64_C(60000)
#define HOLD_NS              1000000

/* Both take frames whose number ends in the bits 01 or 10. */
static const uint32_t filters[] = {2, 3};

struct stress {
    uint64_t random;
    struct weir_stop stop, abandon;
    struct weir_source *sources[LANES_MAX];
    struct weir_sink *sink;
    struct fake_fates fates;
    uint8_t *shown[LANES_MAX];
    struct weir_tap_config tap;
    struct weir_runner_config config;
    uint64_t changes;
    uint64_t shown_count; /* merged */
    uint64_t merged;      /* states */
};

static uint64_t pick(struct stress *s, uint64_t below)
{
    return fake_random(&s->random) % below;
}

struct witness {
    struct stress *stress;
    uint64_t count;
};

static int create(void *context, uint32_t lane, uint32_t worker, void **state,
                  struct weir_err *err)
{
    struct witness *witness = malloc(sizeof *witness);
    (void)lane;
    (void)worker;
    (void)err;
    WEIR_ASSERT(witness != NULL);
    *witness = (struct witness){.stress = context};
    *state = witness;
    return 0;
}

static uint64_t look(void *state, const struct weir_tap_vector *v)
{
    struct witness *witness = state;
    for (uint32_t i = 0; i < v->count; i++) {
        const uint64_t mark = weir_load_64(v->frames[i].data);
        witness->stress->shown[v->lane][mark & (UINT64_MAX >> 8)]++;
    }
    witness->count += v->count;
    return 0;
}

static void merge(void *context, void *state)
{
    struct stress *s = context;
    const struct witness *witness = state;
    s->shown_count += witness->count;
    s->merged++;
}

static void destroy(void *context, void *state)
{
    (void)context;
    free(state);
}

static void open_source(struct stress *s, uint32_t lane, bool live)
{
    s->fates.lanes[lane] = calloc(FRAMES_MAX, sizeof(struct fake_fate));
    s->shown[lane] = calloc(FRAMES_MAX, 1);
    WEIR_ASSERT(s->fates.lanes[lane] != NULL && s->shown[lane] != NULL);
    s->sources[lane] = fake_source_open(&(struct fake_source_config){
        .seed = pick(s, UINT32_MAX),
        .lane = (uint8_t)lane,
        .leases = weir_lane_batches(s->config.assembly.workers, true),
        .block_bytes = BLOCK_BYTES,
        .frames = FRAMES_MAX,
        .fail_at = UINT64_MAX,
        .frames_per_lease_max = FRAMES_PER_LEASE_MAX,
        .wait_percent = (uint32_t)pick(s, 50),
        .real_clock = live,
        .hold_ns = HOLD_NS,
        .live = live,
        .fates = &s->fates,
    });
}

static void configure(struct stress *s)
{
    const bool live = pick(s, 2) == 0;
    s->fates.frames_max = FRAMES_MAX;
    s->tap = (struct weir_tap_config){.name = "witness",
                                      .context = s,
                                      .create = create,
                                      .tap = look,
                                      .merge = merge,
                                      .destroy = destroy};
    s->config = (struct weir_runner_config){
        .assembly = {.sources = s->sources,
                     .lanes = 1 + (uint32_t)pick(s, LANES_MAX),
                     .stop = &s->stop,
                     .abandon = &s->abandon,
                     .workers = 1 + (uint32_t)pick(s, 3),
                     .block_bytes = BLOCK_BYTES,
                     .account = {.format = WEIR_FORMAT_PCAPNG},
                     .taps = &s->tap,
                     .taps_count = 1,
                     .talkers = 64,
                     .seed = s->random},
    };
    for (uint32_t i = 0; i < s->config.assembly.lanes; i++)
        open_source(s, i, live);
}

/* Swaps as fast as it goes until all frames came by, or for so many times. */
static const char *swap(struct stress *s, struct weir_runner *p)
{
    struct weir_assembly *a = weir_runner_assembly(p);
    struct pollfd done = {.fd = weir_runner_done_fd(p), .events = POLLIN};
    uint64_t swaps = 1 + pick(s, 3000);
    for (; swaps > 0 && poll(&done, 1, 0) == 0; swaps--) {
        struct weir_err err = {.text = ""};
        struct weir_change change = {
            .filter = fake_filter_text(filters[s->changes % 2])};
        if (pick(s, 3) == 0)
            change.snaplen = 60 + (uint32_t)pick(s, 400);
        if (weir_assembly_change(a, &change, &err) != (int64_t)++s->changes)
            return "a change was not made";
        if (weir_assembly_generation(a) > s->changes)
            return "a generation that was not published";
    }
    while (poll(&done, 1, 10000) == 0)
        if (weir_assembly_generation(a) < s->changes)
            return "the last change was not taken";
    return NULL;
}

/* Before the first change all frames pass. */
static const char *check_frames(const struct stress *s, uint32_t lane,
                                uint64_t *delivered)
{
    for (uint64_t n = 0; n < FRAMES_MAX; n++) {
        const bool both = fake_filter_takes(filters[0], false, n) &&
                          fake_filter_takes(filters[1], false, n);
        const uint8_t shown = s->shown[lane][n];
        *delivered += shown;
        if (shown > 1)
            return "a frame came twice";
        if (shown == 0 && both)
            return "a frame was lost that both filters take";
        if (shown > 0 && !s->fates.lanes[lane][n].given)
            return "a frame that the kernel had not let through";
    }
    return NULL;
}

static const char *check(struct stress *s, struct weir_runner *p)
{
    struct weir_assembly *a = weir_runner_assembly(p);
    struct weir_progress progress;
    uint64_t shown = 0;
    const char *fault = NULL;
    for (uint32_t i = 0; fault == NULL && i < weir_assembly_lanes(a); i++) {
        weir_assembly_lane_progress(a, i, &progress);
        if (!weir_ledger_balanced(&progress.ledger))
            return "the ledger of a lane does not balance";
        fault = check_frames(s, i, &shown);
    }
    if (fault != NULL)
        return fault;
    weir_assembly_progress(a, &progress);
    if (!weir_ledger_balanced(&progress.ledger))
        return "the ledger does not balance";
    if (progress.ledger.delivered != shown || s->shown_count != shown)
        return "delivered is not what the tap saw";
    if (s->merged !=
        (uint64_t)s->config.assembly.lanes * s->config.assembly.workers)
        return "a state was not merged";
    if (weir_summary_total(weir_assembly_summary(a)).frames != shown)
        return "the statistics are not those of the delivered frames";
    if (progress.filter_generation != s->changes)
        return "the last change was not taken";
    return NULL;
}

static const char *stress(uint64_t seed, uint64_t *changes)
{
    struct stress s = {.random = seed};
    struct weir_err err;
    struct weir_runner *p;
    if (weir_stop_open(&s.stop, &err) != 0 ||
        weir_stop_open(&s.abandon, &err) != 0 ||
        weir_null_sink_open(&s.sink, &err) != 0)
        return "no events";
    configure(&s);
    if (weir_runner_open(&p, &s.config, &err) != 0)
        return "no pipeline";
    weir_assembly_set_sink(weir_runner_assembly(p), 0, s.sink);
    if (weir_runner_start(p, &err) != 0)
        return "no threads";
    const char *fault = swap(&s, p);
    if (fault != NULL)
        return fault;
    weir_runner_join(p);
    fault = check(&s, p);
    weir_runner_close(p);
    s.sink->ops->close(s.sink);
    for (uint32_t i = 0; i < s.config.assembly.lanes; i++) {
        fake_source_close(s.sources[i]);
        free(s.fates.lanes[i]);
        free(s.shown[i]);
    }
    weir_stop_close(&s.stop);
    weir_stop_close(&s.abandon);
    *changes += s.changes;
    return fault;
}

int main(int argc, char **argv)
{
    struct seeds seeds = seeds_start(argc, argv, 20, 1);
    uint64_t changes = 0;
    while (seeds_next(&seeds))
        seeds_told(&seeds, stress(seeds.seed, &changes));
    printf("%" PRIu64 " changes\n", changes);
    return seeds_end(&seeds);
}
