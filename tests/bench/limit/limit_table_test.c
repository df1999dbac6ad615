#include "bench/limit/limit_table.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <string.h>

#define HEAD                                                                   \
    "row frame    target   workers way        NDR           Gbit/s width     " \
    "PDR          CPU ns/frame  ring ms drain ms  limit\n"

static struct weir_limit_options options;
static const struct weir_limit_frame frame = {"imix", 358, 1514};
static struct weir_limit_row row;

static void init(void)
{
    options = (struct weir_limit_options){.ring_bytes = 64 << 20,
                                          .search = weir_search_defaults()};
    options.search.trials_max = 1;
    row = (struct weir_limit_row){.number = 2,
                                  .rows = 3,
                                  .options = &options,
                                  .frame = &frame,
                                  .workers = 1,
                                  .way = "txring",
                                  .target = "/mnt",
                                  .target_type = "ext4"};
    weir_search_open(&row.search, &options.search);
    cr_redirect_stdout();
}

TestSuite(limit_table, .init = init);

static void expect_table(const struct weir_limit_row *rows, size_t count,
                         const char *text)
{
    weir_limit_print_table(stdout, rows, count);
    (void)fflush(stdout);
    cr_assert_stdout_eq_str(text);
}

/* One trial, as run does it. */
static void put(double pps, uint64_t lost)
{
    struct weir_search_ask ask;
    cr_assert(weir_search_next(&row.search, &ask));
    const struct weir_search_result result = {
        .valid = true, .offered_pps = pps, .sent = 2000000, .lost = lost};
    row.trials[row.trials_count++] = (struct weir_limit_trial){
        .asked_pps = ask.load_pps,
        .lost = lost,
        .verdict = {lost > 0 ? WEIR_LIMIT_RING : WEIR_LIMIT_NONE,
                    lost > 0 ? WEIR_LIMIT_RING : WEIR_LIMIT_NONE},
        .cpu_ns = 90,
        .bits_per_frame = 672,
        .drain_ns = 5000000};
    weir_search_put(&row.search, &result);
}

Test(limit_table, it_tells_what_has_to_be_known)
{
    row.end = WEIR_LIMIT_ROW_FAILED;
    row.search.end = WEIR_SEARCH_TRIALS;
    row.search.trials = 60;
    row.search.voids = 2;
    row.shortened = true;
    snprintf(row.why, sizeof row.why, "it broke");
    expect_table(&row, 1,
                 HEAD
                 "  2 imix     ext4           1 txring     -\n"
                 "  row 2: it broke\n"
                 "  row 2: ended early, after 60 trials\n"
                 "  row 2: void trials: 2 of 60\n"
                 "  row 2: trials were shortened to the room in the target\n");
}

Test(limit_table, what_no_long_trial_has_confirmed_is_marked)
{
    struct weir_search_ask ask;
    put(1e6, 0);
    cr_assert_not(weir_search_next(&row.search, &ask));
    expect_table(&row, 1,
                 HEAD "  2 imix     ext4           1 txring  ~>=1.000 Mpps    "
                      "  0.67   0.0  ~>=1.000 Mpps             90      151     "
                      "   5  generator\n"
                      "  row 2: ended early, after 1 trial\n"
                      "  row 2: no long trial has confirmed the NDR (~)\n");
}

Test(limit_table, of_a_row_that_was_broken_off_there_is_what_is_known)
{
    row.search.config.trials_max = 9;
    row.end = WEIR_LIMIT_ROW_STOPPED;
    snprintf(row.why, sizeof row.why, "interrupted");
    put(1e6, 1000000);
    expect_table(&row, 1,
                 HEAD "  2 imix     ext4           1 txring  <  1.000 Mpps    "
                      "     -     -  <  1.000 Mpps              -        -     "
                      "   -  -\n"
                      "  row 2: interrupted\n");
}

Test(limit_table, what_has_passed_by_then_is_the_least)
{
    row.search.config.trials_max = 9;
    row.end = WEIR_LIMIT_ROW_STOPPED;
    snprintf(row.why, sizeof row.why, "interrupted");
    put(1e6, 1000000);
    put(495000, 0);
    expect_table(&row, 1,
                 HEAD "  2 imix     ext4           1 txring  ~>=495.0 kpps    "
                      "  0.33  50.5  ~>=495.0 kpps             90      305     "
                      "   5  ring\n"
                      "  row 2: interrupted\n"
                      "  row 2: no long trial has confirmed the NDR (~)\n");
}

Test(limit_table, folders_of_one_type_are_told_apart)
{
    struct weir_limit_row rows[] = {row, row, row, row};
    rows[1].number = 3;
    rows[1].target = "/srv/\n/a-rather-long-name";
    rows[2].number = 4;
    rows[2].target = NULL;
    rows[2].workers = 0;
    snprintf(rows[2].target_type, sizeof rows[2].target_type, "none");
    rows[3].number = 5;
    rows[3].target = "/ram";
    snprintf(rows[3].target_type, sizeof rows[3].target_type, "tmpfs");
    for (size_t i = 0; i < 4; i++) {
        rows[i].end = WEIR_LIMIT_ROW_FAILED;
        snprintf(rows[i].why, sizeof rows[i].why, "why");
    }
    expect_table(
        rows, 4,
        "row frame    target                    workers way        NDR         "
        "  Gbit/s width     PDR          CPU ns/frame  ring ms drain ms  "
        "limit\n"
        "  2 imix     /mnt                            1 txring     -\n"
        "  3 imix     /srv/?/a-rather-long-name       1 txring     -\n"
        "  4 imix     none                      default txring     -\n"
        "  5 imix     tmpfs                           1 txring     -\n"
        "  row 2: why\n  row 3: why\n  row 4: why\n  row 5: why\n");
}

Test(limit_table, a_folder_that_was_not_looked_at_has_no_type)
{
    row.end = WEIR_LIMIT_ROW_FAILED;
    row.target_type[0] = '\0';
    row.workers = 0;
    snprintf(row.why, sizeof row.why, "why");
    expect_table(&row, 1,
                 HEAD "  2 imix     /mnt     default txring     -\n"
                      "  row 2: why\n");
}
