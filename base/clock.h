#ifndef WEIR_BASE_CLOCK_H
#define WEIR_BASE_CLOCK_H

/* clock: the two clocks that weir reads, in nanoseconds.
 *
 * A call costs some 40 ns: read per batch, never per frame.
 * Threads   any. */

#include <stdint.h>

#define WEIR_NS_PER_S  INT64_C(1000000000)
#define WEIR_NS_PER_MS INT64_C(1000000)
#define WEIR_NS_PER_US INT64_C(1000)

/* weir_clock_mono_ns: CLOCK_MONOTONIC, for intervals and deadlines. */
int64_t weir_clock_mono_ns(void);

/* weir_clock_real_ns: CLOCK_REALTIME since 1970, for names and stamps. */
int64_t weir_clock_real_ns(void);

#endif
