#ifndef WEIR_BENCH_GEN_SKEW_H
#define WEIR_BENCH_GEN_SKEW_H

/* skew: the exponent of Zipf's law, as a command's option gives it.
 *
 * Threads   as of base/args.h.
 * Errors    as of base/args.h. */

struct weir_args;

#define WEIR_SKEW_MAX 10.0

/* weir_skew_take: args->value: a decimal fraction of 0 to WEIR_SKEW_MAX. */
int weir_skew_take(struct weir_args *args, double *out);

#endif
