#include "bench/embed/alone.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"

/* What comes through the pipe, which takes it whole. */
struct answer {
    int rc;
    struct weir_alone found;
    struct weir_err err;
};

_Static_assert(sizeof(struct answer) <= 4096, "one write to a pipe");

int64_t weir_alone_cpu_ns(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * WEIR_NS_PER_S + now.tv_nsec;
}

static _Noreturn void child(int fd, pid_t parent, weir_alone_fn *work,
                            void *context)
{
    struct answer answer = {.err = {.text = ""}};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    const int64_t wall_ns = weir_clock_mono_ns();
    const int64_t cpu_ns = weir_alone_cpu_ns();
    answer.rc = work(context, &answer.found, &answer.err);
    if (answer.found.cpu_ns == 0)
        answer.found.cpu_ns = weir_alone_cpu_ns() - cpu_ns;
    if (answer.found.wall_ns == 0)
        answer.found.wall_ns = weir_clock_mono_ns() - wall_ns;
    const ssize_t n = write(fd, &answer, sizeof answer);
    _exit(n == (ssize_t)sizeof answer ? 0 : 1);
}

static int await(int fd, int64_t timeout_ns, struct weir_err *err)
{
    const int64_t until_ns = weir_clock_mono_ns() + timeout_ns;
    for (;;) {
        const int64_t rest_ns = until_ns - weir_clock_mono_ns();
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        if (rest_ns <= 0)
            return weir_err_set(err, -ETIMEDOUT, "it does not end");
        const int n = poll(&poll_fd, 1, (int)(rest_ns / WEIR_NS_PER_MS) + 1);
        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return weir_err_sys(err, -errno, "poll");
    }
}

/* The process is gone when this returns. */
static int reap(pid_t pid, struct weir_alone *out, struct weir_err *err)
{
    struct rusage usage = {0};
    int status = 0;
    while (wait4(pid, &status, 0, &usage) < 0)
        if (errno != EINTR)
            return weir_err_sys(err, -errno, "wait4");
    out->memory_bytes = (uint64_t)usage.ru_maxrss * 1024;
    return WIFSIGNALED(status) ? weir_err_set(err, -EIO, "killed by signal %d",
                                              WTERMSIG(status))
                               : 0;
}

int weir_alone_run(struct weir_alone *out, weir_alone_fn *work, void *context,
                   int64_t timeout_ns, struct weir_err *err)
{
    struct answer answer = {.rc = 0};
    int fds[2];
    if (pipe(fds) != 0)
        return weir_err_sys(err, -errno, "pipe");
    /* What stdio holds would be written twice. */
    (void)fflush(NULL);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0)
        child(fds[1], parent, work, context);
    const int forked = pid < 0 ? -errno : 0;
    (void)close(fds[1]);
    int rc = forked != 0 ? weir_err_sys(err, forked, "fork")
                         : await(fds[0], timeout_ns, err);
    const ssize_t n = rc == 0 ? read(fds[0], &answer, sizeof answer) : 0;
    (void)close(fds[0]);
    if (forked != 0)
        return rc;
    if (rc != 0)
        (void)kill(pid, SIGKILL);
    const int reaped = reap(pid, &answer.found, rc == 0 ? err : NULL);
    if (rc == 0)
        rc = reaped;
    if (rc == 0 && n != (ssize_t)sizeof answer)
        rc = weir_err_set(err, -EIO, "it ended without a word");
    if (rc == 0 && answer.rc != 0)
        rc = weir_err_set(err, answer.rc, "%s", answer.err.text);
    if (rc == 0)
        *out = answer.found;
    return rc;
}
