#ifndef WEIR_BENCH_EMBED_ARRIVALS_H
#define WEIR_BENCH_EMBED_ARRIVALS_H

/* arrivals: a program that sends at the far end of a rig, and what arrives at
 * the near end, by the kernel's own counts and stamps.
 *
 * The rate is that of the middle 80 % of the frames, by the interface's
 * counter, which is read every few milliseconds: the program's start, what it
 * reads before it sends, and its end are not in it.  With a pace, a packet
 * socket listens, and each frame has the time at which the kernel got it.
 *
 * Owner     the caller.
 * Threads   the bench's main thread, with no other (bench/host/job.h).
 * Units     nanoseconds, frames a second.
 * Errors    -errno with a text: the program's end, or -EIO: other frames
 *           arrived than were sent. */

#include <stddef.h>
#include <stdint.h>

struct weir_err;
struct weir_rig;

#define WEIR_ARRIVALS_STAMPS_MAX 2000000

struct weir_arrivals_config {
    const struct weir_rig *rig;
    const char *const *argv; /* ends with NULL */
    const uint16_t *cpus;    /* it may run on */
    size_t cpus_count;
    uint64_t frames;  /* that it sends; paced, at most ..._STAMPS_MAX */
    uint64_t pace;    /* frames a second; 0: none, and nobody listens */
    int64_t *stamps;  /* paced: room for `frames` of them */
    int64_t limit_ns; /* then it is ended */
};

struct weir_arrivals {
    double pps;
    double cpu_ns; /* of the program, a frame */
    double duration_s;
    double memory_bytes;
    /* Paced: how far from what was asked the gaps between frames were. */
    double p50_ns;
    double p99_ns;
    double most_ns;
};

int weir_arrivals_run(struct weir_arrivals *out,
                      const struct weir_arrivals_config *config,
                      struct weir_err *err);

/* weir_arrivals_gaps: the three of the stamps, which are gone then; pure. */
int weir_arrivals_gaps(struct weir_arrivals *out, int64_t *stamps, size_t count,
                       uint64_t pace, struct weir_err *err);

#endif
