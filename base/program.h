#ifndef WEIR_BASE_PROGRAM_H
#define WEIR_BASE_PROGRAM_H

/* program: where another program of ours lies.
 *
 * Threads   any. */

#include <limits.h>

struct weir_err;

/* weir_program_find: the absolute path of the first that can be executed:
 * `name` beside the running program, in `folder` beside the running program's
 * folder (so they lie in the build tree), or by PATH.  Returns 0 or -ENOENT
 * ("weir-bench: not found beside ..., ..., or by PATH"). */
int weir_program_find(const char *name, const char *folder, char out[PATH_MAX],
                      struct weir_err *err);

#endif
