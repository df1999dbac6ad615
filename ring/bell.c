#include "ring/bell.h"

#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/err.h"
#include "ring/event_fd.h"

/* Tickets by how their holder sleeps.
 *
 * Why no wake-up is lost: waiter and ringers change the word by atomic
 * read-modify-writes alone, so each of them reads what the one before it
 * left.  Of a ringer's and the waiter's, which takes a ticket,
 *
 *   the ringer's is the first: its release is acquired by the waiter's, for
 *   what lies between are read-modify-writes too, and the waiter, who looks
 *   again when it has the ticket, sees what was pushed before the ring;
 *
 *   the waiter's is the first: the ringer finds the ticket, takes it away
 *   and wakes the waiter, or finds that another has taken it and will.  Or
 *   the waiter has taken it back itself, being awake, and will take another
 *   before it sleeps: then the first case holds for that one.
 *
 * A tap differs in one thing: it leaves a DEEP ticket where it is.  The
 * waiter may then miss what was pushed, but not for longer than it said by
 * taking such a ticket; the first case holds for taps as it is. */
enum {
    NO_TICKET = 0,
    TICKET_FUTEX = 1,
    TICKET_FD = 2,
    TICKET_FD_DEEP = 4,
};

int weir_bell_open(struct weir_bell *bell, bool with_fd, struct weir_err *err)
{
    atomic_init(&bell->ticket, NO_TICKET);
    bell->in_poll = false;
    bell->owed = 0;
    bell->fd = -1;
    if (!with_fd)
        return 0;
    int fd = event_fd_open();
    if (fd < 0)
        return weir_err_sys(err, fd, "eventfd");
    bell->fd = fd;
    return 0;
}

void weir_bell_close(struct weir_bell *bell)
{
    if (bell->fd > 0)
        close(bell->fd);
    bell->fd = -1;
}

/* The ticket is the caller's, who took it away. */
static void wake(struct weir_bell *bell, uint32_t ticket)
{
    int saved = errno;
    if (ticket != TICKET_FUTEX) {
        uint64_t one = 1;
        /* Fails only when the count is at its end: readable anyway. */
        ssize_t n = write(bell->fd, &one, sizeof one);
        (void)n;
    } else {
        syscall(SYS_futex, &bell->ticket, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    }
    errno = saved;
}

void weir_bell_ring(struct weir_bell *bell)
{
    uint32_t ticket = atomic_exchange_explicit(&bell->ticket, NO_TICKET,
                                               memory_order_acq_rel);
    if (ticket != NO_TICKET)
        wake(bell, ticket);
}

void weir_bell_tap(struct weir_bell *bell)
{
    uint32_t ticket = atomic_fetch_and_explicit(&bell->ticket, TICKET_FD_DEEP,
                                                memory_order_acq_rel);
    if (ticket != NO_TICKET && ticket != TICKET_FD_DEEP)
        wake(bell, ticket);
}

static void take_ticket(struct weir_bell *bell, uint32_t ticket)
{
    uint32_t before =
        atomic_exchange_explicit(&bell->ticket, ticket, memory_order_acq_rel);
    WEIR_ASSERT(before == NO_TICKET);
    bell->in_poll = ticket != TICKET_FUTEX;
}

uint32_t weir_bell_ticket(struct weir_bell *bell)
{
    take_ticket(bell, TICKET_FUTEX);
    return TICKET_FUTEX;
}

void weir_bell_ticket_fd(struct weir_bell *bell, bool deep)
{
    WEIR_ASSERT(bell->fd >= 0);
    take_ticket(bell, deep ? TICKET_FD_DEEP : TICKET_FD);
}

void weir_bell_wait(struct weir_bell *bell, uint32_t ticket, int64_t timeout_ns)
{
    WEIR_ASSERT(!bell->in_poll);
    struct timespec limit, *timeout = NULL;
    if (timeout_ns >= 0) {
        limit.tv_sec = timeout_ns / WEIR_NS_PER_S;
        limit.tv_nsec = timeout_ns % WEIR_NS_PER_S;
        timeout = &limit;
    }
    /* Returns at once if the ticket has been taken away. */
    syscall(SYS_futex, &bell->ticket, FUTEX_WAIT_PRIVATE, ticket, timeout, NULL,
            0);
    weir_bell_ack(bell);
}

void weir_bell_ack(struct weir_bell *bell)
{
    uint32_t ticket = atomic_exchange_explicit(&bell->ticket, NO_TICKET,
                                               memory_order_acq_rel);
    if (bell->in_poll && ticket == NO_TICKET)
        bell->owed++;
    bell->in_poll = false;
    if (bell->owed == 0)
        return;
    /* One that took the ticket may not have written yet: the next time. */
    uint64_t count;
    if (read(bell->fd, &count, sizeof count) == (ssize_t)sizeof count)
        bell->owed -= count < bell->owed ? count : bell->owed;
}
