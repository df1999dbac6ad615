#ifndef WEIR_BENCH_SELF_MADE_H
#define WEIR_BENCH_SELF_MADE_H

/* made: whether what a program made is what it should be; a figure of work
 * that was not done is none.
 *
 * Threads   any.
 * Errors    -EBADMSG with what is wrong, or -errno with the file's name. */

#include <stdbool.h>
#include <stdint.h>

struct weir_err;

/* weir_made_report: a report of the recorder's: its ledger is balanced, and
 * has written so many frames. */
int weir_made_report(const char *path, uint64_t frames, struct weir_err *err);

/* weir_made_same: two files have the same size and, with bytes, the same
 * bytes. */
int weir_made_same(const char *path, const char *same, bool bytes,
                   struct weir_err *err);

#endif
