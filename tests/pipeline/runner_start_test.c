/* The order of a start: sources last, one right after the other, and no thread
 * asks them before. */

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>

#include "base/assert.h"
#include "base/err.h"
#include "capture/source.h"
#include "pipeline/runner.h"
#include "ring/stop.h"
#include "sink/null_sink.h"

#define LANES   3
#define WORKERS 2
#define NONE    UINT32_MAX

/* What is told of, in its order. */
enum what { STARTED, TOLD, ASKED };
struct event {
    enum what what;
    uint32_t lane;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct event events[2 * LANES + 1];
static uint32_t events_count;
static uint32_t threads_at_start;

struct player {
    struct weir_source source;
    struct weir_ifaces ifaces;
    uint32_t lane;
    bool fails;
};

static struct player players[LANES];
static struct weir_source *sources[LANES];
static struct weir_stop stop, abandon;
static struct weir_sink *sink;
static struct weir_runner *runner;
static struct weir_err err;

static void note(enum what what, uint32_t lane)
{
    pthread_mutex_lock(&lock);
    WEIR_ASSERT(events_count < 2 * LANES + 1);
    events[events_count++] = (struct event){what, lane};
    pthread_mutex_unlock(&lock);
}

static uint32_t count_threads(void)
{
    uint32_t n = 0;
    DIR *tasks = opendir("/proc/self/task");
    WEIR_ASSERT(tasks != NULL);
    for (const struct dirent *one; (one = readdir(tasks)) != NULL;)
        n += one->d_name[0] != '.';
    (void)closedir(tasks);
    return n;
}

static int player_start(struct weir_source *source, struct weir_err *text)
{
    const struct player *p = (const struct player *)source;
    note(STARTED, p->lane);
    if (p->lane == 0)
        threads_at_start = count_threads();
    return p->fails ? weir_err_set(text, -ENOMEM, "no memory for that") : 0;
}

static int player_next(struct weir_source *source, struct weir_lease *out,
                       struct weir_err *text)
{
    (void)out;
    (void)text;
    note(ASKED, ((const struct player *)source)->lane);
    return WEIR_SOURCE_END;
}

static void player_cut(struct weir_source *source)
{
    (void)source;
}

static const struct weir_source_ops player_ops = {
    .start = player_start,
    .next = player_next,
    .cut = player_cut,
    .close = player_cut,
};

static void tell(void *context)
{
    (void)context;
    note(TOLD, NONE);
}

static void begin(void)
{
    for (uint32_t i = 0; i < LANES; i++) {
        struct player *p = &players[i];
        p->lane = i;
        p->source = (struct weir_source){.ops = &player_ops,
                                         .ifaces = &p->ifaces,
                                         .name = "played",
                                         .fd = -1,
                                         .wait_ms = -1};
        sources[i] = &p->source;
    }
    cr_assert_eq(weir_stop_open(&stop, &err), 0);
    cr_assert_eq(weir_stop_open(&abandon, &err), 0);
    cr_assert_eq(weir_null_sink_open(&sink, &err), 0);
    const struct weir_runner_config config = {
        .assembly = {.sources = sources,
                     .lanes = LANES,
                     .stop = &stop,
                     .abandon = &abandon,
                     .workers = WORKERS,
                     .block_bytes = 65536,
                     .account = {.format = WEIR_FORMAT_PCAPNG},
                     .talkers = 64},
        .on_started = tell,
    };
    cr_assert_eq(weir_runner_open(&runner, &config, &err), 0, "%s", err.text);
    weir_assembly_set_sink(weir_runner_assembly(runner), 0, sink);
    cr_assert_eq(events_count, 0);
}

static void end(void)
{
    weir_runner_close(runner);
    sink->ops->close(sink);
    weir_stop_close(&abandon);
    weir_stop_close(&stop);
}

TestSuite(runner_start, .init = begin, .fini = end);

Test(runner_start, sources_come_last_and_together)
{
    const uint32_t before = count_threads();
    cr_assert_eq(weir_runner_start(runner, &err), 0, "%s", err.text);
    weir_runner_join(runner);
    cr_assert_eq(threads_at_start, before + weir_runner_threads(runner));
    cr_assert_eq(events_count, 2 * LANES + 1);
    for (uint32_t i = 0; i < LANES; i++) {
        cr_assert_eq(events[i].what, STARTED);
        cr_assert_eq(events[i].lane, i);
        cr_assert_eq(events[LANES + 1 + i].what, ASKED);
    }
    cr_assert_eq(events[LANES].what, TOLD);
}

Test(runner_start, one_that_cannot_be_started_ends_it)
{
    players[1].fails = true;
    cr_assert_eq(weir_runner_start(runner, &err), -ENOMEM);
    cr_assert_str_eq(err.text, "no memory for that");
    cr_assert_eq(events_count, 2);
    cr_assert_eq(events[0].lane, 0);
    cr_assert_eq(events[1].lane, 1);
}
