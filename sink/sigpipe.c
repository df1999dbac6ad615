#include "sink/sigpipe.h"

#include <errno.h>
#include <time.h>

static sigset_t only_sigpipe(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    return set;
}

void weir_sigpipe_hold(struct weir_sigpipe *held)
{
    const sigset_t set = only_sigpipe();
    sigset_t pending;
    sigemptyset(&pending);
    (void)sigpending(&pending);
    held->pending = sigismember(&pending, SIGPIPE) == 1;
    (void)pthread_sigmask(SIG_BLOCK, &set, &held->mask);
}

/* The kernel sends it to the thread that writes (fs/pipe.c), so it is
 * pending by now and not another thread's. */
void weir_sigpipe_release(const struct weir_sigpipe *held, bool raised)
{
    const sigset_t set = only_sigpipe();
    const struct timespec at_once = {0};
    if (raised && !held->pending)
        while (sigtimedwait(&set, NULL, &at_once) < 0 && errno == EINTR) {
        }
    (void)pthread_sigmask(SIG_SETMASK, &held->mask, NULL);
}
