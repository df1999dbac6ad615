#ifndef WEIR_TESTS_BENCH_LIMIT_HOSTS_H
#define WEIR_TESTS_BENCH_LIMIT_HOSTS_H

/* hosts: hosts that are simulated, for a search to find their limits; the
 * truth of them is known.
 *
 * Threads   one at a time per struct.
 * Units     frames, frames a second, seconds. */

#include "bench/limit/search.h"
#include "tests/support/random.h"

/* What it loses of a load. */
struct host {
    double limit_pps;   /* it sustains this */
    double soft_pps;    /* from here on it loses a little; 0: nowhere */
    double ring_frames; /* it takes so many more for a moment */
    double hiccup;      /* chance that a good trial loses a frame */
    double blackout;    /* chance that a trial loses a hundredth */
    double void_chance;
    double ceiling_pps; /* of the generator */
    double jitter;      /* of the offered rate */
    struct random random;
};

/* host_trial: what comes of a trial that the search asked for. */
struct weir_search_result host_trial(struct host *host,
                                     const struct weir_search_ask *ask);

/* host_truth: the highest load that loses no more than this when it lasts. */
double host_truth(const struct host *host, double loss, double seconds);

/* host_any_rate: 10 kpps to 10 Mpps, evenly over the magnitudes.
 * host_between: evenly. */
double host_any_rate(struct random *random);
double host_between(struct random *random, double low, double high);

#endif
