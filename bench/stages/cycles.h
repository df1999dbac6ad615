#ifndef WEIR_BENCH_STAGES_CYCLES_H
#define WEIR_BENCH_STAGES_CYCLES_H

/* cycles: what the processor counts of the calling thread, where it has
 * counters and lets us read them (perf_event_open); user mode only, which
 * needs no privilege.
 *
 * Owner     the caller closes.
 * Threads   the thread that opened it.
 * Errors    -errno with a text that says what is missing; a virtual machine
 *           often has no counters (ENOENT). */

#include <stdint.h>

struct weir_err;

struct weir_cycles {
    int cycles_fd; /* leads the group; -1: there are no counters */
    int instructions_fd;
};

struct weir_cycles_counts {
    uint64_t cycles;
    uint64_t instructions;
    uint64_t missed_ns; /* that others had the counters: both are too small */
};

/* weir_cycles_open: on an error *out can be read (all counts are 0) and
 * closed like any other. */
int weir_cycles_open(struct weir_cycles *out, struct weir_err *err);

/* weir_cycles_read: since open. */
struct weir_cycles_counts weir_cycles_read(const struct weir_cycles *cycles);

void weir_cycles_close(struct weir_cycles *cycles);

#endif
