#include "bench/targets/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/args.h"
#include "base/assert.h"
#include "base/err.h"
#include "bench/disk/disk_cmd.h"
#include "bench/peers/peers_cmd.h"
#include "bench/self/self_cmd.h"
#include "bench/stages/stages_cmd.h"
#include "bench/targets/steps.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"disk", weir_bench_disk},
    {"peers", weir_bench_peers},
    {"self", weir_bench_self},
    {"stages", weir_bench_stages},
};

static const int handed_on[] = {SIGINT, SIGTERM, SIGHUP};
#define HANDED_ON (sizeof handed_on / sizeof handed_on[0])

static volatile sig_atomic_t child;
static volatile sig_atomic_t came;

static void on_signal(int number)
{
    came = 1;
    if (child > 0)
        (void)kill((pid_t)child, number);
}

static _Noreturn void be_child(struct weir_step *step, bool quiet, pid_t parent)
{
    char *argv[WEIR_STEP_WORDS_MAX + 1];
    for (size_t i = 0; i < HANDED_ON; i++)
        (void)signal(handed_on[i], SIG_DFL);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    /* A group of its own, so that a Ctrl-C comes once, from us. */
    (void)setpgid(0, 0);
    if (getppid() != parent ||
        (quiet && dup2(STDERR_FILENO, STDOUT_FILENO) < 0))
        _exit(WEIR_EXIT_FAILED);
    /* getopt may move the words, which are its own to move. */
    for (int i = 0; i <= step->argc; i++)
        argv[i] = step->argv[i] != NULL ? strdup(step->argv[i]) : NULL;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, step->command) == 0)
            exit(commands[i].run(step->argc, argv));
    weir_assert_failed("a step has a command", __FILE__, __LINE__);
}

int weir_child_run(struct weir_step *step, bool quiet, bool *interrupted,
                   struct weir_err *err)
{
    struct sigaction before[HANDED_ON];
    const struct sigaction action = {.sa_handler = on_signal};
    int status = 0;
    came = 0;
    child = 0;
    for (size_t i = 0; i < HANDED_ON; i++)
        (void)sigaction(handed_on[i], &action, &before[i]);
    (void)fflush(NULL);
    const pid_t self = getpid();
    const pid_t pid = fork();
    if (pid == 0)
        be_child(step, quiet, self);
    child = pid;
    /* One that came before we knew whom to hand it to. */
    if (came != 0 && pid > 0)
        (void)kill(pid, SIGTERM);
    int ret = pid < 0 ? weir_err_sys(err, -errno, "fork") : 0;
    while (ret == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    child = 0;
    for (size_t i = 0; i < HANDED_ON; i++)
        (void)sigaction(handed_on[i], &before[i], NULL);
    *interrupted = *interrupted || came != 0;
    if (ret != 0)
        return ret;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
