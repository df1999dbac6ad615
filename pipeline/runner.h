#ifndef WEIR_PIPELINE_RUNNER_H
#define WEIR_PIPELINE_RUNNER_H

/* runner: an assembly with a thread for each of its stages.
 *
 *   thread            runs                  sleeps on
 *   weir-capture[-L]  weir_lane_capture     its bell, the source, the events
 *   weir-work-[L-]K   weir_lane_work        its bell
 *   weir-write[-L]    weir_outlet_step      its bell, the disk, the next tick
 *   weir-stats        weir_stats_step       its bell, the next interval
 *   weir-sink-N       weir_branch_step      its bell, what its owner waits for
 *
 * The lane's number L is there if there are several.
 *
 * open -> start -> (stop or abandon, through the events) -> join -> close.
 * A stop ends the threads in order: capture, workers, writers, sinks (that
 * is, branches), stats.
 *
 * Owner     the runner owns its assembly and its threads; it borrows the
 *           sources, the sinks and the two events.
 * Threads   open, start, join, close: one control thread.  The others: any,
 *           between open and close; assembly.h says what of the assembly any
 *           thread may call.  Callbacks but on_started run in the stats
 *           thread; they may take their time (no frame waits for them), but
 *           join waits for them.
 * Errors    open and start: -errno with text.  What goes wrong while running
 *           is asked of lanes, outlets and branches after join.
 * Signals   threads inherit the signal mask of who calls start. */

#include <stdint.h>

#include "pipeline/assembly.h"
#include "pipeline/branch.h"
#include "pipeline/lane.h"

#define WEIR_CPUS_MAX 256

/* A capture thread and workers for each lane, and a writer; one for stats,
 * and for each branch. */
#define WEIR_THREADS_MAX                                                       \
    (WEIR_LANES_MAX * (WEIR_WORKERS_MAX + 2) + 1 + WEIR_BRANCHES_MAX)

struct weir_runner;

/* Called every interval_ns and once more at the end. */
typedef void weir_interval_fn(void *context,
                              const struct weir_progress *progress,
                              int64_t elapsed_ns);
typedef void weir_notice_fn(void *context, const char *text);

/* Called once, by start: the sources take frames in, and the threads are about
 * to run. */
typedef void weir_started_fn(void *context);

struct weir_runner_config {
    struct weir_assembly_config assembly;
    /* CPUs for each lane's capture and workers, then the writers and stats,
     * in the plan's order and round again, -1 for anywhere; none: the kernel
     * places the threads, as it does branches' always.  Read at open only. */
    const int *cpus;
    uint32_t cpus_count;
    weir_started_fn *on_started;   /* may be NULL */
    int64_t interval_ns;           /* 0: only at the end */
    weir_interval_fn *on_interval; /* may be NULL */
    weir_notice_fn *on_notice;     /* may be NULL */
    void *context;                 /* of the callbacks */
};

/* weir_runner_open: assembles; no thread runs yet.  A CPU that the process
 * may not use is -EINVAL. */
int weir_runner_open(struct weir_runner **out,
                     const struct weir_runner_config *config,
                     struct weir_err *err);

/* weir_runner_start: all threads and, when they are there, the sources; or,
 * with an error, no thread, and then only close is called. */
int weir_runner_start(struct weir_runner *p, struct weir_err *err);

/* weir_runner_done_fd: an fd that becomes readable when the last statistics
 * are in.  weir_runner_join: waits until every thread has ended, and merges
 * the taps' states (tap.h). */
int weir_runner_done_fd(const struct weir_runner *p);
void weir_runner_join(struct weir_runner *p);

/* weir_runner_is_inside: who asks is one of its threads, that is, a callback.
 */
bool weir_runner_is_inside(const struct weir_runner *p);

/* weir_runner_elapsed_ns: since start; until the end once that came. */
int64_t weir_runner_elapsed_ns(const struct weir_runner *p);

struct weir_assembly *weir_runner_assembly(struct weir_runner *p);

/* weir_runner_close: before start or after join; accepts NULL. */
void weir_runner_close(struct weir_runner *p);

/* What the runner is made of, thread by thread; for people and tests.
 * weir_runner_thread: i below weir_runner_threads, which is at most
 * WEIR_THREADS_MAX; cpu_ns is known after join. */
struct weir_thread {
    char name[16];
    int cpu;        /* -1: anywhere */
    int64_t cpu_ns; /* spent on a CPU */
};
uint32_t weir_runner_threads(const struct weir_runner *p);
const struct weir_thread *weir_runner_thread(const struct weir_runner *p,
                                             uint32_t i);

#endif
