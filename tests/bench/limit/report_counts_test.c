#include "bench/limit/report_counts.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ring/ledger.h"
#include "ring/summary.h"
#include "sink/report.h"

static const char *no_name(uint8_t number)
{
    (void)number;
    return "";
}

/* As weir itself writes it. */
static char *make(bool live)
{
    struct weir_summary *summary;
    char *text = NULL;
    const struct weir_summary_config config = {.talkers = 64, .seed = 1};
    struct weir_report report = {
        .version = "1",
        .source = "weir0",
        .proto_name = no_name,
        .outcome_name = no_name,
        .starved = 17,
        .write_ns = 18,
        .write = {.mode = "direct", .in_place = 19, .compacted = 20},
        .ledger = {
            .received = 100,
            .delivered = 80,
            .excluded = {[WEIR_EXCLUDED_FILTER] = 1,
                         [WEIR_EXCLUDED_SURPLUS] = 2,
                         [WEIR_EXCLUDED_LINK_TYPE] = 3},
            .lost = {[WEIR_LOST_WRITE] = 4, [WEIR_LOST_ABANDONED] = 10},
            .has_kernel = live,
            .kernel_seen = 111,
            .kernel_dropped = 5,
            .discards = {
                [WEIR_DISCARD_OUTGOING] = 2, [WEIR_DISCARD_UNREAD] = 4}}};
    cr_assert_eq(weir_summary_open(&summary, &config, NULL), 0);
    report.summary = summary;
    cr_assert_eq(weir_report_json(&report, &text, NULL), 0);
    weir_summary_close(summary);
    return text;
}

Test(report_counts, every_count_is_taken)
{
    struct weir_report_counts c;
    char *text = make(true);
    cr_assert_eq(weir_report_counts_parse(&c, text, NULL), 0);
    free(text);
    cr_expect_eq(c.kernel_seen, 111);
    cr_expect_eq(c.kernel_dropped, 5);
    cr_expect_eq(c.discards, 6);
    cr_expect_eq(c.received, 100);
    cr_expect_eq(c.written, 80);
    cr_expect_eq(c.excluded, 6);
    cr_expect_eq(c.lost, 14);
    cr_expect_eq(c.lost_in_write, 4);
    cr_expect_eq(c.starved, 17);
    cr_expect_eq(c.write_ns, 18);
    cr_expect_str_eq(c.write_mode, "direct");
    cr_expect_eq(c.in_place, 19);
    cr_expect_eq(c.compacted, 20);
    cr_expect(c.balanced);
}

Test(report_counts, a_count_that_is_missing_is_not_0)
{
    struct weir_report_counts c;
    struct weir_err err = {.text = ""};
    char *text = make(false);
    cr_expect_eq(weir_report_counts_parse(&c, text, &err), -EPROTO);
    cr_expect_str_eq(err.text,
                     "not the report of a recording from an interface");
    free(text);
    cr_expect_eq(weir_report_counts_parse(&c, "{}", NULL), -EPROTO);
    cr_expect_eq(weir_report_counts_parse(&c, "[]", NULL), -EPROTO);
}

Test(report_counts, every_truncation_is_refused)
{
    char *text = make(true);
    size_t whole = strlen(text);
    /* The last byte is a line feed. */
    for (size_t len = 0; len + 1 < whole; len += 7) {
        struct weir_report_counts c;
        char *cut = strndup(text, len);
        cr_expect_eq(weir_report_counts_parse(&c, cut, NULL), -EPROTO);
        free(cut);
    }
    free(text);
}

Test(report_counts, a_file_that_is_not_there_is_named)
{
    struct weir_report_counts c;
    struct weir_err err = {.text = ""};
    cr_expect_eq(weir_report_counts_read(&c, "/nonexistent", &err), -EPROTO);
    cr_expect_not_null(strstr(err.text, "/nonexistent"), "%s", err.text);
}
