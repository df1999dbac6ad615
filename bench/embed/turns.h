#ifndef WEIR_BENCH_EMBED_TURNS_H
#define WEIR_BENCH_EMBED_TURNS_H

/* turns: functions that do the same work, each in a process of its own, in
 * turn.
 *
 * Each round runs each entrant once; who is first turns with the rounds.  All
 * must have the same frames and the same sum, in every round: one that fails
 * or has others is out, with a line on stderr, and the others go on.
 *
 * Owner     the caller; nothing is allocated.
 * Threads   as bench/embed/alone.h.
 * Units     nanoseconds, frames a second.
 * Errors    only where the results cannot be written. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/embed/alone.h"
#include "bench/self/rounds.h"

struct weir_embed_entrant {
    const char *name;    /* of the function */
    const char *version; /* of its library */
    const char *does;
    weir_alone_fn *work;
    void *context;

    /* By weir_embed_turns. */
    bool out;
    uint32_t count;
    struct weir_self_round rounds[WEIR_SELF_ROUNDS_MAX];
};

struct weir_embed_turns {
    const char *task; /* "embed reader" */
    struct weir_embed_entrant *entrants;
    uint32_t count;
    uint32_t rounds; /* 1 to WEIR_SELF_ROUNDS_MAX */
    uint64_t frames; /* that each must have; 0: as the first that ends */
    int64_t timeout_ns;
    struct weir_results *results; /* or NULL */
    FILE *out;
    uint32_t failed; /* entrants that are out; from 0 on */
};

/* weir_embed_turns_run: and a "peer" line and a row for each. */
int weir_embed_turns_run(struct weir_embed_turns *turns, struct weir_err *err);

/* weir_embed_turns_ratio: of two entrants that are not out: the rates and the
 * CPU time, each as how many times `over` is better than `under`; "ratio"
 * lines "TASK: OVER over UNDER, rate" and "..., CPU", and a row. */
int weir_embed_turns_ratio(struct weir_embed_turns *turns, uint32_t over,
                           uint32_t under, struct weir_err *err);

#endif
