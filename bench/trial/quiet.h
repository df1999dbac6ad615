#ifndef WEIR_BENCH_TRIAL_QUIET_H
#define WEIR_BENCH_TRIAL_QUIET_H

/* quiet: when a program has done all that it had to do.
 *
 * A recorder whose input has ended empties its buffers and then does
 * nothing: its threads use no CPU, none waits for a disk, and no bytes go to
 * one (a program that leaves its writes to the kernel hardly works itself).
 *
 * Threads   one at a time per struct.
 * Units     nanoseconds of CLOCK_MONOTONIC. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/trial/trial.h"

struct weir_job;

/* How often to look, how many looks in a row have to be quiet, and of the
 * time between two how much may be spent all the same (ticks, timers). */
#define WEIR_QUIET_LOOK_NS  INT64_C(40000000)
#define WEIR_QUIET_LOOKS    2
#define WEIR_QUIET_FRACTION 0.05
#define WEIR_QUIET_BYTES    UINT64_C(65536)

struct weir_quiet {
    int64_t looked_ns; /* the last look; 0: none */
    int64_t spent_ns;  /* by then, of all threads, waiting for a CPU included */
    uint64_t written;  /* bytes by then, to disks */
    int64_t since_ns;  /* the first look of those that were quiet; 0: none */
    int looks;
};

/* weir_quiet_look: whether it has been quiet for long enough, since
 * quiet->since_ns. */
bool weir_quiet_look(struct weir_quiet *quiet, const struct weir_job *job,
                     int64_t now_ns);

/* weir_quiet_written: bytes that the program has sent to disks (proc(5),
 * /proc/PID/io; past the page cache as they go, else when they are put there);
 * 0 where the kernel does not say. */
uint64_t weir_quiet_written(pid_t pid);

/* weir_quiet_halted: a signal (SIGSTOP, SIGTSTP) has stopped the program. */
bool weir_quiet_halted(pid_t pid);

/* weir_quiet_put: pure: the same of what was seen; on_disk: a thread waits for
 * one, or bytes went there. */
bool weir_quiet_put(struct weir_quiet *quiet, int64_t now_ns, int64_t spent_ns,
                    bool on_disk);

#endif
