#ifndef WEIR_RING_BELL_H
#define WEIR_RING_BELL_H

/* bell: how one thread sleeps until any of its producers has work for it.
 *
 * The waiter takes a ticket, looks once more at everything that could give
 * it work, and only then sleeps on that ticket; a ring in between makes the
 * sleep return at once.  So no wake-up is lost, and a ring costs one atomic
 * exchange while nobody sleeps.
 *
 *     ticket = weir_bell_ticket(bell);
 *     if (nothing to do, looked at again)
 *         weir_bell_wait(bell, ticket, timeout);
 *
 * A waiter that sleeps in poll, for other things too, takes its ticket with
 * weir_bell_ticket_fd: then a ring makes the bell's fd readable; it calls
 * weir_bell_ack when it is back.  It may sleep deeply: then taps, which tell
 * of what can wait until something else wakes it, leave it asleep.
 *
 * Whatever rings first takes the ticket away, and it alone makes the system
 * call: those that ring until the sleeper runs cost no more than an exchange.
 *
 * Threads   [w] one waiter, [r] any ringer, signal handlers too.
 * Order     ring and tap release, ticket acquires: what was pushed before the
 *           ring is seen by who takes a ticket after it.
 * Progress  ring and tap are wait-free but for the system call that wakes a
 *           sleeper.
 * Units     timeouts in nanoseconds, negative = no limit. */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct weir_err;

struct weir_bell {
    _Alignas(128) _Atomic uint32_t ticket; /* 0: none; also the futex word */
    int fd;                                /* eventfd, or -1 */
    /* The waiter's own. */
    bool in_poll;  /* its ticket is one of weir_bell_ticket_fd */
    uint64_t owed; /* rings that have made the fd readable, or will */
};

/* weir_bell_open: with_fd for a waiter that sleeps in poll.  Returns 0 or
 * -errno.  weir_bell_close accepts a bell that is all zero or closed. */
int weir_bell_open(struct weir_bell *bell, bool with_fd, struct weir_err *err);
void weir_bell_close(struct weir_bell *bell);

/* weir_bell_ring [r]; weir_bell_tap [r]: the same, but for a waiter that
 * sleeps deeply. */
void weir_bell_ring(struct weir_bell *bell);
void weir_bell_tap(struct weir_bell *bell);

/* weir_bell_ticket [w]: announces that the waiter is about to sleep.
 * Each ticket is followed by one weir_bell_wait or weir_bell_ack. */
uint32_t weir_bell_ticket(struct weir_bell *bell);

/* weir_bell_ticket_fd [w]: the same for a sleep in poll, of bells with fd.
 * Followed by one weir_bell_ack. */
void weir_bell_ticket_fd(struct weir_bell *bell, bool deep);

/* weir_bell_wait [w]: returns when the bell rang after the ticket was taken,
 * after timeout_ns, or early for no reason. */
void weir_bell_wait(struct weir_bell *bell, uint32_t ticket,
                    int64_t timeout_ns);

/* weir_bell_ack [w]: the waiter is awake (or will not sleep after all); the
 * fd, if it was made readable, becomes quiet.  A ringer that is late may make
 * it readable once more, for no reason. */
void weir_bell_ack(struct weir_bell *bell);

#endif
