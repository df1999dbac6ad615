#ifndef WEIR_BENCH_HOST_FIND_H
#define WEIR_BENCH_HOST_FIND_H

/* find: the recorder that is measured.
 *
 * Threads   any. */

#include <limits.h>

struct weir_err;

/* weir_find_weir: its absolute path.  asked: the value of --weir, a path;
 * NULL: beside the running program, in ../cli, or by PATH.  Returns 0 or
 * -errno. */
int weir_find_weir(const char *asked, char out[PATH_MAX], struct weir_err *err);

#endif
