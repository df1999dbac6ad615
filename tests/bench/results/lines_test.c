#include "bench/results/lines.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "tests/bench/results/fixture.h"

TestSuite(lines, .init = fixture_open, .fini = fixture_close);

Test(lines, a_broken_line_is_named_and_the_rest_goes_on)
{
    struct weir_lines lines = fixture_lines("{\"type\":\"note\"}\n"
                                            "{\"type\":\"no\n"
                                            "[1]\n"
                                            "\n"
                                            "{\"type\":7}\n"
                                            "{\"type\":\"skip\"}");
    cr_assert_eq(lines.count, 2);
    cr_assert_eq(lines.broken_count, 3);
    cr_assert_eq(lines.broken[0].number, 2);
    cr_assert_eq(lines.broken[1].number, 3);
    cr_assert_str_eq(lines.broken[1].why, "no object with a \"type\"");
    cr_assert_eq(lines.broken[2].number, 5);
    cr_assert_eq(lines.at[1].number, 6);
    weir_lines_close(&lines);
}

Test(lines, values_that_are_not_there_are_no_figures)
{
    struct weir_lines lines = fixture_lines(
        "{\"type\":\"x\",\"n\":1.5,\"t\":\"u\",\"b\":true,\"z\":null}\n");
    const json_t *o = lines.at[0].object;
    cr_assert_float_eq(weir_line_number(o, "n"), 1.5, 1e-12);
    cr_assert(isnan(weir_line_number(o, "t")));
    cr_assert(isnan(weir_line_number(o, "z")));
    cr_assert(isnan(weir_line_number(NULL, "n")));
    cr_assert_str_eq(weir_line_text(o, "t"), "u");
    cr_assert_null(weir_line_text(o, "n"));
    cr_assert_null(weir_line_text(NULL, "t"));
    cr_assert(weir_line_bool(o, "b"));
    cr_assert_not(weir_line_bool(o, "n"));
    cr_assert(weir_line_same(o, o, "n"));
    cr_assert(weir_line_same(o, o, "not there"));
    cr_assert_not(weir_line_same(o, NULL, "t"));
    weir_lines_close(&lines);
}

Test(lines, a_folder_is_the_one_that_was_asked_for)
{
    struct weir_lines lines = fixture_lines(
        "{\"type\":\"run\"}\n"
        "{\"type\":\"limit\",\"folder\":\"/a/scratch.123abc\"}\n"
        "{\"type\":\"limit\",\"folder\":\"/b\"}\n"
        "{\"type\":\"run\"}\n"
        "{\"type\":\"limit\",\"folder\":\"/a/scratch.456def\"}\n");
    size_t at = 0;
    cr_assert_eq(lines.replaced, 1);
    cr_assert_str_eq(
        weir_line_text(weir_lines_next(&lines, "limit", &at), "folder"), "/b");
    cr_assert_str_eq(
        weir_line_text(weir_lines_next(&lines, "limit", &at), "folder"), "/a");
    weir_lines_close(&lines);
}

Test(lines, a_later_command_replaces_what_it_measured_anew)
{
    struct weir_lines lines =
        fixture_lines("{\"type\":\"run\"}\n"
                      "{\"type\":\"trial\",\"frame\":\"a\"}\n"
                      "{\"type\":\"trial\",\"frame\":\"a\"}\n"
                      "{\"type\":\"limit\",\"frame\":\"a\"}\n"
                      "{\"type\":\"limit\",\"frame\":\"b\"}\n"
                      "{\"type\":\"ratio\",\"name\":\"a\"}\n"
                      "{\"type\":\"stage\",\"stage\":\"s\",\"flows\":1}\n"
                      "{\"type\":\"note\",\"text\":\"a\"}\n"
                      "{\"type\":\"run\"}\n"
                      "{\"type\":\"stage\",\"stage\":\"s\",\"flows\":2}\n"
                      "{\"type\":\"trial\",\"frame\":\"a\"}\n");
    size_t at = 0;
    size_t trials = 0;
    const json_t *limit = NULL;
    while (weir_lines_next(&lines, "trial", &at) != NULL)
        trials++;
    at = 0;
    limit = weir_lines_next(&lines, "limit", &at);
    cr_assert_eq(trials, 1);
    cr_assert_eq(lines.replaced, 3);
    cr_assert_str_eq(weir_line_text(limit, "frame"), "b");
    cr_assert_null(weir_lines_next(&lines, "limit", &at));
    cr_assert_eq(lines.count, 8);
    weir_lines_close(&lines);
}

Test(lines, a_line_without_end_is_bounded)
{
    size_t len = 2 * WEIR_LINE_BYTES_MAX;
    char *text = malloc(len + 32);
    cr_assert_not_null(text);
    memset(text, 'x', len);
    (void)snprintf(text + len, 32, "\n{\"type\":\"note\"}\n");
    struct weir_lines lines = fixture_lines(text);
    free(text);
    cr_assert_eq(lines.broken_count, 1);
    cr_assert_str_eq(lines.broken[0].why, "too long");
    cr_assert_eq(lines.count, 1);
    weir_lines_close(&lines);
}

Test(lines, depth_and_bytes_are_no_danger)
{
    char deep[5000];
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    struct weir_lines lines = fixture_lines(deep);
    cr_assert_eq(lines.count, 0);
    cr_assert_eq(lines.broken_count, 1);
    weir_lines_close(&lines);
    lines = fixture_lines("{\"type\":\"\\u0000\"}\n{\"type\":\"\xff\"}\n");
    cr_assert_eq(lines.count, 0);
    cr_assert_eq(lines.broken_count, 2);
    weir_lines_close(&lines);
}

Test(lines, the_sample_cut_anywhere_is_read)
{
    char *text = fixture_read(SAMPLE);
    size_t len = strnlen(text, 1500);
    for (size_t cut = 0; cut <= len; cut++) {
        char *part = strndup(text, cut);
        struct weir_lines lines = fixture_lines(part);
        cr_assert_leq(lines.broken_count, 1);
        weir_lines_close(&lines);
        free(part);
    }
    free(text);
}

Test(lines, open_names_the_file)
{
    struct weir_lines lines;
    struct weir_err err;
    cr_assert_eq(weir_lines_open(&lines, "/nowhere/r", &err), -ENOENT);
    cr_assert_str_eq(err.text, "results /nowhere/r: No such file or directory");
    cr_assert_eq(weir_lines_open(&lines, "/tmp", &err), -EISDIR);
    cr_assert_str_eq(err.text, "read results /tmp: Is a directory");
}
