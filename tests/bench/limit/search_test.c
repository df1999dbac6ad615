#include "bench/limit/search.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "tests/bench/limit/hosts.h"
#include "tests/support/random.h"

static void run(struct weir_search *search,
                const struct weir_search_config *config, struct host *host)
{
    struct weir_search_ask ask;
    weir_search_open(search, config);
    while (weir_search_next(search, &ask)) {
        struct weir_search_result result = host_trial(host, &ask);
        weir_search_put(search, &result);
        cr_assert_leq(search->trials, config->trials_max);
    }
    cr_assert_neq(search->end, WEIR_SEARCH_RUNNING);
    cr_assert_not(weir_search_next(search, &ask));
}

static bool is_within(const struct weir_search_goal *goal, double true_pps,
                      double width, double slack)
{
    return goal->found && goal->confirmed &&
           goal->pps <= true_pps * (1 + slack) &&
           goal->pps >= true_pps * (1 - width) * (1 - slack);
}

/* What all seeds of a kind of host gave. */
struct tally {
    uint32_t seeds, wrong, trials_most;
    uint64_t trials;
};

static void judge(struct tally *tally, const struct weir_search *search,
                  const struct host *host, double slack)
{
    const struct weir_search_config *config = &search->config;
    double seconds = (double)config->long_ns / 1e9;
    struct weir_search_goal ndr = weir_search_ndr(search);
    struct weir_search_goal pdr = weir_search_pdr(search);
    bool right =
        search->end == WEIR_SEARCH_DONE &&
        is_within(&ndr, host_truth(host, 0, seconds), config->width, slack);
    if (config->pdr_loss > 0)
        right = right && pdr.pps >= ndr.pps &&
                is_within(&pdr, host_truth(host, config->pdr_loss, seconds),
                          config->width, slack);
    tally->seeds++;
    tally->wrong += !right;
    tally->trials += search->trials;
    if (search->trials > tally->trials_most)
        tally->trials_most = search->trials;
}

static void tell(const char *name, const struct tally *tally)
{
    fprintf(stderr, "%s: %u seeds, %u wrong, %.1f trials, at most %u\n", name,
            tally->seeds, tally->wrong,
            (double)tally->trials / (double)tally->seeds, tally->trials_most);
}

enum { SEEDS = 3000 };

Test(search, a_sharp_limit_takes_few_trials)
{
    struct random random = random_start("search", 1);
    struct tally tally = {0};
    for (int i = 0; i < SEEDS; i++) {
        struct host host = {.limit_pps = host_any_rate(&random),
                            .jitter = 0.0002};
        host.ceiling_pps = host.limit_pps * host_between(&random, 1.1, 20);
        host.random.state = random_next(&random);
        struct weir_search search;
        struct weir_search_config config = weir_search_defaults();
        run(&search, &config, &host);
        judge(&tally, &search, &host, 0.001);
    }
    tell("sharp", &tally);
    cr_assert_eq(tally.wrong, 0);
    cr_assert_leq(tally.trials_most, 12);
}

Test(search, any_width_is_kept)
{
    struct random random = random_start("search", 2);
    struct tally tally = {0};
    for (int i = 0; i < SEEDS; i++) {
        struct host host = {.limit_pps = host_any_rate(&random)};
        host.ceiling_pps = host.limit_pps * host_between(&random, 1.1, 20);
        struct weir_search search;
        struct weir_search_config config = weir_search_defaults();
        config.width = host_between(&random, 0.002, 0.2);
        run(&search, &config, &host);
        judge(&tally, &search, &host, 0.0002);
    }
    tell("widths", &tally);
    cr_assert_eq(tally.wrong, 0);
    cr_assert_leq(tally.trials_most, 20);
}

Test(search, a_soft_limit_is_found_far_below_full_speed)
{
    struct random random = random_start("search", 3);
    struct tally tally = {0};
    for (int i = 0; i < SEEDS; i++) {
        /* Of the least load that is tried, tens of times at least. */
        struct host host = {.limit_pps = 10 * host_any_rate(&random)};
        host.soft_pps = host.limit_pps * host_between(&random, 0.05, 0.95);
        host.ceiling_pps = host.limit_pps * host_between(&random, 0.9, 10);
        struct weir_search search;
        struct weir_search_config config = weir_search_defaults();
        run(&search, &config, &host);
        /* What it loses depends on the time as well, by whole frames. */
        judge(&tally, &search, &host, 0.001);
    }
    tell("soft", &tally);
    cr_assert_eq(tally.wrong, 0);
    cr_assert_lt(tally.trials_most, 60);
}

Test(search, short_trials_that_a_ring_absorbs_mislead_only_for_a_while)
{
    struct random random = random_start("search", 4);
    struct tally tally = {0};
    for (int i = 0; i < SEEDS; i++) {
        struct host host = {.limit_pps = host_any_rate(&random),
                            .jitter = 0.0002};
        /* At most what half a short trial brings. */
        host.ring_frames = host.limit_pps * host_between(&random, 0, 1);
        host.ceiling_pps = host.limit_pps * host_between(&random, 1.2, 20);
        host.random.state = random_next(&random);
        struct weir_search search;
        struct weir_search_config config = weir_search_defaults();
        run(&search, &config, &host);
        judge(&tally, &search, &host, 0.001);
    }
    tell("ring", &tally);
    cr_assert_eq(tally.wrong, 0);
    cr_assert_leq(tally.trials_most, 20);
}

Test(search, a_host_with_rare_hiccups_is_decided_by_majority)
{
    struct random random = random_start("search", 5);
    struct tally tally = {0};
    uint32_t hiccups = 0;
    for (int i = 0; i < SEEDS; i++) {
        struct host host = {.limit_pps = host_any_rate(&random),
                            .hiccup = 0.02,
                            .blackout = 0.01,
                            .jitter = 0.0002};
        host.ring_frames = host.limit_pps * host_between(&random, 0, 0.2);
        host.ceiling_pps = host.limit_pps * host_between(&random, 1.2, 20);
        host.random.state = random_next(&random);
        struct weir_search search;
        struct weir_search_config config = weir_search_defaults();
        run(&search, &config, &host);
        judge(&tally, &search, &host, 0.001);
        hiccups += weir_search_hiccups(&search);
    }
    tell("hiccups", &tally);
    fprintf(stderr, "hiccups told: %u\n", hiccups);
    cr_assert_gt(hiccups, 0);
    /* Two in three of one load, now and then. */
    cr_assert_leq(tally.wrong, SEEDS / 100);
    cr_assert_leq(tally.trials_most, 40);
}

Test(search, voids_are_repeated_a_few_times)
{
    struct random random = random_start("search", 6);
    struct tally tally = {0};
    uint32_t gave_up = 0;
    for (int i = 0; i < SEEDS; i++) {
        struct host host = {.limit_pps = host_any_rate(&random),
                            .void_chance = 0.15};
        host.ceiling_pps = host.limit_pps * host_between(&random, 1.2, 20);
        host.random.state = random_next(&random);
        struct weir_search search;
        struct weir_search_config config = weir_search_defaults();
        run(&search, &config, &host);
        cr_assert(search.end == WEIR_SEARCH_DONE ||
                  search.end == WEIR_SEARCH_VOIDS);
        if (search.end == WEIR_SEARCH_VOIDS)
            gave_up++;
        else
            judge(&tally, &search, &host, 0.001);
    }
    tell("voids", &tally);
    cr_assert_eq(tally.wrong, 0);
    cr_assert_leq(gave_up, SEEDS / 50);
}

Test(search, nothing_but_voids_ends_soon)
{
    struct host host = {.limit_pps = 1e6, .ceiling_pps = 2e6, .void_chance = 1};
    struct weir_search search;
    struct weir_search_config config = weir_search_defaults();
    run(&search, &config, &host);
    cr_assert_eq(search.end, WEIR_SEARCH_VOIDS);
    cr_assert_eq(search.trials, config.voids_max + 1);
    cr_assert_not(weir_search_ndr(&search).found);
}

Test(search, a_generator_that_loses_nothing_is_the_limit)
{
    struct random random = random_start("search", 7);
    for (int i = 0; i < SEEDS; i++) {
        struct host host = {.limit_pps = host_any_rate(&random),
                            .jitter = 0.001};
        host.ceiling_pps = host.limit_pps * host_between(&random, 0.01, 0.99);
        host.random.state = random_next(&random);
        struct weir_search search;
        struct weir_search_config config = weir_search_defaults();
        run(&search, &config, &host);
        struct weir_search_goal ndr = weir_search_ndr(&search);
        struct weir_search_goal pdr = weir_search_pdr(&search);
        cr_assert_eq(search.trials, 2);
        cr_assert(ndr.found && ndr.confirmed && ndr.generator_limited);
        cr_assert(pdr.found && pdr.confirmed && pdr.generator_limited);
        cr_assert_float_eq(ndr.pps / host.ceiling_pps, 1, 0.0011);
        cr_assert_eq(ndr.width_fraction, 0);
    }
}

Test(search, a_generator_counts_by_what_it_offered_in_the_long_trial)
{
    struct weir_search search;
    struct weir_search_config config = weir_search_defaults();
    struct weir_search_ask ask;
    weir_search_open(&search, &config);
    while (weir_search_next(&search, &ask)) {
        double pps = ask.duration_ns == config.long_ns ? 1.1e6 : 6e5;
        struct weir_search_result result = {
            .valid = true, .offered_pps = pps, .sent = (uint64_t)pps};
        weir_search_put(&search, &result);
    }
    cr_assert_eq(search.trials, 2);
    cr_assert_float_eq(weir_search_ndr(&search).pps, 1.1e6, 1);
}

/* A generator that is slower when it paces than at full speed. */
Test(search, a_load_that_the_generator_misses_is_not_asked_for_above)
{
    struct weir_search search;
    struct weir_search_config config = weir_search_defaults();
    struct weir_search_ask ask;
    weir_search_open(&search, &config);
    while (weir_search_next(&search, &ask)) {
        double pps = ask.load_pps == 0 ? 2e6 : fmin((double)ask.load_pps, 9e5);
        struct weir_search_result result = {
            .valid = true,
            .generator_limited = ask.load_pps > 950000,
            .offered_pps = pps,
            .sent = (uint64_t)pps,
            .lost = pps > 1e6 ? (uint64_t)(pps - 1e6) : 0};
        weir_search_put(&search, &result);
    }
    struct weir_search_goal ndr = weir_search_ndr(&search);
    cr_assert_eq(search.end, WEIR_SEARCH_DONE);
    cr_assert_leq(search.trials, 8);
    cr_assert(ndr.found && ndr.confirmed && !ndr.generator_limited);
    cr_assert(ndr.pps >= 9e5 && ndr.pps <= 9e5 / 0.98);
    cr_assert_float_eq(ndr.above_pps, 2e6, 1);
}

Test(search, rfc2544_has_long_trials_and_repeats_none)
{
    struct random random = random_start("search", 8);
    struct tally tally = {0};
    for (int i = 0; i < SEEDS; i++) {
        struct host host = {.limit_pps = host_any_rate(&random)};
        host.ring_frames = host.limit_pps * host_between(&random, 0, 1);
        host.ceiling_pps = host.limit_pps * host_between(&random, 1.2, 20);
        struct weir_search search;
        struct weir_search_config config = weir_search_defaults();
        config.rfc2544 = true;
        config.long_ns = INT64_C(60000000000);
        struct weir_search_ask ask;
        weir_search_open(&search, &config);
        while (weir_search_next(&search, &ask)) {
            cr_assert(ask.duration_ns == config.long_ns || search.trials == 0);
            cr_assert_neq(ask.why, WEIR_SEARCH_AGAIN);
            struct weir_search_result result = host_trial(&host, &ask);
            weir_search_put(&search, &result);
        }
        for (size_t n = 0; n < search.loads_count; n++)
            cr_assert_leq(search.loads[n].trials[1], 1);
        judge(&tally, &search, &host, 0.001);
        cr_assert_not(weir_search_pdr(&search).found);
    }
    tell("rfc2544", &tally);
    cr_assert_eq(tally.wrong, 0);
    cr_assert_leq(tally.trials_most, 12);
}

Test(search, a_host_that_always_loses_has_no_limit)
{
    struct weir_search search;
    struct weir_search_config config = weir_search_defaults();
    struct weir_search_ask ask;
    weir_search_open(&search, &config);
    while (weir_search_next(&search, &ask)) {
        double pps = ask.load_pps == 0 ? 1e6 : (double)ask.load_pps;
        struct weir_search_result result = {.valid = true,
                                            .offered_pps = pps,
                                            .sent = (uint64_t)pps * 2,
                                            .lost = (uint64_t)pps};
        weir_search_put(&search, &result);
    }
    cr_assert_eq(search.end, WEIR_SEARCH_DONE);
    cr_assert_not(weir_search_ndr(&search).found);
    cr_assert_not(weir_search_pdr(&search).found);
    cr_assert_float_eq(weir_search_ndr(&search).above_pps, 1000, 1e-9);
}

Test(search, trials_and_time_are_bounded)
{
    struct host host = {.limit_pps = 1e6, .ceiling_pps = 3e6, .hiccup = 0.5};
    struct weir_search search;
    struct weir_search_config config = weir_search_defaults();
    config.trials_max = 2;
    run(&search, &config, &host);
    cr_assert_eq(search.end, WEIR_SEARCH_TRIALS);
    cr_assert_eq(search.trials, 2);
    cr_assert_not(weir_search_ndr(&search).confirmed);

    config = weir_search_defaults();
    config.total_ns = config.short_ns * 3;
    run(&search, &config, &host);
    cr_assert_eq(search.end, WEIR_SEARCH_TIME);
    cr_assert_leq(search.trials, 3);
}

/* Whatever comes back, it ends, and says no load that was not tried. */
Test(search, any_results_end_it)
{
    struct random random = random_start("search", 9);
    for (int i = 0; i < SEEDS; i++) {
        struct weir_search search;
        struct weir_search_config config = weir_search_defaults();
        config.rfc2544 = random_below(&random, 4) == 0;
        struct weir_search_ask ask;
        weir_search_open(&search, &config);
        while (weir_search_next(&search, &ask)) {
            struct weir_search_result result = {
                .valid = random_below(&random, 10) > 0,
                .generator_limited = random_below(&random, 5) == 0,
                .offered_pps = host_any_rate(&random),
                .sent = random_below(&random, 1000000)};
            result.lost =
                random_below(&random, 2) == 0
                    ? 0
                    : random_below(&random, (uint32_t)result.sent + 1);
            weir_search_put(&search, &result);
            cr_assert_leq(search.trials, config.trials_max);
        }
        struct weir_search_goal ndr = weir_search_ndr(&search);
        cr_assert(!ndr.found || ndr.pps > 0);
        cr_assert(ndr.width_fraction >= 0 && ndr.width_fraction < 1);
    }
}

Test(search, the_same_results_give_the_same_loads)
{
    struct host host = {.limit_pps = 1234567, .ceiling_pps = 4e6};
    struct weir_search a, b;
    struct weir_search_config config = weir_search_defaults();
    run(&a, &config, &host);
    run(&b, &config, &host);
    cr_assert_eq(a.loads_count, b.loads_count);
    for (size_t i = 0; i < a.loads_count; i++)
        cr_assert_eq(a.loads[i].asked_pps, b.loads[i].asked_pps);
}
