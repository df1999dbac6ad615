#ifndef WEIR_BENCH_HOST_INTERRUPT_H
#define WEIR_BENCH_HOST_INTERRUPT_H

/* interrupt: the signals that end a bench command (SIGINT, SIGTERM, SIGHUP),
 * as a stop.
 *
 * Owner     the caller's stop, which stays where it is until the process ends;
 *           one in a process.
 * Threads   the main thread, before there are others.
 * Errors    0 or -errno, with words. */

#include <stdbool.h>

struct weir_err;
struct weir_stop;

/* weir_interrupt_open: opens the stop, and from now on a signal sets it.
 * once: a second one ends the process, as if nobody had asked. */
int weir_interrupt_open(struct weir_stop *stop, bool once,
                        struct weir_err *err);

#endif
