#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/targets/target.h"

static struct weir_lines lines;

static void read_lines(const char *text)
{
    char path[] = "/tmp/weir-target-XXXXXX";
    struct weir_err err = {.text = ""};
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    cr_assert_eq(close(fd), 0);
    cr_assert_eq(weir_lines_open(&lines, path, &err), 0, "%s", err.text);
    (void)unlink(path);
}

static void fini(void)
{
    weir_lines_close(&lines);
}

TestSuite(target, .fini = fini);

#define RATIO(name, value, least, most)                                        \
    "{\"type\":\"ratio\",\"name\":\"" name "\",\"value\":" value               \
    ",\"least\":" least ",\"most\":" most ",\"rounds\":5}\n"

#define PEER(key, median, most, load)                                          \
    "{\"type\":\"peer\",\"task\":\"live, 2000 kpps\",\"frame\":\"60\","        \
    "\"peer\":\"weir\",\"rounds\":[{\"offered_pps\":" load                     \
    ",\"limited\":true}],\"median\":{\"" key "\":" median                      \
    "},\"least\":{\"" key "\":0},\"most\":{\"" key "\":" most "}}\n"

Test(target, at_most)
{
    static const struct weir_target_check check = {.name = "a", .bound = 0.6};
    read_lines(RATIO("a", "0.54", "0.5", "0.7"));
    struct weir_target_found f = weir_target_judge(&check, &lines);
    cr_assert_eq(f.met, WEIR_TARGET_MET);
    cr_assert_float_eq(f.margin, 0.1, 1e-9);
    cr_assert_eq(f.least, 0.5);
    cr_assert_eq(f.most, 0.7);
    cr_assert_eq(f.rounds, 5);
    cr_assert_str_eq(f.remark, "");
}

Test(target, missed_by_so_much)
{
    static const struct weir_target_check check = {
        .name = "a", .bound = 15, .at_least = true};
    read_lines(RATIO("a", "12", "11", "16"));
    struct weir_target_found f = weir_target_judge(&check, &lines);
    cr_assert_eq(f.met, WEIR_TARGET_MISSED);
    cr_assert_float_eq(f.margin, -0.2, 1e-9);
}

Test(target, the_bound_itself_is_met)
{
    static const struct weir_target_check least = {
        .name = "a", .bound = 2, .at_least = true};
    static const struct weir_target_check most = {.name = "a", .bound = 2};
    read_lines(RATIO("a", "2", "2", "2"));
    cr_assert_eq(weir_target_judge(&least, &lines).met, WEIR_TARGET_MET);
    cr_assert_eq(weir_target_judge(&most, &lines).met, WEIR_TARGET_MET);
}

Test(target, a_time_is_one_over_a_rate)
{
    static const struct weir_target_check check = {
        .of = WEIR_TARGET_TIME, .name = "a", .bound = 1.6};
    read_lines(RATIO("a", "0.5", "0.4", "0.8"));
    struct weir_target_found f = weir_target_judge(&check, &lines);
    cr_assert_eq(f.met, WEIR_TARGET_MISSED);
    cr_assert_float_eq(f.value, 2, 1e-9);
    cr_assert_float_eq(f.least, 1.25, 1e-9);
    cr_assert_float_eq(f.most, 2.5, 1e-9);
    cr_assert_float_eq(f.margin, -0.25, 1e-9);
}

Test(target, no_figure_is_neither_met_nor_missed)
{
    static const struct weir_target_check none = {.name = "b", .bound = 1};
    static const struct weir_target_check empty = {.name = "a", .bound = 1};
    read_lines(RATIO("a", "null", "null", "null"));
    struct weir_target_found f = weir_target_judge(&none, &lines);
    cr_assert_eq(f.met, WEIR_TARGET_NONE);
    cr_assert(isnan(f.value));
    cr_assert(isnan(f.margin));
    cr_assert_eq(weir_target_judge(&empty, &lines).met, WEIR_TARGET_NONE);
}

Test(target, what_is_only_shown_has_no_verdict)
{
    static const struct weir_target_check check = {.name = "a", .shown = true};
    read_lines(RATIO("a", "3", "3", "3"));
    struct weir_target_found f = weir_target_judge(&check, &lines);
    cr_assert_eq(f.met, WEIR_TARGET_NONE);
    cr_assert_eq(f.value, 3);
}

Test(target, a_name_with_a_load_in_it_and_the_last_one_counts)
{
    static const struct weir_target_check check = {
        .name = "live, * kpps, to *, 1514 bytes: weir over tcpdump, CPU",
        .bound = 1};
    read_lines(
        RATIO("live, 300 kpps, 1514 bytes: weir over tcpdump, CPU", "9", "9",
              "9") RATIO("live, 300 kpps, to ext4, 1514 bytes: weir over "
                         "tcpdump, CPU",
                         "4", "4", "4")
            RATIO("live, 512 kpps, to xfs, 1514 bytes: weir over tcpdump, CPU",
                  "0.5", "0.5", "0.5"));
    cr_assert_eq(weir_target_judge(&check, &lines).value, 0.5);
}

Test(target, of_losses_the_worst_counts)
{
    static const struct weir_target_check check = {.of = WEIR_TARGET_LOSS,
                                                   .name = "live, 2000 kpps",
                                                   .peer = "weir",
                                                   .frame = "60",
                                                   .key = "loss_fraction"};
    read_lines(PEER("loss_fraction", "0", "0.001", "2e6"));
    struct weir_target_found f = weir_target_judge(&check, &lines);
    cr_assert_eq(f.met, WEIR_TARGET_MISSED);
    cr_assert_eq(f.value, 0);
    cr_assert(isnan(f.margin));
}

Test(target, a_load_that_was_not_reached_is_said)
{
    static const struct weir_target_check check = {.of = WEIR_TARGET_PEER,
                                                   .name = "live, 2000 kpps",
                                                   .peer = "weir",
                                                   .frame = "60",
                                                   .key = "capture_fraction",
                                                   .bound = 0.05};
    read_lines(PEER("capture_fraction", "0.04", "0.06", "1.5e6"));
    struct weir_target_found f = weir_target_judge(&check, &lines);
    cr_assert_eq(f.met, WEIR_TARGET_MET);
    cr_assert_str_eq(f.remark, "at 1.50 Mpps: the generator gave no more");
}

Test(target, a_disk_that_may_take_more)
{
    static const struct weir_target_check check = {
        .name = "disk, 1514 bytes: x", .bound = 0.95, .at_least = true};
    read_lines("{\"type\":\"disk\",\"generator_limited\":true}\n" RATIO(
        "disk, 1514 bytes: x", "0.5", "0.5", "0.5"));
    struct weir_target_found f = weir_target_judge(&check, &lines);
    cr_assert_str_eq(f.remark, "at least: the generator gave no more");
}

Test(target, the_table_is_whole)
{
    int last = 0;
    for (size_t i = 0; i < weir_target_checks_count; i++) {
        const struct weir_target_check *c = &weir_target_checks[i];
        cr_assert(c->target == last || c->target == last + 1, "%zu", i);
        last = c->target;
        cr_assert_not_null(c->text);
        cr_assert_not_null(c->against);
        cr_assert_not_null(c->name);
        cr_assert_eq(c->peer != NULL,
                     c->of == WEIR_TARGET_PEER || c->of == WEIR_TARGET_LOSS);
        cr_assert_eq(c->peer != NULL, c->key != NULL);
        cr_assert_eq(c->peer != NULL, c->frame != NULL);
        /* By number, name and against its lines are told apart. */
        for (size_t k = 0; k < i; k++)
            cr_assert(weir_target_checks[k].target != c->target ||
                      strcmp(weir_target_checks[k].text, c->text) != 0 ||
                      strcmp(weir_target_checks[k].against, c->against) != 0);
    }
    cr_assert_eq(last, WEIR_TARGETS);
}
