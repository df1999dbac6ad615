#ifndef WEIR_PIPELINE_PIPELINE_IMPL_H
#define WEIR_PIPELINE_PIPELINE_IMPL_H

/* pipeline_impl: the pipeline's own memory; for the files of pipeline.h only.
 *
 *   pipeline.c        open, start, join, close: a pipeline's life
 *   pipeline_plan.c   which threads there are, their names and CPUs
 *   pipeline_loops.c  what each of them does until its stage has ended
 *
 * Owner     the pipeline, all of it.
 * Threads   open, start, join and close as in pipeline.h; while threads run
 *           nothing of it changes but the gate, under its mutex, ended_ns,
 *           which is the stats thread's, and cpu_ns, each thread's own. */

#include <pthread.h>

#include "pipeline/pipeline.h"
#include "ring/counter.h"
#include "ring/stop.h"

struct pipeline_thread;

typedef void pipeline_loop_fn(struct weir_pipeline *p,
                              const struct pipeline_thread *t);

struct pipeline_thread {
    struct weir_pipeline *pipeline;
    pthread_t id;
    pipeline_loop_fn *run;
    uint32_t lane; /* or outlet, or branch */
    uint32_t worker;
    struct weir_thread seen; /* cpu_ns: by the thread, at its end */
};

enum pipeline_gate {
    PIPELINE_GATE_SHUT,
    PIPELINE_GATE_OPEN,
    PIPELINE_GATE_CANCELLED,
};

struct weir_pipeline {
    struct weir_pipeline_config config;
    struct weir_assembly *assembly;
    struct weir_stop done;
    pthread_mutex_t mutex; /* of gate, cold: only until all threads run */
    pthread_cond_t changed;
    enum pipeline_gate gate;
    int64_t begun_ns;
    struct weir_counter ended_ns;
    uint32_t threads_count;
    uint32_t started;
    struct pipeline_thread threads[];
};

/* pipeline_plan_check: the CPUs are ones that may be used.
 * pipeline_plan_count: the threads that pipeline_plan will make. */
int pipeline_plan_check(const struct weir_pipeline_config *config,
                        struct weir_err *err);
uint32_t pipeline_plan_count(const struct weir_assembly_config *config);

/* pipeline_plan: fills in the threads; none runs yet. */
void pipeline_plan(struct weir_pipeline *p);

/* The loops: each steps one stage, and sleeps, until the stage has ended. */
pipeline_loop_fn pipeline_run_capture;
pipeline_loop_fn pipeline_run_worker;
pipeline_loop_fn pipeline_run_writer;
pipeline_loop_fn pipeline_run_branch;
pipeline_loop_fn pipeline_run_stats;

#endif
