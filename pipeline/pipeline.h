#ifndef WEIR_PIPELINE_PIPELINE_H
#define WEIR_PIPELINE_PIPELINE_H

/* pipeline: a lane with a thread for each of its stages.
 *
 *   thread          runs                    sleeps on
 *   weir-capture    weir_lane_capture       its bell, the source, the events
 *   weir-work-K     weir_lane_work          its bell
 *   weir-write      weir_lane_write         its bell, the sink's next tick
 *   weir-stats      weir_lane_stats         its bell, the next interval
 *
 * open -> start -> (stop or abandon, through the lane's events) -> join ->
 * close.  A stop ends the threads in order: capture, workers, writer, stats.
 *
 * Owner     the pipeline owns its lane and its threads; it borrows the
 *           source, the sink and the two events.
 * Threads   open, start, join, close: one control thread.  The others: any,
 *           between open and close; lane.h says what of the lane any thread
 *           may call.  Callbacks run in the stats thread; they may take
 *           their time (no frame waits for them), but join waits for them.
 * Errors    open and start: -errno with text.  What goes wrong while running
 *           is asked of the lane after join (lane.h).
 * Signals   threads inherit the signal mask of who calls start. */

#include <stdint.h>

#include "pipeline/lane.h"

#define WEIR_CPUS_MAX 256

struct weir_pipeline;

/* Called every interval_ns and once more at the end. */
typedef void weir_interval_fn(void *context,
                              const struct weir_progress *progress,
                              int64_t elapsed_ns);
typedef void weir_notice_fn(void *context, const char *text);

struct weir_pipeline_config {
    struct weir_lane_config lane;
    /* CPUs for capture, worker 0.., writer and stats, in this order and
     * round again; none: the kernel places the threads. */
    uint16_t cpus[WEIR_CPUS_MAX];
    uint32_t cpus_count;
    int64_t interval_ns;           /* 0: only at the end */
    weir_interval_fn *on_interval; /* may be NULL */
    weir_notice_fn *on_notice;     /* may be NULL */
    void *context;                 /* of the callbacks */
};

/* weir_pipeline_open: assembles; no thread runs yet.  A CPU that the process
 * may not use is -EINVAL. */
int weir_pipeline_open(struct weir_pipeline **out,
                       const struct weir_pipeline_config *config,
                       struct weir_err *err);

/* weir_pipeline_start: all threads or, with an error, none; then only close
 * is called. */
int weir_pipeline_start(struct weir_pipeline *p, struct weir_err *err);

/* weir_pipeline_done_fd: an fd that becomes readable when the last statistics
 * are in.  weir_pipeline_join: waits until every thread has ended. */
int weir_pipeline_done_fd(const struct weir_pipeline *p);
void weir_pipeline_join(struct weir_pipeline *p);

/* weir_pipeline_elapsed_ns: since start; until the end once that came. */
int64_t weir_pipeline_elapsed_ns(const struct weir_pipeline *p);

struct weir_lane *weir_pipeline_lane(struct weir_pipeline *p);

/* weir_pipeline_close: before start or after join; accepts NULL. */
void weir_pipeline_close(struct weir_pipeline *p);

/* What the pipeline is made of, thread by thread; for people and tests. */
struct weir_thread_plan {
    char name[16];
    int cpu; /* -1: anywhere */
};
uint32_t weir_pipeline_plan(const struct weir_pipeline *p,
                            struct weir_thread_plan *out, uint32_t max);

/* weir_pipeline_costs: after join: what each thread has spent on a CPU, in the
 * plan's order.  Returns how many, at most max. */
struct weir_thread_cost {
    const char *name; /* the pipeline's, until close */
    int64_t cpu_ns;
};
uint32_t weir_pipeline_costs(const struct weir_pipeline *p,
                             struct weir_thread_cost *out, uint32_t max);

#endif
