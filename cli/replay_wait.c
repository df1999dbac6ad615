#include "cli/replay_wait.h"

#include <sys/prctl.h>
#include <time.h>

#include "base/clock.h"

#define SLEEP_MOST_NS   (100 * WEIR_NS_PER_MS)
#define MARGIN_START_NS (100 * WEIR_NS_PER_US)
#define MARGIN_LEAST_NS (20 * WEIR_NS_PER_US)
#define MARGIN_MOST_NS  (WEIR_NS_PER_MS)

void weir_replay_wait_start(struct weir_replay_wait *wait)
{
    wait->margin_ns = MARGIN_START_NS;
    /* By default 50 us are added to each sleep (prctl(2)). */
    (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

/* Twice the lateness of those that were late, slowly forgotten. */
static void learn(struct weir_replay_wait *wait, int64_t late_ns)
{
    int64_t wanted_ns = 2 * late_ns + 5 * WEIR_NS_PER_US;
    if (wanted_ns > wait->margin_ns)
        wait->margin_ns = wanted_ns;
    else
        wait->margin_ns -= (wait->margin_ns - wanted_ns) / 64;
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
    if (wake_ns > now_ns) {
        const struct timespec time = {
            .tv_sec = wake_ns / WEIR_NS_PER_S,
            .tv_nsec = wake_ns % WEIR_NS_PER_S,
        };
        int ret = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
        now_ns = weir_clock_mono_ns();
        /* A signal. */
        if (ret != 0)
            return now_ns;
        learn(wait, now_ns - wake_ns);
    }
    while (now_ns < until_ns)
        now_ns = weir_clock_mono_ns();
    return now_ns;
}
