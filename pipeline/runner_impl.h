#ifndef WEIR_PIPELINE_RUNNER_IMPL_H
#define WEIR_PIPELINE_RUNNER_IMPL_H

/* runner_impl: the runner's own memory; for the files of runner.h only.
 *
 *   runner.c        open, start, join, close: a runner's life
 *   runner_plan.c   which threads there are, their names and CPUs
 *   runner_loops.c  what each of them does until its stage has ended
 *
 * Owner     the runner, all of it.
 * Threads   open, start, join and close as in runner.h; while threads run
 *           nothing of it changes but the gate, under its mutex, ended_ns,
 *           which is the stats thread's, and cpu_ns, each thread's own. */

#include <pthread.h>

#include "pipeline/runner.h"
#include "ring/counter.h"
#include "ring/stop.h"

struct runner_thread;

typedef void runner_loop_fn(struct weir_runner *p,
                            const struct runner_thread *t);

struct runner_thread {
    struct weir_runner *runner;
    pthread_t id;
    runner_loop_fn *run;
    uint32_t lane; /* or outlet, or branch */
    uint32_t worker;
    struct weir_thread seen; /* cpu_ns: by the thread, at its end */
};

enum runner_gate {
    RUNNER_GATE_SHUT,
    RUNNER_GATE_OPEN,
    RUNNER_GATE_CANCELLED,
};

struct weir_runner {
    struct weir_runner_config config;
    struct weir_assembly *assembly;
    struct weir_stop done;
    pthread_mutex_t mutex; /* of gate, cold: only until all threads run */
    pthread_cond_t changed;
    enum runner_gate gate;
    int64_t begun_ns;
    struct weir_counter ended_ns;
    uint32_t threads_count;
    uint32_t started;
    bool ran; /* the stages did, and their taps are to be merged */
    struct runner_thread threads[];
};

/* runner_plan_check: the CPUs are ones that may be used.
 * runner_plan_count: the threads that runner_plan will make. */
int runner_plan_check(const struct weir_runner_config *config,
                      struct weir_err *err);
uint32_t runner_plan_count(const struct weir_assembly_config *config);

/* runner_plan: fills in the threads; none runs yet. */
void runner_plan(struct weir_runner *p);

/* The loops: each steps one stage, and sleeps, until the stage has ended. */
runner_loop_fn runner_run_capture;
runner_loop_fn runner_run_worker;
runner_loop_fn runner_run_writer;
runner_loop_fn runner_run_branch;
runner_loop_fn runner_run_stats;

#endif
