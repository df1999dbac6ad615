#ifndef WEIR_SINK_SIGPIPE_H
#define WEIR_SINK_SIGPIPE_H

/* sigpipe: a write to a pipe that nobody reads is an error, and no signal.
 *
 *     weir_sigpipe_hold(&held);
 *     ... write ...
 *     weir_sigpipe_release(&held, rc == -EPIPE);
 *
 * What the program wants of SIGPIPE stays as it is: nothing but the calling
 * thread's mask is touched, and a SIGPIPE that was pending before still is.
 *
 * Threads   any; hold and release in the same.
 * Errors    none. */

#include <signal.h>
#include <stdbool.h>

struct weir_sigpipe {
    sigset_t mask;
    bool pending;
};

/* weir_sigpipe_hold: the signal is blocked.
 * weir_sigpipe_release: as before; raised: a write in between said EPIPE. */
void weir_sigpipe_hold(struct weir_sigpipe *held);
void weir_sigpipe_release(const struct weir_sigpipe *held, bool raised);

#endif
