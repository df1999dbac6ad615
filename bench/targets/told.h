#ifndef WEIR_BENCH_TARGETS_TOLD_H
#define WEIR_BENCH_TARGETS_TOLD_H

/* told: what became of the targets, as a table and as lines of results.
 *
 * Threads   one.
 * Errors    of the results: -errno. */

#include <stdio.h>

#include "bench/targets/target.h"

struct weir_err;
struct weir_results;

/* weir_targets_told: of the targets that are wanted, judged by the lines. */
int weir_targets_told(const struct weir_lines *lines,
                      const bool wanted[WEIR_TARGETS],
                      struct weir_results *results, FILE *out,
                      struct weir_err *err);

#endif
