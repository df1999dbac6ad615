#ifndef WEIR_PIPELINE_PIPELINE_IMPL_H
#define WEIR_PIPELINE_PIPELINE_IMPL_H

/* pipeline_impl: an embedded pipeline's own memory; for pipeline*.c only.
 *
 *   pipeline.c         its life, and who may call what
 *   pipeline_open.c    what a config comes to
 *   pipeline_look.c    what can be seen of it
 *
 * Owner     the pipeline, all of it, but for the caller's event.
 * Threads   control calls hold `control`; what they change is `state` and
 *           what belongs to it.  The rest does not change after open. */

#include <pthread.h>
#include <stdatomic.h>

#include "pipeline/inputs.h"
#include "pipeline/pipeline.h"
#include "pipeline/runner.h"
#include "pipeline/sinks.h"
#include "ring/event.h"
#include "sink/sink.h"

enum pipeline_state {
    PIPELINE_OPEN = 0,
    PIPELINE_BROKEN, /* start failed */
    PIPELINE_RUNS,
    PIPELINE_JOINED,
    PIPELINE_CLOSES, /* its parts go */
};

struct weir_pipeline {
    pthread_mutex_t control; /* tells its own thread from another */
    pthread_cond_t left;     /* one that joined it has, with control */
    uint32_t joining;        /* by control */
    _Atomic int state;       /* enum pipeline_state */
    struct weir_inputs inputs;
    struct weir_sinks *sinks;
    struct weir_sink *sink; /* the writer's */
    struct weir_runner *runner;
    struct weir_event *stop; /* its own: limits and failures set it, too */
    struct weir_event *abandon;
    const struct weir_event *shared_stop; /* the caller's; NULL: none */
    uint32_t taps_count;
    uint32_t sinks_count;
    bool writes;
    int result; /* of the end, with its text */
    struct weir_err result_text;
};

/* pipeline_assemble: all that open has to do; what an error has left is for
 * pipeline_dismantle. */
int pipeline_assemble(struct weir_pipeline *p,
                      const struct weir_pipeline_config *config,
                      struct weir_err *err);
void pipeline_dismantle(struct weir_pipeline *p);

/* pipeline_is_there: and is not being closed. */
bool pipeline_is_there(const struct weir_pipeline *p);

/* pipeline_judge: what is said of the whole, once every thread has ended. */
int pipeline_judge(const struct weir_pipeline *p, struct weir_err *err);

#endif
