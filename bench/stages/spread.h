#ifndef WEIR_BENCH_STAGES_SPREAD_H
#define WEIR_BENCH_STAGES_SPREAD_H

/* spread: how a measured figure is distributed over its samples.
 *
 * Threads   any; pure functions of their arguments.
 * Units     whatever the samples have. */

#include <stddef.h>

struct weir_spread {
    double least;
    double p10;
    double p50;
    double p90;
    double p99;
    double most;
};

/* weir_spread_make: sorts the samples.  A quantile is the sample that at
 * least that share of all is not above (nearest rank), so every figure is
 * one that was measured.  Without samples all are 0. */
void weir_spread_make(struct weir_spread *out, double *samples, size_t count);

/* weir_spread_scale: of each sample multiplied by `factor`, above 0. */
struct weir_spread weir_spread_scale(const struct weir_spread *spread,
                                     double factor);

#endif
