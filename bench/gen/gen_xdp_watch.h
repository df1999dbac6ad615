#ifndef WEIR_BENCH_GEN_GEN_XDP_WATCH_H
#define WEIR_BENCH_GEN_GEN_XDP_WATCH_H

/* gen_xdp_watch: ends the call of BPF_PROG_TEST_RUN when it is time, for
 * gen_xdp.c only.
 *
 * Such a call runs on and on, and only a signal ends it.  A child process
 * looks every few ms whether the run is over, and then sends SIGUSR1 until
 * it is ended itself.  It dies with its parent.
 *
 * Owner     the caller ends what it started.
 * Threads   one; SIGUSR1 is the watch's between start and end. */

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/gen/gen_xdp.h"

struct weir_err;

struct weir_gen_xdp_watch {
    pid_t child;
    struct sigaction before;
};

/* weir_gen_xdp_over: the program says so, or the time has passed. */
bool weir_gen_xdp_over(const struct weir_gen_xdp_state *state,
                       int64_t duration_ns);

/* weir_gen_xdp_watch_start: state and stop are in memory that is shared with
 * children. */
int weir_gen_xdp_watch_start(struct weir_gen_xdp_watch *watch,
                             const struct weir_gen_xdp_state *state,
                             int64_t duration_ns, const atomic_bool *stop,
                             struct weir_err *err);
void weir_gen_xdp_watch_end(struct weir_gen_xdp_watch *watch);

#endif
