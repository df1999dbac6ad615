#include "cli/replay_wait.h"

#include <stdbool.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/clock.h"

#define SLEEP_MOST_NS   (100 * WEIR_NS_PER_MS)
#define MARGIN_LEAST_NS (10 * WEIR_NS_PER_US)
#define MARGIN_MOST_NS  (100 * WEIR_NS_PER_US)

/* Less is not worth a sleep. */
#define SLEEP_LEAST_NS (5 * WEIR_NS_PER_US)

/* One that was late moves the margin as far as a thousand that were not: it is
 * found where one in a thousand is late.  What is late by far more, since
 * another had the core, no margin would have helped; and who spins for long
 * is the next to lose it. */
#define STEP_NS  (10 * WEIR_NS_PER_US)
#define STEP_ONE (STEP_NS / 1000)

void weir_replay_wait_start(struct weir_replay_wait *wait)
{
    wait->margin_ns = MARGIN_MOST_NS;
    /* By default 50 us are added to each sleep (prctl(2)). */
    (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

static void learn(struct weir_replay_wait *wait, bool late)
{
    wait->margin_ns += late ? STEP_NS : -STEP_ONE;
    if (wait->margin_ns < MARGIN_LEAST_NS)
        wait->margin_ns = MARGIN_LEAST_NS;
    if (wait->margin_ns > MARGIN_MOST_NS)
        wait->margin_ns = MARGIN_MOST_NS;
}

int64_t weir_replay_wait_until(struct weir_replay_wait *wait, int64_t until_ns,
                               int64_t now_ns)
{
    if (until_ns - now_ns > SLEEP_MOST_NS)
        until_ns = now_ns + SLEEP_MOST_NS;
    int64_t wake_ns = until_ns - wait->margin_ns;
    if (wake_ns - now_ns > SLEEP_LEAST_NS) {
        const struct timespec time = {
            .tv_sec = wake_ns / WEIR_NS_PER_S,
            .tv_nsec = wake_ns % WEIR_NS_PER_S,
        };
        int ret = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
        now_ns = weir_clock_mono_ns();
        /* A signal. */
        if (ret != 0)
            return now_ns;
        learn(wait, now_ns > until_ns);
    } else {
        /* A wait that is too short for a sleep, as all may be. */
        learn(wait, false);
    }
    while (now_ns < until_ns)
        now_ns = weir_clock_mono_ns();
    return now_ns;
}
