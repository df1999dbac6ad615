#ifndef WEIR_BENCH_HOST_JOB_H
#define WEIR_BENCH_HOST_JOB_H

/* job: a program that the bench runs, and what it cost.
 *
 *   start -> (expect, signal, threads, running)* -> wait -> close
 *
 * A job never outlives its bench (PR_SET_PDEATHSIG), never reads the bench's
 * standard input, inherits no file of the bench's, and is its own process
 * group, so that what it started ends with it (but for what makes itself a
 * session of its own: no daemons, please).
 *
 * Its standard error, and its standard output if that is kept, are pipes
 * that expect, running and wait drain: call one of them now and then, for a
 * full pipe (64 KiB) stops the job.
 *
 * Owner     the caller closes; close ends a job that still runs (SIGTERM,
 *           then SIGKILL) and reaps it.
 * Threads   the bench's main thread: a job dies with the thread that started
 *           it.
 * Units     nanoseconds, bytes.
 * Errors    -errno with the program's name; one that cannot be executed is
 *           start's ("tcpdump: not found").  A program that fails is no
 *           error here: its end says how. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct weir_err;
struct weir_job;

#define WEIR_JOB_WORDS_MAX 4096

struct weir_job_config {
    const char *const *argv; /* ends with NULL; argv[0] by PATH, or with
                              * a slash as the working folder has it */
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
    int64_t wall_ns; /* from start to when its end was seen */
    int64_t user_ns; /* of the program and what it waited for */
    int64_t system_ns;
    uint64_t memory_bytes;           /* greatest resident set; 0: not known */
    char words[WEIR_JOB_WORDS_MAX];  /* end of its standard error */
    char output[WEIR_JOB_WORDS_MAX]; /* end of its standard output, if
                                      * output is "" */
};

int weir_job_start(struct weir_job **out, const struct weir_job_config *config,
                   struct weir_err *err);

/* weir_job_pid: 0 once it has ended. */
pid_t weir_job_pid(const struct weir_job *job);

/* weir_job_signal: to the program, not to its children.  weir_job_running:
 * without waiting. */
void weir_job_signal(struct weir_job *job, int signal);
bool weir_job_running(struct weir_job *job);

/* weir_job_expect: waits until `text` stands in what it wrote to standard
 * error or kept standard output (in the last WEIR_JOB_WORDS_MAX bytes of
 * either).  Returns 0; -ESRCH if it ended without; -ETIMEDOUT, and it runs
 * on. */
int weir_job_expect(struct weir_job *job, const char *text, int64_t timeout_ns,
                    struct weir_err *err);

/* weir_job_wait: until it has ended, at most timeout_ns; then it and what it
 * started are ended by SIGTERM and, 5 s later, by SIGKILL.  What it started
 * and left running is killed.  More than once: the same end. */
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

/* weir_job_cpu_ns: on a CPU so far, of all of the program's threads, those of
 * the kernel that work for it (io_uring's) and those that have ended too; 0
 * once it has ended itself. */
int64_t weir_job_cpu_ns(const struct weir_job *job);

#endif
