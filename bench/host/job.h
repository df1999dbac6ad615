#ifndef WEIR_BENCH_HOST_JOB_H
#define WEIR_BENCH_HOST_JOB_H

/* job: a program that the bench runs, and what it cost.
 *
 *   start -> (signal, threads)* -> wait -> close
 *
 * A job never outlives its bench (PR_SET_PDEATHSIG), never reads the bench's
 * standard input, and is its own process group, so that what it started ends
 * with it.
 *
 * Owner     the caller closes; close ends a job that still runs (SIGTERM,
 *           then SIGKILL) and reaps it.
 * Threads   one.
 * Units     nanoseconds, bytes.
 * Errors    -errno with the program's name.  A program that fails is no
 *           error here: its end says how. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct weir_err;
struct weir_job;

#define WEIR_JOB_WORDS_MAX 4096

struct weir_job_config {
    const char *const *argv; /* ends with NULL; argv[0] by PATH */
    int netns_fd;            /* -1: the bench's own network namespace */
    const uint16_t *cpus;    /* it may run on; NULL: anywhere */
    size_t cpus_count;
    const char *folder; /* working folder; NULL: the bench's */
    int input_fd;       /* its standard input; -1: /dev/null */
    const char *output; /* file of its standard output; NULL:
                         * /dev/null; "": kept, see below */
};

struct weir_job_end {
    int status;      /* exit status, or -1 */
    int signal;      /* that killed it, or 0 */
    bool timed_out;  /* and was ended by wait */
    int64_t wall_ns; /* from start to its end */
    int64_t user_ns; /* of the program and what it waited for */
    int64_t system_ns;
    uint64_t memory_bytes;           /* greatest resident set */
    char words[WEIR_JOB_WORDS_MAX];  /* end of its standard error */
    char output[WEIR_JOB_WORDS_MAX]; /* end of its standard output, if
                                      * output is "" */
};

int weir_job_start(struct weir_job **out, const struct weir_job_config *config,
                   struct weir_err *err);
pid_t weir_job_pid(const struct weir_job *job);

/* weir_job_signal: to the program, not to its children.  weir_job_running:
 * without waiting. */
void weir_job_signal(struct weir_job *job, int signal);
bool weir_job_running(struct weir_job *job);

/* weir_job_wait: until it has ended, at most timeout_ns; then it is ended by
 * SIGTERM and, 5 s later, by SIGKILL.  Its output is drained meanwhile. */
int weir_job_wait(struct weir_job *job, int64_t timeout_ns,
                  struct weir_job_end *end, struct weir_err *err);
void weir_job_close(struct weir_job *job);

/* weir_job_run: start and wait in one. */
int weir_job_run(const struct weir_job_config *config, int64_t timeout_ns,
                 struct weir_job_end *end, struct weir_err *err);

/* The time of a thread so far, by the scheduler's accounts
 * (/proc/PID/task/TID/schedstat). */
struct weir_job_thread {
    pid_t id;
    char name[16];
    int64_t busy_ns;    /* on a CPU */
    int64_t waiting_ns; /* runnable, without one */
};

/* weir_job_threads: those that are there now, at most max; how many. */
size_t weir_job_threads(const struct weir_job *job, struct weir_job_thread *out,
                        size_t max);

#endif
