#include "bench/results/results.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

static char folder[] = "/tmp/weir_results_XXXXXX";
static char path[64];
static char content[8192];
static struct weir_err err;

static void enter(void)
{
    cr_assert_not_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/r.jsonl", folder);
}

static void leave(void)
{
    (void)unlink(path);
    (void)rmdir(folder);
}

TestSuite(results, .init = enter, .fini = leave);

static struct weir_results *open_file(void)
{
    struct weir_results *results = NULL;
    cr_assert_eq(weir_results_open(&results, path, &err), 0, "%s", err.text);
    return results;
}

static const char *close_and_read(struct weir_results *results)
{
    cr_assert_eq(weir_results_close(results, &err), 0, "%s", err.text);
    int fd = open(path, O_RDONLY);
    cr_assert_geq(fd, 0);
    ssize_t n = read(fd, content, sizeof content - 1);
    cr_assert_geq(n, 0);
    content[n] = '\0';
    (void)close(fd);
    return content;
}

static void put(const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
}

Test(results, a_line_is_compact_in_the_order_of_its_keys)
{
    struct weir_results *results = open_file();
    json_t *line = json_pack("{s:s, s:i, s:f, s:n}", "type", "x", "b", 7, "a",
                             0.1, "none");
    cr_assert_eq(weir_results_add(results, line, &err), 0);
    cr_assert_str_eq(close_and_read(results),
                     "{\"type\":\"x\",\"b\":7,\"a\":0.1,\"none\":null}\n");
}

Test(results, a_line_is_there_before_close)
{
    struct weir_results *results = open_file();
    struct stat st;
    cr_assert_eq(weir_results_note(results, &err, "%s %d", "core", 2), 0);
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_gt(st.st_size, 0);
    cr_assert_str_eq(close_and_read(results),
                     "{\"type\":\"note\",\"text\":\"core 2\"}\n");
}

Test(results, people_are_told_where_no_lines_go)
{
    cr_assert_eq(weir_results_people(NULL), stdout);
    cr_assert_eq(weir_results_people(path), stdout);
    cr_assert_eq(weir_results_people("-"), stderr);
}

Test(results, open_appends)
{
    put("{\"type\":\"old\"}\n");
    struct weir_results *results = open_file();
    cr_assert_eq(
        weir_results_skip(results, "daemonlogger", "not installed", &err), 0);
    cr_assert_str_eq(close_and_read(results),
                     "{\"type\":\"old\"}\n{\"type\":\"skip\",\"what\":"
                     "\"daemonlogger\",\"why\":\"not installed\"}\n");
}

Test(results, a_torn_line_is_ended_first)
{
    put("{\"type\":\"to");
    struct weir_results *results = open_file();
    cr_assert_eq(weir_results_note(results, &err, "new"), 0);
    cr_assert_str_eq(close_and_read(results),
                     "{\"type\":\"to\n{\"type\":\"note\",\"text\":\"new\"}\n");
}

Test(results, texts_may_hold_any_bytes)
{
    struct weir_results *results = open_file();
    cr_assert_eq(weir_results_note(results, &err, "a\xff\"\n%s", "\x1b[1m"), 0);
    cr_assert_str_eq(close_and_read(results),
                     "{\"type\":\"note\",\"text\":\"a\xef\xbf\xbd\\\"\\n"
                     "\\u001B[1m\"}\n");
    json_t *nothing = weir_results_text(NULL);
    cr_assert(json_is_null(nothing));
}

Test(results, a_line_that_could_not_be_made_is_no_memory)
{
    struct weir_results *results = open_file();
    cr_assert_eq(weir_results_add(results, NULL, &err), -ENOMEM);
    cr_assert_str_eq(err.text, "no memory for a line of results");
    cr_assert_str_eq(close_and_read(results), "");
}

Test(results, no_results_take_lines_and_forget_them)
{
    cr_assert_eq(weir_results_add(NULL, json_object(), &err), 0);
    cr_assert_eq(weir_results_note(NULL, &err, "x"), 0);
    cr_assert_eq(weir_results_close(NULL, &err), 0);
}

Test(results, open_names_the_file)
{
    struct weir_results *results = NULL;
    cr_assert_eq(weir_results_open(&results, "/nowhere/r", &err), -ENOENT);
    cr_assert_str_eq(err.text, "results /nowhere/r: No such file or directory");
    cr_assert_eq(weir_results_open(&results, "/tmp", &err), -EISDIR);
    cr_assert_null(results);
}

Test(results, a_full_device_is_an_error_with_its_name)
{
    struct weir_results *results = NULL;
    cr_assert_eq(weir_results_open(&results, "/dev/full", &err), 0);
    cr_assert_eq(weir_results_note(results, &err, "x"), -ENOSPC);
    cr_assert_str_eq(err.text, "write results /dev/full: No space left on "
                               "device");
    cr_assert_eq(weir_results_close(results, &err), 0);
}

/* A limit on the file's size cuts a write as a full disk does. */
Test(results, what_did_not_fit_is_taken_back)
{
    struct weir_results *results = open_file();
    cr_assert_eq(weir_results_note(results, &err, "first"), 0);
    struct rlimit limit = {.rlim_cur = 48, .rlim_max = RLIM_INFINITY};
    (void)signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_assert_eq(weir_results_note(results, &err, "much too long for it"),
                 -EFBIG);
    limit.rlim_cur = RLIM_INFINITY;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_assert_str_eq(close_and_read(results),
                     "{\"type\":\"note\",\"text\":\"first\"}\n");
}

static json_t *ratio(const double *over, const double *under, size_t count)
{
    struct weir_results *results = open_file();
    cr_assert_eq(weir_results_ratio(results, "a over b", over, under, count,
                                    "more", &err),
                 0);
    json_t *line = json_loads(close_and_read(results), 0, NULL);
    cr_assert_not_null(line);
    cr_assert_eq(unlink(path), 0);
    return line;
}

static double real_of(const json_t *line, const char *key)
{
    const json_t *value = json_object_get(line, key);
    return json_is_null(value) ? -1 : json_number_value(value);
}

Test(results, a_ratio_is_the_median_of_the_rounds)
{
    const double over[] = {30, 10, 80, 40};
    const double under[] = {10, 10, 10, 10};
    json_t *odd = ratio(over, under, 3);
    cr_assert_float_eq(real_of(odd, "value"), 3, 1e-9);
    cr_assert_float_eq(real_of(odd, "least"), 1, 1e-9);
    cr_assert_float_eq(real_of(odd, "most"), 8, 1e-9);
    cr_assert_float_eq(real_of(odd, "rounds"), 3, 1e-9);
    json_decref(odd);
    json_t *even = ratio(over, under, 4);
    cr_assert_float_eq(real_of(even, "value"), 3.5, 1e-9);
    json_decref(even);
    json_t *one = ratio(over, under, 1);
    cr_assert_float_eq(real_of(one, "value"), 3, 1e-9);
    json_decref(one);
}

Test(results, a_round_without_a_figure_has_no_ratio)
{
    const double over[] = {30, 10, NAN, 40, INFINITY, -1};
    const double under[] = {10, 0, 10, 20, 10, 10};
    json_t *line = ratio(over, under, 6);
    cr_assert_float_eq(real_of(line, "value"), 2.5, 1e-9);
    cr_assert_float_eq(real_of(line, "rounds"), 2, 1e-9);
    json_decref(line);
    line = ratio(over + 1, under + 1, 2);
    cr_assert_float_eq(real_of(line, "value"), -1, 1e-9);
    cr_assert_float_eq(real_of(line, "rounds"), 0, 1e-9);
    json_decref(line);
    line = ratio(over, under, 0);
    cr_assert_float_eq(real_of(line, "most"), -1, 1e-9);
    json_decref(line);
}
