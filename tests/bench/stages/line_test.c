#include "bench/stages/line.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stages/input.h"

static const struct weir_input input = {
    .frame = "60", .flows = 7, .frames = 100, .count = 10};
static const struct weir_stage floor_stage = {.name = "least"};

/* The row without its line's end; the caller frees. */
static char *row(const struct weir_stage_line *line)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert_not_null(out);
    weir_stage_line_row(out, line);
    cr_assert_eq(fclose(out), 0);
    cr_assert_eq(text[size - 1], '\n');
    text[size - 1] = '\0';
    return text;
}

static size_t column(const char *name)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert_not_null(out);
    weir_stage_line_head(out);
    cr_assert_eq(fclose(out), 0);
    const char *at = strstr(text, name);
    cr_assert_not_null(at, "%s", name);
    size_t where = (size_t)(at - text);
    free(text);
    return where;
}

Test(line, an_item_s_time_is_not_in_the_floor_s_column)
{
    const struct weir_stage stage = {.name = "link", .items = "batch"};
    const struct weir_measure m = {.ns = {.p50 = 7}};
    const struct weir_stage_line line = {
        .stage = &stage, .input = &input, .measure = &m};
    char *text = row(&line);
    const char *at = strstr(text, "7 ns a batch");
    cr_assert_not_null(at, "%s", text);
    cr_assert_eq((size_t)(at - text), column("item, or bandwidth"), "%s", text);
    cr_assert_eq(text[column("floor") + strlen("floor") - 1], '-', "%s", text);
    free(text);
}

Test(line, a_bandwidth_is_not_in_the_floor_s_column)
{
    const struct weir_stage stage = {.name = "memcpy"};
    const struct weir_measure m = {.ns = {.p50 = 10}, .bytes = 60};
    const struct weir_stage_line line = {
        .stage = &stage, .input = &input, .measure = &m};
    char *text = row(&line);
    const char *at = strstr(text, "6.00 GB/s");
    cr_assert_not_null(at, "%s", text);
    cr_assert_eq((size_t)(at - text), column("item, or bandwidth"), "%s", text);
    free(text);
}

Test(line, a_floor_has_its_columns)
{
    const struct weir_stage stage = {.name = "walk"};
    const struct weir_measure m = {.ns = {.p50 = 30}};
    const struct weir_measure least = {.ns = {.p50 = 15}};
    const struct weir_measure none = {.ns = {.p50 = 0}};
    struct weir_stage_line line = {.stage = &stage,
                                   .input = &input,
                                   .measure = &m,
                                   .floor = &floor_stage,
                                   .floor_measure = &least};
    char *text = row(&line);
    cr_assert_not_null(strstr(text, " 15.0  least          2.00"), "%s", text);
    free(text);
    line.floor_measure = &none;
    text = row(&line);
    cr_assert_eq(text[column("ratio") + strlen("ratio") - 1], '-', "%s", text);
    free(text);
}
