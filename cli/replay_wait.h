#ifndef WEIR_CLI_REPLAY_WAIT_H
#define WEIR_CLI_REPLAY_WAIT_H

/* replay_wait: waits for a time of CLOCK_MONOTONIC to the microsecond.
 *
 * It sleeps until shortly before, and looks at the clock for the rest.  How
 * long before, 10 to 100 us, depends on how late the kernel has woken it so
 * far: so that one in a thousand sleeps lasts too long.
 *
 * Threads   one per struct; the thread's timer slack is set. */

#include <stdint.h>

struct weir_replay_wait {
    int64_t margin_ns;
};

void weir_replay_wait_start(struct weir_replay_wait *wait);

/* weir_replay_wait_until: returns the time, which may be before until_ns: at
 * most 100 ms are waited, so that a stop between two waits is heeded. */
int64_t weir_replay_wait_until(struct weir_replay_wait *wait, int64_t until_ns,
                               int64_t now_ns);

#endif
