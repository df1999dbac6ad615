#ifndef WEIR_BENCH_TARGETS_CHILD_H
#define WEIR_BENCH_TARGETS_CHILD_H

/* child: another command of weir-bench, in a process of its own.
 *
 * Ctrl-C, TERM and HUP are handed on to it, and it ends with us.
 *
 * Threads   the main thread, and there is no other.
 * Errors    -errno if it cannot be started. */

#include <stdbool.h>

struct weir_err;
struct weir_step;

/* weir_child_run: returns its exit status (128 and the number of the signal
 * that ended it).  quiet: what it says to people goes to standard error.
 * *interrupted becomes true if one of those signals came. */
int weir_child_run(struct weir_step *step, bool quiet, bool *interrupted,
                   struct weir_err *err);

#endif
