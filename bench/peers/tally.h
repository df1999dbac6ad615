#ifndef WEIR_BENCH_PEERS_TALLY_H
#define WEIR_BENCH_PEERS_TALLY_H

/* tally: which peers have done their tasks, over all rows, and whether that
 * makes the command a success.
 *
 * It fails if a peer that was run never had a good round in its task, and if
 * a task has no figure at all.  A void round beside good ones is no failure;
 * neither is a peer that was left out before its first round: one that is not
 * installed, or may not do its work here.
 *
 * Owner     the caller; all zeros to begin with.
 * Threads   one. */

#include <stdbool.h>
#include <stdint.h>

#include "bench/peers/peer.h"

struct weir_err;
struct weir_rounds;

struct weir_peers_tally {
    struct {
        uint64_t tried;
        uint64_t valid;
    } rounds[WEIR_PEERS_MAX]; /* by weir_peers */
};

/* weir_tally_put: the rounds of a peer, which is one of weir_peers, in a
 * row. */
void weir_tally_put(struct weir_peers_tally *tally,
                    const struct weir_peer *peer,
                    const struct weir_rounds *rounds);

/* weir_tally_judge: of the tasks that were asked for.  Returns 0, or -EIO and
 * what has failed. */
int weir_tally_judge(const struct weir_peers_tally *tally,
                     const bool tasks[WEIR_PEER_TASKS], struct weir_err *err);

#endif
