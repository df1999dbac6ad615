#include "bench/limit/limit_row.h"

#include <criterion/criterion.h>
#include <string.h>

#include "bench/limit/limit_lines.h"

static struct weir_limit_options options;
static const struct weir_limit_frame frame = {"60", 60, 60};
static struct weir_limit_row row;

static void init(void)
{
    options = (struct weir_limit_options){.ring_bytes = 64 << 20,
                                          .search = weir_search_defaults()};
    row = (struct weir_limit_row){
        .options = &options, .frame = &frame, .workers = 1, .way = "xdp"};
    weir_search_open(&row.search, &options.search);
}

TestSuite(limit_row, .init = init);

/* Feeds a search with a host of 1 Mpps, as run does. */
static void simulate(double ceiling_pps)
{
    struct weir_search_ask ask;
    while (weir_search_next(&row.search, &ask)) {
        double pps = ask.load_pps == 0 ? ceiling_pps : (double)ask.load_pps;
        struct weir_search_result result = {
            .valid = true, .offered_pps = pps, .sent = (uint64_t)pps};
        result.lost = pps > 1e6 ? (uint64_t)(pps - 1e6) : 0;
        bool is_long = ask.duration_ns == options.search.long_ns;
        enum weir_limit limit =
            result.lost == 0
                ? WEIR_LIMIT_NONE
                : (pps > 2e6 ? WEIR_LIMIT_STACK : WEIR_LIMIT_WORKERS);
        row.trials[row.trials_count++] =
            (struct weir_limit_trial){.asked_pps = ask.load_pps,
                                      .is_long = is_long,
                                      .lost = result.lost,
                                      .verdict = {limit, limit},
                                      .cpu_ns = is_long ? 80 : 90,
                                      .bits_per_frame = 672,
                                      .drain_ns = 5};
        weir_search_put(&row.search, &result);
    }
}

Test(limit_row, the_limit_is_that_of_the_lowest_load_that_was_too_high)
{
    simulate(4e6);
    struct weir_limit_found found = weir_limit_row_found(&row);
    cr_assert(found.ndr.found && found.ndr.confirmed);
    cr_expect_eq(found.verdict.limit, WEIR_LIMIT_WORKERS);
    cr_expect_float_eq(found.bits, found.ndr.pps * 672, 1);
    /* Of the long trial. */
    cr_expect_float_eq(found.cpu_ns, 80, 1e-9);
    cr_expect_eq(found.drain_ns, 5);
    cr_expect_float_eq(found.ring_s, (64 << 20) / 146.0 / found.ndr.pps, 1e-6);
}

Test(limit_row, a_generator_that_loses_nothing_is_the_limit)
{
    simulate(9e5);
    struct weir_limit_found found = weir_limit_row_found(&row);
    cr_expect(found.ndr.generator_limited);
    cr_expect_eq(found.verdict.limit, WEIR_LIMIT_GENERATOR);
    cr_expect_float_eq(found.ndr.pps, 9e5, 1);
}

Test(limit_row, without_trials_nothing_is_found)
{
    struct weir_limit_found found = weir_limit_row_found(&row);
    cr_expect_not(found.ndr.found);
    cr_expect_eq(found.verdict.limit, WEIR_LIMIT_NONE);
    cr_expect_eq(found.ring_s, 0);
}

Test(limit_row, the_time_that_a_ring_holds)
{
    /* A frame of 60 bytes takes 144 in a block, and what the block's end
     * wastes is little. */
    cr_expect_float_eq(weir_limit_ring_s(64 << 20, 60, 1e6), 0.46, 0.01);
    cr_expect_eq(weir_limit_ring_s(64 << 20, 60, 0), 0);
}

Test(limit_row, names_and_rates)
{
    char name[WEIR_LIMIT_ROW_NAME_MAX], rate[WEIR_LIMIT_RATE_MAX];
    cr_expect_str_eq(weir_limit_row_name(name, &row),
                     "frame 60, no file, 1 worker, xdp");
    row.target = "/mnt";
    row.workers = 2;
    cr_expect_str_eq(weir_limit_row_name(name, &row),
                     "frame 60, to /mnt, 2 workers, xdp");
    row.workers = 0;
    cr_expect_str_eq(weir_limit_row_name(name, &row),
                     "frame 60, to /mnt, default workers, xdp");
    row.target = "/mnt/a\nb";
    cr_expect_str_eq(weir_limit_row_name(name, &row),
                     "frame 60, to /mnt/a?b, default workers, xdp");
    cr_expect_str_eq(weir_limit_rate_text(rate, 1234567), "1.235 Mpps");
    cr_expect_str_eq(weir_limit_rate_text(rate, 999999), "1000.0 kpps");
    cr_expect_str_eq(weir_limit_rate_text(rate, 0), "0.0 kpps");
}
