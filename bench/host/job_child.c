#include "bench/host/job_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/host/job.h"

/* What the child did last; with errno it goes through a pipe that exec
 * closes. */
enum step {
    STEP_PREPARE,
    STEP_NETNS,
    STEP_CPUS,
    STEP_FOLDER,
    STEP_EXEC,
};

struct failure {
    int step;
    int code; /* errno */
};

/* Also what is ignored would stay so behind exec (SIGPIPE, say). */
static void signals_reset(void)
{
    sigset_t none;
    const struct sigaction usual = {.sa_handler = SIG_DFL};
    for (int i = 1; i < NSIG; i++)
        (void)sigaction(i, &usual, NULL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool cpus_set(const struct weir_job_config *config)
{
    cpu_set_t set;
    if (config->cpus == NULL)
        return true;
    CPU_ZERO(&set);
    for (size_t i = 0; i < config->cpus_count; i++)
        CPU_SET(config->cpus[i], &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}

/* The three are above 2 (each was opened while 0, 1 and 2 may have been
 * closed, so they are moved up first). */
static bool files_set(const int files[3])
{
    int high[3];
    for (int i = 0; i < 3; i++) {
        high[i] = fcntl(files[i], F_DUPFD_CLOEXEC, 3);
        if (high[i] < 0)
            return false;
    }
    for (int i = 0; i < 3; i++)
        if (dup2(high[i], i) < 0)
            return false;
    return true;
}

static enum step child_prepare(const struct weir_job_config *config,
                               const int files[3], pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || setpgid(0, 0) != 0 ||
        !files_set(files))
        return STEP_PREPARE;
    /* It may have died before the kernel was told. */
    if (getppid() != parent)
        _exit(1);
    if (config->netns_fd >= 0 && setns(config->netns_fd, CLONE_NEWNET) != 0)
        return STEP_NETNS;
    if (!cpus_set(config))
        return STEP_CPUS;
    if (config->folder != NULL && chdir(config->folder) != 0)
        return STEP_FOLDER;
    if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
        return STEP_PREPARE;
    signals_reset();
    /* execvp takes them without const and leaves them alone. */
    (void)execvp(config->argv[0], (char *const *)(uintptr_t)config->argv);
    return STEP_EXEC;
}

static int explain(const struct weir_job_config *config,
                   const struct failure *failure, struct weir_err *err)
{
    const char *name = config->argv[0];
    const int code = -failure->code;
    switch (failure->step) {
    case STEP_NETNS:
        return weir_err_sys(err, code, "%s: network namespace", name);
    case STEP_CPUS:
        return weir_err_sys(err, code, "%s: the CPUs it may run on", name);
    case STEP_FOLDER:
        return weir_err_sys(err, code, "%s: %s", name, config->folder);
    case STEP_EXEC:
        if (code == -ENOENT)
            return weir_err_set(err, code, "%s: not found", name);
        return weir_err_sys(err, code, "%s", name);
    default:
        return weir_err_sys(err, code, "%s: to start it", name);
    }
}

int weir_job_child_start(const struct weir_job_config *config,
                         const int files[3], pid_t *pid, struct weir_err *err)
{
    struct failure failure = {0};
    int news[2];
    if (pipe2(news, O_CLOEXEC) != 0)
        return weir_err_sys(err, -errno, "%s: pipe", config->argv[0]);
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0) {
        failure.step = (int)child_prepare(config, files, parent);
        failure.code = errno;
        (void)!write(news[1], &failure, sizeof failure);
        _exit(127);
    }
    const int forked = child < 0 ? -errno : 0;
    (void)close(news[1]);
    if (forked != 0) {
        (void)close(news[0]);
        return weir_err_sys(err, forked, "%s: fork", config->argv[0]);
    }
    ssize_t n = 0;
    do
        n = read(news[0], &failure, sizeof failure);
    while (n < 0 && errno == EINTR);
    (void)close(news[0]);
    if (n != 0) {
        (void)waitpid(child, NULL, 0);
        return explain(config, &failure, err);
    }
    *pid = child;
    return 0;
}
