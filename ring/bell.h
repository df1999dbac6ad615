#ifndef WEIR_RING_BELL_H
#define WEIR_RING_BELL_H

/* bell: how one thread sleeps until any of its producers has work for it.
 *
 * An eventcount.  The waiter takes a ticket, looks once more at everything
 * that could give it work, and only then sleeps on that ticket; a ring in
 * between makes the sleep return at once.  So no wake-up is lost, and a
 * ring costs one atomic addition while nobody sleeps.
 *
 *     ticket = weir_bell_ticket(bell);
 *     if (nothing to do, looked at again)
 *         weir_bell_wait(bell, ticket, timeout);
 *
 * A bell opened with an fd also makes that fd readable for a sleeper that
 * waits with epoll or poll for other things too; it calls weir_bell_ack
 * when it is back.
 *
 * Threads   [w] one waiter, [r] any ringer, signal handlers too.
 * Order     ring releases, ticket acquires: what was pushed before the ring
 *           is seen by who takes a ticket after it.
 * Progress  ring is wait-free but for the system call that wakes a sleeper.
 * Units     timeouts in nanoseconds, negative = no limit. */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct weir_err;

struct weir_bell {
    _Alignas(128) _Atomic uint32_t rings; /* also the futex word */
    _Atomic uint32_t sleeping;
    int fd; /* eventfd, or -1 */
};

/* weir_bell_open: with_fd for a waiter that sleeps in epoll.  Returns 0 or
 * -errno.  weir_bell_close accepts a bell that is all zero or closed. */
int weir_bell_open(struct weir_bell *bell, bool with_fd, struct weir_err *err);
void weir_bell_close(struct weir_bell *bell);

/* weir_bell_ring [r] */
void weir_bell_ring(struct weir_bell *bell);

/* weir_bell_ticket [w]: announces that the waiter is about to sleep.
 * Each ticket is followed by one weir_bell_wait or weir_bell_ack. */
uint32_t weir_bell_ticket(struct weir_bell *bell);

/* weir_bell_wait [w]: returns when the bell rang after the ticket was taken,
 * after timeout_ns, or early for no reason.  Bells without fd only. */
void weir_bell_wait(struct weir_bell *bell, uint32_t ticket,
                    int64_t timeout_ns);

/* weir_bell_ack [w]: the waiter is awake (or will not sleep after all); the
 * fd, if there is one, becomes quiet. */
void weir_bell_ack(struct weir_bell *bell);

#endif
