#include "bench/limit/limit_lines.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/results/results.h"

static struct weir_limit_options options;
static const struct weir_limit_frame frame = {"imix", 358, 1514};
static struct weir_limit_row row;
static struct weir_recording_outcome outcome;
static char path[] = "/tmp/weir_limit_lines_XXXXXX";

static void init(void)
{
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
    options = (struct weir_limit_options){.ring_bytes = 64 << 20,
                                          .search = weir_search_defaults()};
    row = (struct weir_limit_row){.number = 2,
                                  .rows = 3,
                                  .options = &options,
                                  .frame = &frame,
                                  .workers = 1,
                                  .way = "txring",
                                  .target_type = "ext4"};
    weir_search_open(&row.search, &options.search);
    cr_assert_eq(weir_results_open(&row.results, path, NULL), 0);
    memset(&outcome, 0, sizeof outcome);
}

static void fini(void)
{
    (void)weir_results_close(row.results, NULL);
    unlink(path);
}

TestSuite(limit_lines, .init = init, .fini = fini);

static json_t *only_line(void)
{
    json_t *line = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    cr_assert(json_is_object(line));
    return line;
}

static void expect_text(const json_t *line, const char *key, const char *text)
{
    const json_t *value = json_object_get(line, key);
    cr_expect(json_is_string(value) &&
                  strcmp(json_string_value(value), text) == 0,
              "%s", key);
}

static void expect_null(const json_t *line, const char *key)
{
    cr_expect(json_is_null(json_object_get(line, key)), "%s", key);
}

static void expect_number(const json_t *line, const char *key, double expected)
{
    const json_t *value = json_object_get(line, key);
    cr_expect(json_is_number(value) &&
                  json_number_value(value) - expected < 1e-6 &&
                  expected - json_number_value(value) < 1e-6,
              "%s", key);
}

Test(limit_lines, a_trial_has_all_of_its_counts)
{
    const struct weir_search_ask ask = {.load_pps = 500000,
                                        .why = WEIR_SEARCH_CONFIRM};
    outcome.trial.sent = (struct weir_trial_sent){
        .frames = 1000, .duration_ns = 2000000, .offered_pps = 5e5};
    outcome.trial.before = (struct weir_trial_before){1, 2, 3};
    outcome.trial.work_ns = 80000;
    outcome.trial.quiet_ns = 250000000;
    outcome.trial.threads_count = 1;
    snprintf(outcome.trial.threads[0].name,
             sizeof outcome.trial.threads[0].name, "weir-capture");
    outcome.trial.threads[0].busy_fraction = 0.5;
    outcome.counts = (struct weir_reconcile){.kernel_seen = 994,
                                             .kernel_dropped = 4,
                                             .received = 990,
                                             .has_file = true,
                                             .file = {.distinct = 990}};
    outcome.loss_fraction = 0.01;
    outcome.verdict = (struct weir_verdict){WEIR_LIMIT_CPU, WEIR_LIMIT_WORKERS};
    cr_assert_eq(weir_limit_trial_line(&row, &ask, &outcome, NULL), 0);
    json_t *line = only_line();
    expect_text(line, "type", "trial");
    expect_number(line, "row", 2);
    expect_text(line, "frame", "imix");
    expect_text(line, "target", "ext4");
    expect_text(line, "generator", "txring");
    expect_text(line, "why", "confirm");
    expect_number(line, "load_pps", 500000);
    expect_number(line, "sent", 1000);
    expect_number(json_object_get(line, "before"), "backlog", 3);
    expect_number(line, "kernel_seen", 994);
    expect_number(line, "distinct", 990);
    expect_number(line, "cpu_ns", 80);
    expect_number(line, "drain_s", 0.25);
    expect_text(line, "limit", "cpu");
    expect_text(line, "stage", "workers");
    expect_null(line, "void");
    json_t *thread = json_array_get(json_object_get(line, "threads"), 0);
    expect_text(thread, "name", "weir-capture");
    expect_number(thread, "busy_fraction", 0.5);
    json_decref(line);
}

Test(limit_lines, a_trial_that_is_void_says_why)
{
    const struct weir_search_ask ask = {.why = WEIR_SEARCH_VOID_AGAIN};
    outcome.trial.is_void = true;
    snprintf(outcome.trial.why, sizeof outcome.trial.why,
             "weir record: \xff killed");
    cr_assert_eq(weir_limit_trial_line(&row, &ask, &outcome, NULL), 0);
    json_t *line = only_line();
    cr_expect(json_is_false(json_object_get(line, "valid")));
    expect_text(line, "void", "weir record: \xef\xbf\xbd killed");
    expect_text(line, "why", "again, was void");
    expect_null(line, "load_pps");
    expect_null(line, "offered_pps");
    expect_null(line, "distinct");
    expect_null(line, "limit");
    expect_null(line, "cpu_ns");
    expect_null(line, "memory_bytes");
    json_decref(line);
}

Test(limit_lines, a_row_that_found_nothing_has_nulls)
{
    row.trials_count = 1;
    row.end = WEIR_LIMIT_ROW_STOPPED;
    cr_assert_eq(weir_limit_row_line(&row, NULL), 0);
    json_t *line = only_line();
    expect_text(line, "type", "limit");
    expect_text(line, "end", "interrupted");
    expect_null(line, "ndr_pps");
    expect_null(line, "pdr_pps");
    expect_null(line, "ndr_bits");
    expect_null(line, "ndr_width_fraction");
    expect_null(line, "limit");
    cr_expect(json_is_false(json_object_get(line, "confirmed")));
    json_decref(line);
}

static void expect_folder(const char *folder, const char *expected)
{
    const struct weir_search_ask ask = {.why = WEIR_SEARCH_GUESS};
    row.target = folder;
    row.trials_count = 1;
    cr_assert_eq(weir_limit_trial_line(&row, &ask, &outcome, NULL), 0);
    cr_assert_eq(weir_limit_row_line(&row, NULL), 0);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    for (int i = 0; i < 2; i++) {
        json_t *line = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL);
        cr_assert(json_is_object(line));
        if (expected != NULL)
            expect_text(line, "folder", expected);
        else
            cr_expect_null(json_object_get(line, "folder"));
        json_decref(line);
    }
    (void)fclose(file);
}

Test(limit_lines, a_row_with_files_names_their_folder)
{
    expect_folder("/srv/\xff", "/srv/\xef\xbf\xbd");
}

Test(limit_lines, a_row_without_files_has_no_folder)
{
    expect_folder(NULL, NULL);
}

Test(limit_lines, a_row_without_trials_is_a_skip)
{
    row.end = WEIR_LIMIT_ROW_SKIPPED;
    row.target = "/mnt";
    snprintf(row.why, sizeof row.why, "no room");
    cr_assert_eq(weir_limit_row_line(&row, NULL), 0);
    json_t *line = only_line();
    expect_text(line, "type", "skip");
    expect_text(line, "what", "frame imix, to /mnt, 1 worker, txring");
    expect_text(line, "why", "no room");
    json_decref(line);
}

Test(limit_lines, without_a_file_of_results_nothing_is_written)
{
    struct weir_limit_row other = row;
    other.results = NULL;
    cr_assert_eq(weir_limit_row_line(&other, NULL), 0);
}
