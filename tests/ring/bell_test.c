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

Test(bell, tickets_work_where_the_count_wraps)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, false, NULL), 0);
    atomic_store(&bell.rings, UINT32_MAX);
    uint32_t ticket = weir_bell_ticket(&bell);
    weir_bell_ring(&bell);
    weir_bell_wait(&bell, ticket, -1);
    cr_assert_eq(weir_bell_ticket(&bell), 0);
    weir_bell_close(&bell);
}

Test(bell, the_fd_speaks_only_to_a_sleeper)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, true, NULL), 0);
    weir_bell_ring(&bell);
    cr_assert(!readable(bell.fd));
    uint32_t ticket = weir_bell_ticket(&bell);
    cr_assert(!readable(bell.fd));
    weir_bell_ring(&bell);
    weir_bell_ring(&bell);
    cr_assert(readable(bell.fd));
    weir_bell_ack(&bell);
    cr_assert(!readable(bell.fd));
    cr_assert_neq(weir_bell_ticket(&bell), ticket);
    weir_bell_ack(&bell);
    weir_bell_close(&bell);
}

Test(bell, ring_leaves_errno_alone)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, true, NULL), 0);
    (void)weir_bell_ticket(&bell);
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

Test(bell, a_futex_wait_on_a_bell_with_fd_aborts, .signal = SIGABRT)
{
    struct weir_bell bell;
    cr_assert_eq(weir_bell_open(&bell, true, NULL), 0);
    weir_bell_wait(&bell, weir_bell_ticket(&bell), 0);
}
