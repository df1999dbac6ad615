#include "tests/bench/limit/hosts.h"

#include <math.h>

static double chance(struct host *host)
{
    return (double)(random_next(&host->random) >> 11) / 9007199254740992.0;
}

/* Without chance: what is lost of this load in this time. */
static double loss_of(const struct host *host, double pps, double seconds)
{
    double sent = floor(pps * seconds), lost = 0;
    if (host->soft_pps > 0 && pps > host->soft_pps) {
        double over = (pps - host->soft_pps) / host->limit_pps;
        lost = floor(sent * 0.05 * over * over);
    }
    double room = floor(host->limit_pps * seconds + host->ring_frames);
    return fmin(sent, lost + fmax(0, sent - lost - room));
}

struct weir_search_result host_trial(struct host *host,
                                     const struct weir_search_ask *ask)
{
    double seconds = (double)ask->duration_ns / 1e9;
    double pps = ask->load_pps == 0 ? host->ceiling_pps : (double)ask->load_pps;
    struct weir_search_result result = {.valid = true};
    if (pps > host->ceiling_pps) {
        pps = host->ceiling_pps;
        result.generator_limited = true;
    }
    pps *= 1 + host->jitter * (2 * chance(host) - 1);
    double lost = loss_of(host, pps, seconds);
    result.offered_pps = pps;
    result.sent = (uint64_t)floor(pps * seconds);
    if (lost < 1 && chance(host) < host->hiccup)
        lost = 1;
    if (chance(host) < host->blackout)
        lost = fmax(lost, floor((double)result.sent * 0.01));
    result.lost = (uint64_t)lost;
    if (chance(host) < host->void_chance)
        result.valid = false;
    return result;
}

double host_truth(const struct host *host, double loss, double seconds)
{
    double low = 0, high = host->ceiling_pps;
    if (loss_of(host, high, seconds) <= loss * floor(high * seconds))
        return high;
    while (high - low > 0.01) {
        double middle = (low + high) / 2;
        double allowed = loss * floor(middle * seconds);
        if (loss_of(host, middle, seconds) <= allowed)
            low = middle;
        else
            high = middle;
    }
    return low;
}

double host_any_rate(struct random *random)
{
    return pow(10, 4 + 3 * (double)random_below(random, 100000) / 100000);
}

double host_between(struct random *random, double low, double high)
{
    return low + (high - low) * (double)random_below(random, 100000) / 100000;
}
