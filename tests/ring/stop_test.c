#include "ring/stop.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"

static bool readable(int fd)
{
    struct pollfd set = {.fd = fd, .events = POLLIN};
    return poll(&set, 1, 0) == 1;
}

Test(stop, is_set_once_and_stays)
{
    struct weir_stop stop;
    cr_assert_eq(weir_stop_open(&stop, NULL), 0);
    cr_assert(!weir_stop_is_set(&stop));
    cr_assert(!readable(stop.fd));
    for (int i = 0; i < 3; i++) {
        weir_stop_set(&stop);
        cr_assert(weir_stop_is_set(&stop));
        cr_assert(readable(stop.fd));
    }
    weir_stop_close(&stop);
}

Test(stop, close_accepts_zero_and_closed)
{
    struct weir_stop stop;
    memset(&stop, 0, sizeof stop);
    weir_stop_close(&stop);
    weir_stop_close(&stop);
    cr_assert_geq(fcntl(0, F_GETFD), 0);
}

static struct weir_stop global;

static void on_signal(int number)
{
    (void)number;
    /* It is made for this: one atomic store and one write(). */
    /* NOLINTNEXTLINE(bugprone-signal-handler,cert-sig30-c) */
    weir_stop_set(&global);
}

Test(stop, may_be_set_by_a_signal_handler)
{
    cr_assert_eq(weir_stop_open(&global, NULL), 0);
    cr_assert_neq(signal(SIGUSR1, on_signal), SIG_ERR);
    errno = 12345;
    cr_assert_eq(raise(SIGUSR1), 0);
    cr_assert_eq(errno, 12345);
    cr_assert(weir_stop_is_set(&global));
    weir_stop_close(&global);
}

Test(stop, a_full_event_stays_readable_and_errno_as_it_was)
{
    struct weir_stop stop;
    cr_assert_eq(weir_stop_open(&stop, NULL), 0);
    uint64_t almost = UINT64_MAX - 1;
    cr_assert_eq(write(stop.fd, &almost, sizeof almost),
                 (ssize_t)sizeof almost);
    errno = 12345;
    weir_stop_set(&stop);
    cr_assert_eq(errno, 12345);
    cr_assert(readable(stop.fd));
    weir_stop_close(&stop);
}

Test(stop, open_without_descriptors_says_why)
{
    /* In a child: the test's own runner needs descriptors. */
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        const struct rlimit none = {0};
        struct weir_stop stop;
        struct weir_err err = {{0}};
        if (setrlimit(RLIMIT_NOFILE, &none) != 0)
            _exit(2);
        int rc = weir_stop_open(&stop, &err);
        weir_stop_close(&stop);
        _exit(rc != -EMFILE ||
              strcmp(err.text, "eventfd: Too many open files") != 0);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(status, 0);
}
