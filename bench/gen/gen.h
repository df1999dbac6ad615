#ifndef WEIR_BENCH_GEN_GEN_H
#define WEIR_BENCH_GEN_GEN_H

/* gen: sends the frames of a plan, by one of three ways.
 *
 *   open -> run -> close
 *
 *   xdp     BPF_PROG_TEST_RUN with live frames: they come in on the device,
 *           as if received, up the stack of the same machine.  Fastest; up to
 *           WEIR_GEN_XDP_SIZE_MAX bytes.  While a frame is not due yet, it
 *           keeps its core busy, but softirqs get their turn.
 *   txring  PACKET_TX_RING past the queueing discipline: out of the device.
 *           Nothing else that listens on this same device sees them.
 *   mmsg    sendmmsg, through the queueing discipline: out of the device.
 *
 * The last two read the clock once for a batch of up to 64 frames, xdp for up
 * to 16, which all bear that stamp: they are those that were due by then.
 *
 * Owner     the caller closes; the plan, the device's name and the stop flag
 *           outlive gen.  The flag lies in memory that is shared with
 *           children (MAP_SHARED).
 * Threads   one.  The stop flag may be set by a signal handler, without
 *           SA_RESTART; such a signal also ends a sleep or a system call.
 * Units     nanoseconds of CLOCK_MONOTONIC; bytes without check sequence.
 * Errors    -ENODEV, -ENETDOWN, -EMSGSIZE (MTU), -EPERM, -EOPNOTSUPP and
 *           what the kernel says, with the device's name and words.  After a
 *           failed run the counts are right all the same. */

#include <stdatomic.h>
#include <stdint.h>

#include "bench/gen/plan.h"

struct weir_err;
struct weir_gen;

#define WEIR_GEN_XDP_SIZE_MAX 3000u

enum weir_gen_way {
    WEIR_GEN_AUTO, /* xdp if that works, else txring, else mmsg; below 1000
                    * frames a second always mmsg, which leaves the core to
                    * others */
    WEIR_GEN_XDP,
    WEIR_GEN_TXRING,
    WEIR_GEN_MMSG,
};

struct weir_gen_config {
    const char *device;
    enum weir_gen_way way;
    const struct weir_plan *plan;
    uint32_t burst;      /* frames that are due at once; at least 1 */
    uint64_t frames_max; /* UINT64_MAX: no limit */
    int64_t duration_ns; /* INT64_MAX: no limit */
    const atomic_bool *stop;
};

struct weir_gen_counts {
    uint64_t sent;        /* the kernel took them */
    uint64_t refused;     /* tries that it did not, made again */
    uint64_t bytes;       /* of those sent */
    int64_t duration_ns;  /* from the first to the last */
    int64_t asked_ns;     /* what it should have been; 0 without a rate */
    uint64_t late_frames; /* sent more than WEIR_WIRE_LATE_NS late */
    int64_t late_most_ns;
};

int weir_gen_open(struct weir_gen **out, const struct weir_gen_config *config,
                  struct weir_err *err);

/* weir_gen_way_of: how it sends; never AUTO.  weir_gen_way_name: as in the
 * results. */
enum weir_gen_way weir_gen_way_of(const struct weir_gen *gen);
const char *weir_gen_way_name(enum weir_gen_way way);

/* weir_gen_run: once.  Sends until frames_max or duration_ns is reached or
 * the stop flag is set. */
int weir_gen_run(struct weir_gen *gen, struct weir_gen_counts *counts,
                 struct weir_err *err);

/* weir_gen_close: accepts NULL. */
void weir_gen_close(struct weir_gen *gen);

#endif
