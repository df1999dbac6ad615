#ifndef WEIR_BENCH_TRIAL_TRIAL_H
#define WEIR_BENCH_TRIAL_TRIAL_H

/* trial: one recorder, any, under one offered load, and what it cost.
 *
 *   recorder starts -> its packet socket listens and it has nothing to do ->
 *   the generator is ready -> it sends -> all is quiet -> the recorder is told
 * to stop -> it ends
 *
 * The recorder is described by its command line and two signals; what it
 * wrote is the caller's to verify (bench/trial/verify.h) and to remove.
 * The generator is the bench's own (`weir-bench gen --hold`): by xdp it runs
 * where the recorder is, since frames come in there; else in the far
 * namespace.
 *
 *     weir_trial_run(&out, &place, &recorder, &traffic, &stop, &err)
 *
 * Owner     nothing is left behind: no process, no file of the trial's own.
 * Threads   one.
 * Units     nanoseconds, frames, frames a second, bytes.
 * Errors    0 when there is an outcome, which may be void: something broke
 *           that may go well the next time.  -ECANCELED when `stop` was set.
 *           Else -errno with one line: it will not go well the next time
 *           either (no such program or interface, no privilege, the recorder
 *           refused or failed of its own accord). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "bench/host/job.h"

struct weir_stop;

/* Where: two namespaces and the interfaces in them. */
struct weir_trial_place {
    int near_fd;      /* of the recorder; -1: the bench's own */
    int far_fd;       /* of the generator by txring and mmsg; -1 likewise */
    const char *near; /* what is recorded */
    const char *far;  /* where frames go out by txring and mmsg; may be NULL */
    const uint16_t *generator_cpus; /* NULL: anywhere */
    size_t generator_cpus_count;
};

struct weir_trial_recorder {
    const char *name; /* for messages: "tcpdump" */
    const char *const *argv;
    const char *folder;   /* its working folder; NULL: the bench's */
    const char *output;   /* as of struct weir_job_config */
    const uint16_t *cpus; /* NULL: anywhere */
    size_t cpus_count;
    uint32_t sockets;         /* that listen when it is ready; 0: one */
    int stop_signal;          /* 0: SIGTERM; SIGKILL if it knows no end */
    int64_t ready_timeout_ns; /* 0: 10 s */
    int64_t quiet_least_ns;   /* it may still hold frames back until then */
    int64_t quiet_timeout_ns; /* to empty its buffers; 0: 30 s */
    int64_t stop_timeout_ns;  /* from the signal to its end; 0: 60 s, and 5 s
                               * in any case if it was stopped (SIGSTOP) */
    bool any_end;             /* an exit status other than 0 is no failure */
};

/* What is sent; texts are the generator's own words (bench/gen/gen_cmd.h). */
struct weir_trial_traffic {
    const char *bench; /* the program that has `gen`; NULL: this one */
    const char *way;   /* "xdp", "txring", "mmsg", "auto" */
    const char *frame; /* NULL: "60" */
    uint64_t load_pps; /* 0: full speed */
    int64_t duration_ns;
    uint64_t frames;  /* no more than these; 0: no limit */
    uint32_t flows;   /* 0: the generator's default */
    const char *skew; /* NULL: none */
    uint64_t seed;    /* 0: the generator's default */
};

/* The generator's result line. */
struct weir_trial_sent {
    char way[16];
    uint64_t frames;
    uint64_t refused;
    uint64_t bytes;
    int64_t duration_ns;
    double offered_pps;
    double offered_bits; /* a second, as on the wire */
    uint64_t late_frames;
    bool limited; /* the asked rate was missed */
};

/* Frames that were sent and that no packet socket could see, by who dropped
 * them. */
struct weir_trial_before {
    uint64_t qdisc;
    uint64_t device;  /* either end of the link */
    uint64_t backlog; /* the CPUs' input queues */
};

struct weir_trial_thread {
    char name[16];
    double busy_fraction; /* of the time of sending */
    double waiting_fraction;
};

#define WEIR_TRIAL_THREADS_MAX 80

struct weir_trial_outcome {
    bool is_void; /* counts mean nothing; why is said */
    char why[WEIR_ERR_TEXT_MAX];
    struct weir_trial_sent sent;
    struct weir_trial_before before;
    struct weir_trial_thread threads[WEIR_TRIAL_THREADS_MAX];
    size_t threads_count;
    int64_t quiet_ns; /* from the end of sending until nothing moved */
    bool never_quiet;
    int64_t stop_ns;           /* from the signal to the end */
    uint64_t written_bytes;    /* to disks while frames were sent, as of
                                * bench/trial/quiet.h; 0: none, or not known */
    int64_t cpu_ns;            /* of the recorder, user and system */
    int64_t work_ns;           /* the part from its being ready to its being
                                * quiet: without what its buffers cost to
                                * set up and to give back */
    struct weir_job_end ended; /* the recorder's end and last words */
};

/* weir_trial_run: stop may be NULL.  What a Ctrl-C or a broken trial leaves
 * running is ended before the return. */
int weir_trial_run(struct weir_trial_outcome *out,
                   const struct weir_trial_place *place,
                   const struct weir_trial_recorder *recorder,
                   const struct weir_trial_traffic *traffic,
                   const struct weir_stop *stop, struct weir_err *err);

/* weir_trial_way: the way that traffic->way names or, for "auto", the fastest
 * that works here, of "xdp", "txring" and "mmsg"; *out is a literal.  It is
 * tried, and nothing is sent.  If none works, the error is the first one's:
 * the others need more (a far end) or are told less. */
int weir_trial_way(const char **out, const struct weir_trial_place *place,
                   const struct weir_trial_traffic *traffic,
                   struct weir_err *err);

#endif
