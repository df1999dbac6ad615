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

int weir_bell_open(struct weir_bell *bell, bool with_fd, struct weir_err *err)
{
    atomic_init(&bell->rings, 0);
    atomic_init(&bell->sleeping, 0);
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

void weir_bell_ring(struct weir_bell *bell)
{
    /* Sequentially consistent, as is the store in weir_bell_ticket: either
     * we see the sleeper, or its ticket (or the futex's own comparison)
     * sees this ring.  Releases to the load of the ticket. */
    atomic_fetch_add_explicit(&bell->rings, 1, memory_order_seq_cst);
    if (atomic_load_explicit(&bell->sleeping, memory_order_seq_cst) == 0)
        return;
    int saved = errno;
    if (bell->fd >= 0) {
        uint64_t one = 1;
        /* Fails only when the count is at its end: readable anyway. */
        ssize_t n = write(bell->fd, &one, sizeof one);
        (void)n;
    } else {
        syscall(SYS_futex, &bell->rings, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    }
    errno = saved;
}

uint32_t weir_bell_ticket(struct weir_bell *bell)
{
    atomic_store_explicit(&bell->sleeping, 1, memory_order_seq_cst);
    /* Pairs with the addition in weir_bell_ring. */
    return atomic_load_explicit(&bell->rings, memory_order_seq_cst);
}

void weir_bell_wait(struct weir_bell *bell, uint32_t ticket, int64_t timeout_ns)
{
    WEIR_ASSERT(bell->fd < 0);
    struct timespec limit, *timeout = NULL;
    if (timeout_ns >= 0) {
        limit.tv_sec = timeout_ns / WEIR_NS_PER_S;
        limit.tv_nsec = timeout_ns % WEIR_NS_PER_S;
        timeout = &limit;
    }
    syscall(SYS_futex, &bell->rings, FUTEX_WAIT_PRIVATE, ticket, timeout, NULL,
            0);
    atomic_store_explicit(&bell->sleeping, 0, memory_order_relaxed);
}

void weir_bell_ack(struct weir_bell *bell)
{
    atomic_store_explicit(&bell->sleeping, 0, memory_order_relaxed);
    if (bell->fd >= 0) {
        uint64_t count;
        ssize_t n = read(bell->fd, &count, sizeof count);
        (void)n;
    }
}
