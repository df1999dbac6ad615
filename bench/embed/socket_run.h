#ifndef WEIR_BENCH_EMBED_SOCKET_RUN_H
#define WEIR_BENCH_EMBED_SOCKET_RUN_H

/* socket_run: one function that gives live frames, under the generator's load,
 * in a process of its own.
 *
 * It looks at the length and the first byte of each frame, and has a ring of
 * the same size as the others.  It is over when the generator has ended and
 * nothing has come for a while.
 *
 * Owner     nothing is left behind.
 * Threads   the bench's main thread, with no other.
 * Units     frames, nanoseconds.
 * Errors    -errno with words. */

#include <stdint.h>

#include "bench/host/bench_args.h"
#include "bench/trial/trial.h"

struct weir_err;

enum weir_socket_way_of {
    WEIR_BY_NEXT_BATCH,
    WEIR_BY_NEXT,
    WEIR_BY_PCAP_DISPATCH,
    WEIR_BY_PCAP_NEXT_EX,
    WEIR_BY_COUNT,
};

/* weir_socket_way_name: the function's. */
const char *weir_socket_way_name(enum weir_socket_way_of by);

struct weir_socket_run_config {
    struct weir_trial_place place;
    struct weir_trial_traffic traffic;
    enum weir_socket_way_of by;
    struct weir_bench_cpus cpus; /* of the process */
};

struct weir_socket_found {
    struct weir_trial_sent sent;
    uint64_t frames;  /* that came */
    uint64_t dropped; /* by the kernel, as the function's library tells */
    uint64_t sum;     /* of what was looked at */
    int64_t cpu_ns;   /* from the first wait to the end */
};

int weir_socket_run(struct weir_socket_found *out,
                    const struct weir_socket_run_config *config,
                    struct weir_err *err);

#endif
