#ifndef WEIR_BENCH_LIMIT_LIMIT_LINES_H
#define WEIR_BENCH_LIMIT_LIMIT_LINES_H

/* limit_lines: what `weir bench limit` writes while it runs: results
 * (bench/results) and progress.
 *
 * Threads   one.
 * Errors    lines: -errno; text to stdout and stderr: none. */

#include "bench/limit/limit_row.h"

struct weir_err;

/* weir_limit_trial_line: a line of type "trial". */
int weir_limit_trial_line(const struct weir_limit_row *row,
                          const struct weir_search_ask *ask,
                          const struct weir_recording_outcome *outcome,
                          struct weir_err *err);

/* weir_limit_row_line: a line of type "limit" or "skip". */
int weir_limit_row_line(const struct weir_limit_row *row, struct weir_err *err);

/* weir_limit_tell_row, weir_limit_tell_trial: progress on stderr. */
void weir_limit_tell_row(const struct weir_limit_row *row);
void weir_limit_tell_trial(const struct weir_limit_row *row,
                           const struct weir_search_ask *ask,
                           const struct weir_recording_outcome *outcome);

/* weir_limit_rate_text: "1.234 Mpps"; out has WEIR_LIMIT_RATE_MAX bytes. */
#define WEIR_LIMIT_RATE_MAX 32
char *weir_limit_rate_text(char *out, double pps);

#endif
