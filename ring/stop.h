#ifndef WEIR_RING_STOP_H
#define WEIR_RING_STOP_H

/* stop: an event that anybody may set, once, and nobody takes back.
 *
 * Stop is for sources only: a source that sees it cuts its intake and gives
 * what it still holds; everything behind it ends in band.  The fd becomes
 * readable and stays so (it is never read), so any number of threads may
 * have it in their poll set.
 *
 * Threads   any, signal handlers too.
 * Order     set releases, is_set acquires. */

#include <stdatomic.h>
#include <stdbool.h>

struct weir_err;

struct weir_stop {
    _Atomic bool set;
    int fd; /* eventfd */
};

/* weir_stop_open: returns 0 or -errno. */
int weir_stop_open(struct weir_stop *stop, struct weir_err *err);
void weir_stop_close(struct weir_stop *stop);

void weir_stop_set(struct weir_stop *stop);
bool weir_stop_is_set(const struct weir_stop *stop);

#endif
