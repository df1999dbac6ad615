#ifndef WEIR_TESTS_STRESS_PLAYED_H
#define WEIR_TESTS_STRESS_PLAYED_H

/* played: a pipeline in its threads, and one more that plays the kernel.
 *
 * Threads   the main thread; the kernel's is started and joined here. */

#include <stdatomic.h>
#include <stdbool.h>

struct weir_runner;

/* played_run: from the start of the threads to the end of all of them.  over
 * is set once the pipeline has ended, for a kernel that goes on until then;
 * NULL: it ends by itself.  Returns NULL, or what is wrong. */
const char *played_run(struct weir_runner *runner,
                       void *(*kernel)(void *context), void *context,
                       atomic_bool *over);

#endif
