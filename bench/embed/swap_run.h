#ifndef WEIR_BENCH_EMBED_SWAP_RUN_H
#define WEIR_BENCH_EMBED_SWAP_RUN_H

/* swap_run: an embedded pipeline under the generator's load, while its filter
 * is swapped, or not.
 *
 * Both filters go by the generator's numbers: one takes all but each fourth
 * frame, the other all but the one behind it.  Half of the frames are taken by
 * both, whatever filter is on; those are counted, as sent and as a tap saw
 * them.
 *
 * Owner     nothing is left behind.
 * Threads   the bench's main thread, with no other; the pipeline has its own
 *           meanwhile.
 * Units     frames, nanoseconds.
 * Errors    -errno with words. */

#include <stdint.h>

#include "bench/trial/trial.h"

struct weir_err;

struct weir_swap_config {
    struct weir_trial_place place;
    struct weir_trial_traffic traffic;
    uint32_t swaps; /* evenly over most of traffic.duration_ns */
};

struct weir_swap_found {
    struct weir_trial_sent sent;
    uint64_t both_sent; /* that both filters take */
    uint64_t both_seen;
    uint64_t received; /* of all: behind the kernel's filter */
    uint64_t kernel_dropped;
    uint64_t tested; /* let through by the kernel, and refused by weir */
    uint64_t swaps;  /* in the time of sending, and in every lane */
    int64_t cpu_ns;  /* of this process */
};

int weir_swap_run(struct weir_swap_found *out,
                  const struct weir_swap_config *config, struct weir_err *err);

#endif
