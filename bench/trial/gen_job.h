#ifndef WEIR_BENCH_TRIAL_GEN_JOB_H
#define WEIR_BENCH_TRIAL_GEN_JOB_H

/* gen_job: the generator as a job: held until all is ready, then one line.
 *
 *   start -> (poll until ready) -> go -> (poll until done) -> finish -> close
 *
 * Owner     the caller closes; close ends a generator that still runs.
 * Threads   the bench's main thread, as of job.h.
 * Errors    -errno with one line.  -ESRCH: a signal ended it, which may not
 *           happen again. */

#include <stdbool.h>
#include <stdint.h>

#include "bench/trial/trial.h"

struct weir_err;
struct weir_gen_job;

/* From its start until it is ready, at most. */
#define WEIR_GEN_JOB_READY_NS INT64_C(10000000000)

int weir_gen_job_start(struct weir_gen_job **out,
                       const struct weir_trial_place *place,
                       const struct weir_trial_traffic *traffic,
                       struct weir_err *err);

/* weir_gen_job_ready, weir_gen_job_done: waits timeout_ns at most.  1: it is;
 * 0: not yet; -errno: it ended without. */
int weir_gen_job_ready(struct weir_gen_job *gen, int64_t timeout_ns,
                       struct weir_err *err);
int weir_gen_job_done(struct weir_gen_job *gen, int64_t timeout_ns,
                      struct weir_err *err);

void weir_gen_job_go(struct weir_gen_job *gen);

/* weir_gen_job_finish: after done: its result. */
int weir_gen_job_finish(struct weir_gen_job *gen, struct weir_trial_sent *out,
                        struct weir_err *err);

/* weir_gen_job_close: accepts NULL. */
void weir_gen_job_close(struct weir_gen_job *gen);

/* weir_gen_sent_parse: of what a generator printed, the line of type "gen".
 * Pure. */
int weir_gen_sent_parse(struct weir_trial_sent *out, const char *text,
                        struct weir_err *err);

#endif
