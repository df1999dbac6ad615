#ifndef WEIR_BENCH_HOST_JOB_CHILD_H
#define WEIR_BENCH_HOST_JOB_CHILD_H

/* job_child: a job's program, from fork to exec.
 *
 * Threads   one.
 * Errors    -errno of the step that failed, in the child too, with words. */

#include <sys/types.h>

struct weir_err;
struct weir_job_config;

/* weir_job_child_start: config's program with files[0 .. 2] as its standard
 * input, output and error, in its own process group.  *pid is set, and the
 * program executing, if it returns 0. */
int weir_job_child_start(const struct weir_job_config *config,
                         const int files[3], pid_t *pid, struct weir_err *err);

#endif
