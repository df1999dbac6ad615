#include "bench/limit/limit_options.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"

static struct weir_limit_options options;

static void fini(void)
{
    weir_limit_options_free(&options);
}

TestSuite(limit_options, .fini = fini);

/* The words are one text, with blanks between. */
static int parse(const char *text)
{
    static char words[512];
    char *argv[32] = {words}, *rest;
    int argc = 0;
    snprintf(words, sizeof words, "limit %s", text);
    for (char *word = strtok_r(words, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    return weir_limit_options_parse(&options, argc, argv);
}

Test(limit_options, nothing_asked_is_one_row)
{
    cr_assert_eq(parse(""), WEIR_EXIT_OK);
    cr_expect_eq(options.frames_count, 1);
    cr_expect_eq(options.frames[0].most_bytes, 60);
    cr_expect_eq(options.targets_count, 1);
    cr_expect_null(options.targets[0]);
    cr_expect_eq(options.workers_count, 1);
    cr_expect_eq(options.workers[0], 0);
    cr_expect_eq(options.ring_bytes, 64 << 20);
    cr_expect_str_eq(options.way, "auto");
    cr_expect_eq(options.search.short_ns, 2000000000);
    cr_expect_eq(options.search.long_ns, 10000000000);
    cr_expect_eq(options.search.total_ns, 900000000000);
    cr_expect_float_eq(options.search.width, 0.02, 1e-12);
    cr_expect_not(options.search.rfc2544);
}

Test(limit_options, lists_make_rows)
{
    cr_assert_eq(parse("--frame 60,1514,imix -w none,/tmp --workers 1,2,4,8 "
                       "--ring 4 --way txring --flows 100 --skew 1.1 "
                       "-i eth0 --from eth1"),
                 WEIR_EXIT_OK);
    cr_expect_eq(options.frames_count, 3);
    cr_expect_float_eq(options.frames[1].mean_bytes, 1514, 1e-9);
    cr_expect_float_eq(options.frames[2].mean_bytes,
                       (7 * 60 + 4 * 590 + 1514) / 12.0, 1e-9);
    cr_expect_eq(options.frames[2].most_bytes, 1514);
    cr_expect_eq(options.targets_count, 2);
    cr_expect_null(options.targets[0]);
    cr_expect_str_eq(options.targets[1], "/tmp");
    cr_expect_eq(options.workers_count, 4);
    cr_expect_eq(options.workers[3], 8);
    cr_expect_eq(options.ring_bytes, 4 << 20);
    cr_expect_eq(options.flows, 100);
    cr_expect_str_eq(options.device, "eth0");
    cr_expect_str_eq(options.from, "eth1");
}

Test(limit_options, the_last_list_counts)
{
    cr_assert_eq(parse("--workers 1,2 --workers 3 -w /a,/b -w none"),
                 WEIR_EXIT_OK);
    cr_expect_eq(options.workers_count, 1);
    cr_expect_eq(options.workers[0], 3);
    cr_expect_eq(options.targets_count, 1);
    cr_expect_null(options.targets[0]);
}

Test(limit_options, durations_and_widths)
{
    cr_assert_eq(parse("--short 0.2 --long 300ms --width 5 --trials 9 --time "
                       "1m"),
                 WEIR_EXIT_OK);
    cr_expect_eq(options.search.short_ns, 200000000);
    cr_expect_eq(options.search.long_ns, 300000000);
    cr_expect_float_eq(options.search.width, 0.05, 1e-12);
    cr_expect_eq(options.search.trials_max, 9);
    cr_expect_eq(options.search.total_ns, 60000000000);
}

Test(limit_options, rfc2544_means_60_s)
{
    cr_assert_eq(parse("--rfc2544 --width 1.5%"), WEIR_EXIT_OK);
    cr_expect(options.search.rfc2544);
    cr_expect_eq(options.search.long_ns, 60000000000);
    cr_expect_eq(options.search.total_ns, 3600000000000);
    cr_expect_float_eq(options.search.width, 0.015, 1e-12);
    weir_limit_options_free(&options);
    cr_assert_eq(parse("--long 5 --rfc2544 --time 7"), WEIR_EXIT_OK);
    cr_expect_eq(options.search.long_ns, 5000000000);
    cr_expect_eq(options.search.total_ns, 7000000000);
    weir_limit_options_free(&options);
    /* Also if it is what it would be without. */
    cr_assert_eq(parse("--time 900 --rfc2544"), WEIR_EXIT_OK);
    cr_expect_eq(options.search.total_ns, 900000000000);
}

Test(limit_options, help_needs_nothing_else)
{
    cr_assert_eq(parse("--help"), WEIR_EXIT_OK);
    cr_expect(options.help);
}

static void expect_usage(const char *text, const char *complaint)
{
    char expected[256], got[256] = "";
    int fds[2];
    cr_assert_eq(pipe(fds), 0);
    int before = dup(STDERR_FILENO);
    cr_assert(before >= 0 && dup2(fds[1], STDERR_FILENO) >= 0);
    int status = parse(text);
    cr_assert_geq(dup2(before, STDERR_FILENO), 0);
    (void)close(fds[1]);
    cr_assert_gt(read(fds[0], got, sizeof got - 1), 0);
    (void)close(fds[0]);
    (void)close(before);
    weir_limit_options_free(&options);
    options = (struct weir_limit_options){.help = false};
    snprintf(expected, sizeof expected,
             "weir bench limit: %s (see weir bench limit --help)\n", complaint);
    cr_expect_eq(status, WEIR_EXIT_USAGE, "%s", text);
    cr_expect_str_eq(got, expected);
}

Test(limit_options, a_width_has_bounds)
{
    expect_usage("--width 0", "--width: '0' is not a width of 0.1 to 50 %");
}

Test(limit_options, a_width_is_a_number)
{
    expect_usage("--width 2x", "--width: '2x' is not a width of 0.1 to 50 %");
}

Test(limit_options, workers_are_numbers)
{
    expect_usage("--workers 1,0", "--workers: '0' is too small: at least 1");
}

Test(limit_options, a_list_names_something)
{
    expect_usage("--workers ,", "--workers: ',' has an empty part");
    expect_usage("--workers 1,,", "--workers: '1,,' has an empty part");
    expect_usage("--frame 60,,61", "--frame: '60,,61' has an empty part");
    expect_usage("-w ,/tmp", "-w: ',/tmp' has an empty part");
}

Test(limit_options, a_row_is_not_measured_twice)
{
    expect_usage("--workers 1,2,01", "--workers: '01' is there twice");
    expect_usage("--frame 60,imix,60", "--frame: '60' is there twice");
    expect_usage("-w none,/a,none", "-w: 'none' is there twice");
}

Test(limit_options, a_list_is_not_endless)
{
    expect_usage("--workers 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
                 "--workers: at most 16");
}

Test(limit_options, from_goes_with_an_interface)
{
    expect_usage("--from eth1", "--from goes with -i");
}

Test(limit_options, from_is_another_interface)
{
    expect_usage("-i lo --from lo", "--from and -i are one interface, 'lo', "
                                    "which does not receive what it sends");
}

Test(limit_options, a_ring_is_told_in_mib)
{
    expect_usage("--ring 99999999",
                 "--ring: '99999999' is not a size of 2 to 1024 MiB");
    expect_usage("--ring 0", "--ring: '0' is not a size of 2 to 1024 MiB");
    expect_usage("--ring 1K", "--ring: '1K' is not a size of 2 to 1024 MiB");
}

Test(limit_options, a_skew_is_what_the_generator_takes)
{
    expect_usage("--skew abc", "--skew: 'abc' is not a number");
    expect_usage("--skew -1", "--skew: '-1' is not a number");
    expect_usage("--skew nan", "--skew: 'nan' is not a number");
    expect_usage("--skew 11", "--skew: '11' is too large: at most 10");
}

Test(limit_options, an_interface_alone_is_reached_by_xdp_only)
{
    expect_usage("-i eth0 --way mmsg", "--way mmsg with -i needs --from");
}

Test(limit_options, a_cpu_is_there)
{
    expect_usage("--recorder-cpus 1023",
                 "--recorder-cpus: CPU 1023 is not there for us");
}

Test(limit_options, short_is_shorter)
{
    expect_usage("--short 3 --long 2", "--short is longer than --long");
}

Test(limit_options, words_mean_nothing)
{
    expect_usage("udp", "'udp' is not understood");
}
