/* The plan of threads, and a recording in them that has sinks beside it. */

#include "pipeline/runner.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>

#include "base/err.h"
#include "capture/source_synth.h"
#include "ring/stop.h"
#include "sink/null_sink.h"

#define FRAMES      UINT64_C(50000)
#define BLOCK_BYTES 1048576
#define WORKERS     2

static struct weir_stop stop, abandon;
static struct weir_source *source;
static struct weir_sink *sink;
static struct weir_runner *runner;
static struct weir_err err;
static uint64_t taken;
static int finished;

static int take(void *context, const struct weir_parcel *parcel,
                struct weir_err *text)
{
    (void)context;
    (void)text;
    taken += parcel->frames;
    return 0;
}

static int finish(void *context, struct weir_err *text)
{
    (void)context;
    (void)text;
    finished++;
    return 0;
}

static int take_nothing(void *context, const struct weir_parcel *parcel,
                        struct weir_err *text)
{
    (void)context;
    (void)parcel;
    return weir_err_set(text, -EPIPE, "gone");
}

static const struct weir_branch_config branches[2] = {
    {.name = "first", .take = take, .finish = finish},
    {.name = "second", .take = take_nothing, .when_full = WEIR_BRANCH_SKIP},
};

static char notice[WEIR_ERR_TEXT_MAX];

static void on_notice(void *context, const char *text)
{
    (void)context;
    cr_assert_eq(notice[0], '\0');
    (void)snprintf(notice, sizeof notice, "%s", text);
}

static void begin(void)
{
    struct weir_synth_config synth;
    cr_assert_eq(weir_stop_open(&stop, &err), 0);
    cr_assert_eq(weir_stop_open(&abandon, &err), 0);
    cr_assert_eq(weir_null_sink_open(&sink, &err), 0);
    cr_assert_eq(weir_synth_parse("frames=50000,proto=mix", &synth, &err), 0);
    cr_assert_eq(
        weir_synth_source_open(&source, &synth,
                               &(struct weir_source_config){
                                   .leases = weir_lane_batches(WORKERS, false),
                                   .block_bytes = BLOCK_BYTES,
                               },
                               &err),
        0, "%s", err.text);
}

static void end(void)
{
    weir_runner_close(runner);
    source->ops->close(source);
    sink->ops->close(sink);
    weir_stop_close(&abandon);
    weir_stop_close(&stop);
}

TestSuite(runner, .init = begin, .fini = end);

static void open_runner(uint32_t branches_count, const int *cpus)
{
    const struct weir_runner_config config = {
        .assembly = {.sources = &source,
                     .lanes = 1,
                     .stop = &stop,
                     .abandon = &abandon,
                     .workers = WORKERS,
                     .block_bytes = BLOCK_BYTES,
                     .account = {.format = WEIR_FORMAT_PCAPNG},
                     .talkers = 64,
                     .branches = branches,
                     .branches_count = branches_count},
        .cpus = cpus,
        .cpus_count = cpus != NULL ? 1 : 0,
        .on_notice = on_notice,
    };
    cr_assert_eq(weir_runner_open(&runner, &config, &err), 0, "%s", err.text);
    weir_assembly_set_sink(weir_runner_assembly(runner), 0, sink);
}

static void expect_threads(const char *const *names, uint32_t n)
{
    cr_assert_eq(weir_runner_threads(runner), n);
    for (uint32_t i = 0; i < n; i++)
        cr_assert_str_eq(weir_runner_thread(runner, i)->name, names[i]);
}

Test(runner, has_no_thread_for_branches_that_are_not)
{
    static const char *const names[] = {"weir-capture", "weir-work-0",
                                        "weir-work-1", "weir-write",
                                        "weir-stats"};
    open_runner(0, NULL);
    expect_threads(names, 5);
}

Test(runner, each_branch_has_a_thread_and_no_cpu_of_the_recordings)
{
    static const char *const names[] = {
        "weir-capture", "weir-work-0", "weir-work-1", "weir-write",
        "weir-stats",   "weir-sink-0", "weir-sink-1"};
    cpu_set_t usable;
    int cpu = 0;
    cr_assert_eq(sched_getaffinity(0, sizeof usable, &usable), 0);
    while (!CPU_ISSET((unsigned)cpu, &usable))
        cpu++;
    open_runner(2, &cpu);
    expect_threads(names, 7);
    for (uint32_t i = 0; i < 7; i++)
        cr_assert_eq(weir_runner_thread(runner, i)->cpu, i < 5 ? cpu : -1);
}

Test(runner, one_branch_takes_all_and_another_fails_alone)
{
    struct weir_branch_counts counts;
    struct weir_progress p;
    open_runner(2, NULL);
    cr_assert_eq(weir_runner_start(runner, &err), 0);
    weir_runner_join(runner);
    struct weir_assembly *a = weir_runner_assembly(runner);
    weir_assembly_progress(a, &p);
    cr_assert(weir_ledger_balanced(&p.ledger));
    cr_assert_eq(p.ledger.delivered, FRAMES);
    cr_assert_eq(weir_assembly_branches(a), 2);
    for (uint32_t i = 0; i < 2; i++) {
        weir_branch_counts(weir_assembly_branch(a, i), &counts);
        cr_assert(weir_branch_balanced(&counts, FRAMES));
        cr_assert_eq(counts.taken.frames, i == 0 ? FRAMES : 0);
    }
    cr_assert_eq(taken, FRAMES);
    cr_assert_eq(finished, 1);
    cr_assert_str_eq(notice,
                     "sink second: gone; the recording goes on without it");
    cr_assert_eq(weir_branch_error(weir_assembly_branch(a, 1), &err), -EPIPE);
    cr_assert_str_eq(weir_branch_name(weir_assembly_branch(a, 0)), "first");
}
