/* embed_stress: an embedded pipeline, and everybody who may meddle with it.
 *
 * Numbered frames come through a FIFO.  One thread changes the filter and the
 * snapshot length, one looks and joins, a tap counts and a sink takes its time;
 * the main thread stops or abandons at any moment, or lets it end.  Sums must
 * hold, a frame for port 53 must be delivered whatever the filter, and under
 * ThreadSanitizer nothing may race.
 * Usage: embed_stress [FIRST_SEED [SEEDS]]. */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/pipeline.h"
#include "ring/ledger.h"
#include "tests/pipeline/embed_rig.h"
#include "tests/support/random.h"
#include "tests/support/seeds.h"

#define PIECE  64u
#define PIECES 60u

struct stress {
    struct random random;
    struct weir_pipeline *p;
    int fd;           /* of the FIFO's writing end */
    uint64_t seen[4]; /* by the tap, each worker's own */
    uint64_t seen_all;
    uint64_t taken; /* by the sink's thread */
    atomic_bool over;
    bool odd; /* a change was answered as it should not be */
};

static int create(void *context, uint32_t lane, uint32_t worker, void **state,
                  struct weir_err *err)
{
    struct stress *s = context;
    (void)lane;
    (void)err;
    *state = &s->seen[worker];
    return 0;
}

static uint64_t tap(void *state, const struct weir_tap_vector *v)
{
    uint64_t *seen = state;
    *seen += v->count;
    return 0;
}

static void merge(void *context, void *state)
{
    struct stress *s = context;
    s->seen_all += *(const uint64_t *)state;
}

static int take(void *context, const struct weir_delivery *d,
                struct weir_err *err)
{
    struct stress *s = context;
    const struct timespec slow = {.tv_nsec = 300000};
    (void)err;
    s->taken += d->frames;
    if (s->taken % 5 == 0)
        nanosleep(&slow, NULL);
    return 0;
}

/* The header is there already. */
static uint8_t *piece_of(uint32_t i, size_t *bytes)
{
    return embed_bytes(1 + i * PIECE, PIECE, bytes);
}

static void *feed(void *context)
{
    struct stress *s = context;
    for (uint32_t i = 0; i < PIECES; i++) {
        size_t bytes, at = 0;
        uint8_t *piece = piece_of(i, &bytes);
        while (at < bytes) {
            const ssize_t n = write(s->fd, piece + at, bytes - at);
            if (n <= 0)
                break;
            at += (size_t)n;
        }
        free(piece);
        if (at < bytes)
            break; /* the pipeline was stopped */
    }
    close(s->fd);
    return NULL;
}

/* Every one of them takes what is for port 53. */
static const char *const filters[] = {"udp", "udp port 53", "", "len < 100"};

static void *change(void *context)
{
    struct stress *s = context;
    struct random random = s->random;
    int64_t last = 0;
    while (!atomic_load(&s->over)) {
        const int64_t answer =
            random_below(&random, 2) == 0
                ? weir_pipeline_set_filter(
                      s->p, filters[random_below(&random, 4)], NULL)
                : weir_pipeline_set_snaplen(
                      s->p, 50 + random_below(&random, 1000), NULL);
        if (answer == -ESHUTDOWN)
            break;
        s->odd |= answer != last + 1;
        last = answer;
    }
    return NULL;
}

static void *look(void *context)
{
    struct stress *s = context;
    struct weir_progress progress;
    struct weir_pipeline_sink_counts counts;
    struct weir_tap_counts tapped;
    while (!atomic_load(&s->over)) {
        (void)weir_pipeline_progress(s->p, &progress);
        (void)weir_pipeline_count_sink(s->p, 0, &counts);
        (void)weir_pipeline_count_tap(s->p, 0, &tapped);
    }
    return NULL;
}

static const char *verdict(struct stress *s, int ended, bool whole)
{
    struct weir_progress progress;
    struct weir_pipeline_sink_counts counts;
    struct weir_tap_counts tapped;
    if (weir_pipeline_progress(s->p, &progress) != 0 ||
        weir_pipeline_count_sink(s->p, 0, &counts) != 0 ||
        weir_pipeline_count_tap(s->p, 0, &tapped) != 0)
        return "cannot be looked at";
    const struct weir_ledger *l = &progress.ledger;
    if (!weir_ledger_balanced(l))
        return "the ledger does not balance";
    if (s->odd)
        return "a change without its generation";
    if (ended != 0 && ended != -ECANCELED)
        return "ended with an error";
    if (s->seen_all != tapped.offered || s->seen_all < l->delivered)
        return "the tap has not seen all";
    if (s->taken != counts.taken ||
        counts.taken + counts.skipped + counts.given_up != l->delivered)
        return "the sink has not got all";
    if (whole && l->delivered + l->excluded[WEIR_EXCLUDED_FILTER] !=
                     (uint64_t)PIECE * PIECES)
        return "frames are missing";
    if (whole && l->delivered < (uint64_t)PIECE * PIECES / 3)
        return "frames that every filter takes are missing";
    return NULL;
}

static const char *run(struct stress *s)
{
    pthread_t threads[3];
    const uint32_t end = random_below(&s->random, 3);
    const struct timespec moment = {.tv_nsec =
                                        random_below(&s->random, 8000000)};
    if (weir_pipeline_start(s->p, &embed_err) != 0)
        return "does not start";
    if (pthread_create(&threads[0], NULL, feed, s) != 0 ||
        pthread_create(&threads[1], NULL, change, s) != 0 ||
        pthread_create(&threads[2], NULL, look, s) != 0)
        return "no thread";
    nanosleep(&moment, NULL);
    if (end == 1)
        (void)weir_pipeline_stop(s->p);
    if (end == 2)
        (void)weir_pipeline_abandon(s->p);
    const int ended = weir_pipeline_join(s->p, &embed_err);
    atomic_store(&s->over, true);
    pthread_join(threads[1], NULL);
    pthread_join(threads[2], NULL);
    const char *fault = verdict(s, ended, end == 0);
    (void)weir_pipeline_close(&s->p, NULL);
    pthread_join(threads[0], NULL);
    return fault;
}

static const char *stress(uint64_t seed)
{
    struct stress s = {.random = {seed}};
    embed_begin();
    const char *path = embed_path("fifo");
    if (mkfifo(path, 0600) != 0)
        return "no FIFO";
    /* The reading end is there from the first byte on; the last writer that
     * closes is its end. */
    const int ahead = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    s.fd = open(path, O_WRONLY | O_CLOEXEC);
    size_t bytes;
    const struct weir_pipeline_source source = {.file = path};
    const struct weir_tap_config taps = {.name = "count",
                                         .context = &s,
                                         .create = create,
                                         .tap = tap,
                                         .merge = merge};
    const struct weir_pipeline_sink sink = {
        .name = "slow",
        .take = take,
        .context = &s,
        .blocks = 1 + random_below(&s.random, 3),
        .when_full = random_below(&s.random, 2) == 0 ? WEIR_PIPELINE_WAIT
                                                     : WEIR_PIPELINE_SKIP};
    const struct weir_pipeline_config config = {
        .sources = &source,
        .sources_count = 1,
        .workers = 1 + random_below(&s.random, 3),
        .taps = &taps,
        .taps_count = 1,
        .sinks = &sink,
        .sinks_count = 1,
    };
    /* open reads the header, which feed has not written yet. */
    uint8_t *head = embed_bytes(0, 0, &bytes);
    const char *fault =
        write(s.fd, head, bytes) != (ssize_t)bytes ||
                weir_pipeline_open(&s.p, &config, &embed_err) != 0
            ? "does not open"
            : NULL;
    free(head);
    if (ahead >= 0)
        close(ahead);
    if (fault == NULL)
        fault = run(&s);
    embed_end();
    return fault;
}

int main(int argc, char **argv)
{
    struct seeds seeds = seeds_start(argc, argv, 100, 5);
    (void)signal(SIGPIPE, SIG_IGN);
    while (seeds_next(&seeds))
        seeds_told(&seeds, stress(seeds.seed));
    return seeds_end(&seeds);
}
