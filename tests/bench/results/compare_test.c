#include "bench/results/compare.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/compare_cmd.h"
#include "tests/bench/results/fixture.h"

TestSuite(compare, .init = fixture_open, .fini = fixture_close);

#define RATIO(name, value, better)                                             \
    "{\"type\":\"ratio\",\"name\":\"" name "\",\"value\":" value               \
    ",\"least\":" value ",\"most\":" value ",\"better\":\"" better "\"}\n"
#define RUN(kernel)                                                            \
    "{\"type\":\"run\",\"host\":{\"cpu\":\"c\",\"cores\":2,"                   \
    "\"kernel\":\"" kernel "\"}}\n"

static char *printed;

static struct weir_compare compare_of(const char *old, const char *new)
{
    struct weir_compare compare;
    struct weir_lines was = fixture_lines(old);
    struct weir_lines now = fixture_lines(new);
    size_t size = 0;
    free(printed);
    cr_assert_eq(weir_compare_open(&compare, &was, &now, NULL), 0);
    FILE *memory = open_memstream(&printed, &size);
    weir_compare_print(&compare, &was, &now, memory);
    cr_assert_eq(fclose(memory), 0);
    weir_lines_close(&was);
    weir_lines_close(&now);
    return compare;
}

Test(compare, a_change_to_the_worse_beyond_the_limit_is_a_regression)
{
    struct weir_compare c =
        compare_of(RATIO("a", "2.0", "more") RATIO("b", "2.0", "less")
                       RATIO("c", "2.0", "more") RATIO("d", "2.0", "less")
                           RATIO("e", "2.0", "more"),
                   RATIO("a", "1.7", "more") RATIO("b", "2.3", "less")
                       RATIO("c", "2.3", "more") RATIO("d", "1.7", "less")
                           RATIO("e", "1.85", "more"));
    cr_assert_eq(c.count, 5);
    cr_assert_eq(c.of[WEIR_COMPARE_REGRESSION], 2);
    cr_assert_eq(c.rows[0].verdict, WEIR_COMPARE_REGRESSION);
    cr_assert_eq(c.rows[1].verdict, WEIR_COMPARE_REGRESSION);
    cr_assert_eq(c.rows[2].verdict, WEIR_COMPARE_BETTER);
    cr_assert_eq(c.rows[3].verdict, WEIR_COMPARE_BETTER);
    cr_assert_eq(c.rows[4].verdict, WEIR_COMPARE_SAME);
    cr_assert_float_eq(c.rows[4].change, -0.075, 1e-9);
    weir_compare_close(&c);
}

#define SPREAD(name, value, least, most, better)                               \
    "{\"type\":\"ratio\",\"name\":\"" name "\",\"value\":" value               \
    ",\"least\":" least ",\"most\":" most ",\"better\":\"" better "\"}\n"

Test(compare, a_change_within_the_spread_is_none)
{
    struct weir_compare c =
        compare_of(SPREAD("a", "2.0", "1.5", "2.5", "more")
                       SPREAD("b", "2.0", "1.9", "2.1", "less")
                           SPREAD("c", "2.0", "1.9", "2.1", "more")
                               RATIO("d", "2.0", "more"),
                   SPREAD("a", "1.6", "1.5", "1.7", "more")
                       SPREAD("b", "1.5", "1.4", "1.9", "less")
                           SPREAD("c", "1.5", "1.4", "1.8", "more")
                               RATIO("e", "2.0", "more"));
    cr_assert_eq(c.rows[0].verdict, WEIR_COMPARE_OVERLAP);
    cr_assert_eq(c.rows[1].verdict, WEIR_COMPARE_OVERLAP);
    cr_assert_eq(c.rows[2].verdict, WEIR_COMPARE_REGRESSION);
    cr_assert_eq(weir_compare_both(&c), 3);
    const char end[] =
        "\nregression: c: 2.000 to 1.500 (-25.0%)\n"
        "\n3 of 4 compared, 1 missing, 1 new; 1 regression of more than 10%; "
        "2 such changes with rounds that overlap: measure again\n";
    cr_assert_not_null(strstr(printed, end), "%s", printed);
    weir_compare_close(&c);
}

Test(compare, missing_and_new_names_and_hosts_are_said)
{
    struct weir_compare c = compare_of(RUN("1") RATIO("a", "2.0", "more"),
                                       RUN("2") RATIO("b", "2.0", "more"));
    cr_assert_eq(c.of[WEIR_COMPARE_REGRESSION], 0);
    cr_assert_str_eq(printed,
                     "      old      new    change              ratio\n"
                     "    2.000        -         -  missing     a\n"
                     "        -    2.000         -  new         b\n"
                     "\nCareful: different hosts: kernel was 1, is 2\n"
                     "\n0 of 1 compared, 1 missing, 1 new; 0 regressions of "
                     "more than 10%\n");
    weir_compare_close(&c);
}

#define BENCH(options)                                                         \
    "{\"type\":\"bench\",\"command\":\"./dev bench" options "\"}\n"

Test(compare, a_quick_run_and_a_whole_one_are_told_apart)
{
    struct weir_compare c =
        compare_of(BENCH("") RATIO("a", "2.0", "more"),
                   BENCH(" --quick") RATIO("a", "2.0", "more"));
    cr_assert_not_null(strstr(printed, "only the new results are of a quick"),
                       "%s", printed);
    weir_compare_close(&c);
    c = compare_of(BENCH(" --quick") RATIO("a", "2.0", "more"),
                   BENCH(" --quick self") RATIO("a", "2.0", "more"));
    cr_assert_null(strstr(printed, "a quick run"), "%s", printed);
    weir_compare_close(&c);
}

Test(compare, what_is_no_figure_is_not_judged)
{
    struct weir_compare c =
        compare_of(RATIO("a", "null", "more") RATIO("b", "0", "more")
                       RATIO("c", "2.0", "sideways") RATIO("d", "-1", "more"),
                   RATIO("a", "1.0", "more") RATIO("b", "1.0", "more")
                       RATIO("c", "1.0", "sideways") RATIO("d", "1", "more"));
    cr_assert_eq(c.of[WEIR_COMPARE_REGRESSION], 0);
    cr_assert_eq(c.rows[0].verdict, WEIR_COMPARE_NO_FIGURE);
    cr_assert_eq(c.rows[1].verdict, WEIR_COMPARE_NO_FIGURE);
    cr_assert_eq(c.rows[2].verdict, WEIR_COMPARE_UNJUDGED);
    cr_assert_eq(c.rows[3].verdict, WEIR_COMPARE_NO_FIGURE);
    weir_compare_close(&c);
}

Test(compare, the_last_of_a_name_counts)
{
    struct weir_compare c =
        compare_of(RATIO("a", "9.0", "more") RATIO("a", "2.0", "more"),
                   RATIO("a", "1.0", "more") RATIO("a", "2.0", "more"));
    cr_assert_eq(c.count, 1);
    cr_assert_float_eq(c.rows[0].change, 0, 1e-9);
    weir_compare_close(&c);
}

static int command(const char *old, const char *new)
{
    char name[] = "compare";
    char *argv[] = {name, strdup(old), strdup(new), NULL};
    int status = weir_bench_compare(3, argv);
    free(argv[1]);
    free(argv[2]);
    return status;
}

Test(compare, the_command_exits_with_1_for_a_regression)
{
    fixture_write("old", RATIO("a", "2.0", "more"));
    fixture_write("new", RATIO("a", "1.0", "more"));
    fixture_write("other", RATIO("b", "1.0", "more"));
    char old[512];
    (void)snprintf(old, sizeof old, "%s", fixture_path("old"));
    cr_assert_eq(command(old, fixture_path("old")), 0);
    cr_assert_eq(command(old, fixture_path("new")), 1);
    cr_assert_eq(command(old, fixture_path("other")), 1);
    fixture_write("wide", SPREAD("a", "1.0", "1.0", "2.0", "more"));
    cr_assert_eq(command(old, fixture_path("wide")), 0);
    cr_assert_eq(command(old, "/nowhere/r"), 1);
    cr_assert_eq(command("/nowhere/r", old), 1);
}
