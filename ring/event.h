#ifndef WEIR_RING_EVENT_H
#define WEIR_RING_EVENT_H

/* event: the stop event, as an embedder holds it.
 *
 * It is set once, by anybody, and nobody takes it back.  One event may stop
 * any number of sockets and pipelines.  Its fd becomes readable when it is
 * set and stays so; it may be waited for, and is never read.
 *
 * Owner     who opened it, and closes it after all that it was given to.
 * Threads   open and close: nobody else uses it.  set, is_set and fd: any;
 *           set in signal handlers, too.
 * Order     set releases, is_set acquires.
 * Errors    -EINVAL for NULL. */

struct weir_err;
struct weir_event;

/* weir_event_open: returns 0 or -errno; *out must be NULL (-EBUSY: it is an
 * event already), and is set only on 0. */
int weir_event_open(struct weir_event **out, struct weir_err *err);

/* weir_event_set: returns 0.  weir_event_is_set: 1, or 0.  weir_event_fd: the
 * fd. */
int weir_event_set(struct weir_event *event);
int weir_event_is_set(const struct weir_event *event);
int weir_event_fd(const struct weir_event *event);

/* weir_event_close: sets *event to NULL; accepts NULL, and *event NULL. */
void weir_event_close(struct weir_event **event);

#endif
