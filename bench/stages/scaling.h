#ifndef WEIR_BENCH_STAGES_SCALING_H
#define WEIR_BENCH_STAGES_SCALING_H

/* scaling: what a second worker adds: whole workers side by side, each on a
 * core of its own, over the same blocks in memory, with nothing between them.
 *
 * In rounds: one worker, two, and so on, each for the same time.  A ratio
 * line for each number: "stage worker: 2 over 1, rate", with the frame behind
 * it where that is not 60.  More workers than cores are not tried.
 *
 * Threads   the main thread; the workers are the crew's.
 * Errors    -errno with a text. */

#include <stdint.h>
#include <stdio.h>

struct weir_err;
struct weir_input;
struct weir_results;
struct weir_stage;

#define WEIR_SCALING_ROUNDS_MAX 32

struct weir_scaling_config {
    const struct weir_stage *stage; /* one that `scales` */
    const struct weir_input *input;
    uint32_t workers; /* at most; at least 2 */
    uint32_t rounds;  /* 1 to WEIR_SCALING_ROUNDS_MAX */
    int64_t time_ns;  /* of each */
};

/* weir_scaling_run: results may be NULL. */
int weir_scaling_run(const struct weir_scaling_config *config,
                     struct weir_results *results, FILE *out,
                     struct weir_err *err);

#endif
