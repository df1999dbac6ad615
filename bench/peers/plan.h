#ifndef WEIR_BENCH_PEERS_PLAN_H
#define WEIR_BENCH_PEERS_PLAN_H

/* plan: which rows there are, how large, and about how long they take.
 *
 * Threads   any; pure functions.
 * Units     bytes, nanoseconds. */

#include <stddef.h>
#include <stdint.h>

#include "bench/peers/bench.h"

/* No file of frames is larger: more makes nothing truer. */
#define WEIR_PEERS_FILE_MAX (UINT64_C(1) << 30)
#define WEIR_PEERS_LIVE_MAX (UINT64_C(5) << 29)

/* weir_peers_plan: the rows of all tasks that are wanted, offline first, for
 * files that may take so much room in all.  out: NULL to count them, or for
 * as many as max.  How many there are. */
size_t weir_peers_plan(struct weir_peers_row *out, size_t max,
                       const struct weir_peers_options *options,
                       uint64_t room_bytes);

/* weir_peers_plan_ns: about how long a row takes with all of its peers. */
int64_t weir_peers_plan_ns(const struct weir_peers_options *options,
                           const struct weir_peers_row *row);

#endif
