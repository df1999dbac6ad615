#ifndef WEIR_BENCH_LIMIT_LIMIT_TABLE_H
#define WEIR_BENCH_LIMIT_LIMIT_TABLE_H

/* limit_table: the rows of `weir bench limit` for a reader, and below them
 * what has to be known of each.
 *
 * Threads   one.
 * Errors    none. */

#include <stddef.h>
#include <stdio.h>

#include "bench/limit/limit_row.h"

void weir_limit_print_table(FILE *out, const struct weir_limit_row *rows,
                            size_t count);

#endif
