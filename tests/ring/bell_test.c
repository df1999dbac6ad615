#include "ring/bell.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

static bool readable(int fd)
{
    struct pollfd set = {.fd = fd, .events = POLLIN};
    return poll(&set, 1, 0) == 1;
}

Test(bell, close_accepts_zero_and_closed)
{
    struct weir_bell bell;
    memset(&bell, 0, sizeof bell);
    weir_bell_close(&bell);
    weir_bell_close(&bell);
    cr_assert_eq(weir_bell_open(&bell, true, NULL), 0);
    weir_bell_close(&bell);
    weir_bell_close(&bell);
    /* Descriptor 0 was nobody's business. */
    cr_assert(fcntl(0, F_GETFD) >= 0);
}

Test(bell, without_fd_has_none)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, false, NULL), 0);
    cr_assert_eq(bell.fd, -1);
    weir_bell_ring(&bell);
    weir_bell_close(&bell);
}

Test(bell, never_takes_descriptor_0)
{
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        struct weir_bell bell;
        close(0);
        if (weir_bell_open(&bell, true, NULL) != 0)
            _exit(2);
        int fd = bell.fd;
        weir_bell_close(&bell);
        _exit(fd <= 0 || fcntl(0, F_GETFD) != -1 || fcntl(fd, F_GETFD) != -1);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(status, 0);
}

Test(bell, a_ring_after_the_ticket_ends_the_wait)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, false, NULL), 0);
    uint32_t ticket = weir_bell_ticket(&bell);
    weir_bell_ring(&bell);
    weir_bell_wait(&bell, ticket, -1); /* must not hang */
    weir_bell_close(&bell);
}

Test(bell, a_wait_without_a_ring_lasts_its_time)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, false, NULL), 0);
    weir_bell_ring(&bell); /* before the ticket: already seen */
    int64_t start = weir_clock_mono_ns();
    int64_t limit = 2 * WEIR_NS_PER_MS;
    while (weir_clock_mono_ns() - start < limit) {
        uint32_t ticket = weir_bell_ticket(&bell);
        weir_bell_wait(&bell, ticket, limit);
    }
    weir_bell_wait(&bell, weir_bell_ticket(&bell), 0);
    weir_bell_close(&bell);
}

Test(bell, a_ticket_may_be_taken_back)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, true, NULL), 0);
    (void)weir_bell_ticket(&bell);
    weir_bell_ack(&bell);
    weir_bell_ticket_fd(&bell, false);
    weir_bell_ack(&bell);
    weir_bell_ring(&bell);
    cr_assert(!readable(bell.fd));
    weir_bell_close(&bell);
}

static uint64_t take_count(const struct weir_bell *bell)
{
    uint64_t count = 0;
    cr_assert_eq(read(bell->fd, &count, sizeof count), (ssize_t)sizeof count);
    return count;
}

Test(bell, the_fd_speaks_only_to_a_sleeper_and_once)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, true, NULL), 0);
    weir_bell_ring(&bell);
    cr_assert(!readable(bell.fd));
    weir_bell_ticket_fd(&bell, false);
    cr_assert(!readable(bell.fd));
    weir_bell_ring(&bell);
    weir_bell_ring(&bell);
    weir_bell_tap(&bell);
    cr_assert(readable(bell.fd));
    weir_bell_ack(&bell);
    cr_assert(!readable(bell.fd));
    weir_bell_ticket_fd(&bell, false);
    weir_bell_tap(&bell);
    weir_bell_ring(&bell);
    cr_assert_eq(take_count(&bell), 1);
    weir_bell_close(&bell);
}

Test(bell, a_deep_sleeper_hears_rings_but_no_taps)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, true, NULL), 0);
    weir_bell_ticket_fd(&bell, true);
    weir_bell_tap(&bell);
    cr_assert(!readable(bell.fd));
    weir_bell_ring(&bell);
    cr_assert(readable(bell.fd));
    weir_bell_tap(&bell);
    weir_bell_ack(&bell);
    cr_assert(!readable(bell.fd));
    weir_bell_close(&bell);
}

Test(bell, a_tap_ends_a_wait)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, false, NULL), 0);
    uint32_t ticket = weir_bell_ticket(&bell);
    weir_bell_tap(&bell);
    weir_bell_wait(&bell, ticket, -1); /* must not hang */
    weir_bell_close(&bell);
}

/* A sleeper may wait in one way now and in the other then. */
Test(bell, with_fd_can_be_waited_for_without_it)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, true, NULL), 0);
    uint32_t ticket = weir_bell_ticket(&bell);
    weir_bell_ring(&bell);
    cr_assert(!readable(bell.fd));
    weir_bell_wait(&bell, ticket, -1); /* must not hang */
    weir_bell_close(&bell);
}

/* Between taking the ticket and writing a ringer may be held up: the waiter,
 * awake for something else, finds nothing to read then. */
Test(bell, a_late_ringer_is_heard_once_more)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, true, NULL), 0);
    weir_bell_ticket_fd(&bell, false);
    atomic_store(&bell.ticket, 0); /* as a ringer does first */
    weir_bell_ack(&bell);
    uint64_t one = 1;
    cr_assert_eq(write(bell.fd, &one, sizeof one), (ssize_t)sizeof one);
    weir_bell_ticket_fd(&bell, false);
    cr_assert(readable(bell.fd));
    weir_bell_ack(&bell);
    cr_assert(!readable(bell.fd));
    weir_bell_close(&bell);
}

Test(bell, ring_leaves_errno_alone)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, true, NULL), 0);
    weir_bell_ticket_fd(&bell, false);
    /* Fill the eventfd so that the write in ring fails. */
    uint64_t almost = UINT64_MAX - 1;
    cr_assert_eq(write(bell.fd, &almost, sizeof almost),
                 (ssize_t)sizeof almost);
    errno = 12345;
    weir_bell_ring(&bell);
    cr_assert_eq(errno, 12345);
    cr_assert(readable(bell.fd));
    weir_bell_close(&bell);
}

Test(bell, a_wait_with_a_ticket_for_the_fd_aborts, .signal = SIGABRT)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, true, NULL), 0);
    weir_bell_ticket_fd(&bell, false);
    weir_bell_wait(&bell, 1, 0);
}

Test(bell, a_ticket_for_an_fd_that_is_not_there_aborts, .signal = SIGABRT)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, false, NULL), 0);
    weir_bell_ticket_fd(&bell, false);
}
