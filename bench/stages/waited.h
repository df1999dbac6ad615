#ifndef WEIR_BENCH_STAGES_WAITED_H
#define WEIR_BENCH_STAGES_WAITED_H

/* waited: how long the calling thread was ready to run and had to wait for
 * its CPU: what measures is not alone then, and its figures are too great.
 *
 * Threads   the calling one (/proc/thread-self/schedstat).
 * Errors    none: where the kernel does not tell, nothing has waited. */

#include <stdint.h>

struct weir_waited {
    int64_t busy_ns;
    int64_t waiting_ns;
};

/* weir_waited_read: since the thread began. */
struct weir_waited weir_waited_read(void);

/* weir_waited_fraction: of the time between the two; 0 to 1. */
double weir_waited_fraction(const struct weir_waited *before,
                            const struct weir_waited *after);

#endif
