#include "bench/gen/gen_xdp_watch.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"

/* How late a run may end, at most; what is sent does not depend on it. */
#define LOOK_NS 5000000

static void do_nothing(int signal)
{
    (void)signal;
}

bool weir_gen_xdp_over(const struct weir_gen_xdp_state *state,
                       int64_t duration_ns)
{
    uint64_t start_ns = __atomic_load_n(&state->start_ns, __ATOMIC_RELAXED);
    if (__atomic_load_n(&state->done, __ATOMIC_RELAXED) != 0)
        return true;
    return start_ns != 0 &&
           weir_clock_mono_ns() - (int64_t)start_ns >= duration_ns;
}

static _Noreturn void look(pid_t parent, const struct weir_gen_xdp_state *state,
                           int64_t duration_ns, const atomic_bool *stop)
{
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (getppid() == parent) {
        if (atomic_load_explicit(stop, memory_order_relaxed) ||
            weir_gen_xdp_over(state, duration_ns))
            (void)kill(parent, SIGUSR1);
        (void)nanosleep(&pause, NULL);
    }
    _exit(0);
}

int weir_gen_xdp_watch_start(struct weir_gen_xdp_watch *watch,
                             const struct weir_gen_xdp_state *state,
                             int64_t duration_ns, const atomic_bool *stop,
                             struct weir_err *err)
{
    struct sigaction action = {.sa_handler = do_nothing};
    (void)sigemptyset(&action.sa_mask);
    if (sigaction(SIGUSR1, &action, &watch->before) != 0)
        return weir_err_sys(err, -errno, "SIGUSR1");
    pid_t parent = getpid();
    watch->child = fork();
    if (watch->child == 0)
        look(parent, state, duration_ns, stop);
    if (watch->child < 0) {
        int why = -errno;
        (void)sigaction(SIGUSR1, &watch->before, NULL);
        return weir_err_sys(err, why, "fork");
    }
    return 0;
}

void weir_gen_xdp_watch_end(struct weir_gen_xdp_watch *watch)
{
    (void)kill(watch->child, SIGKILL);
    while (waitpid(watch->child, NULL, 0) < 0 && errno == EINTR)
        continue;
    (void)sigaction(SIGUSR1, &watch->before, NULL);
}
