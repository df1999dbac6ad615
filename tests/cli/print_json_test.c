#include <criterion/criterion.h>

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print_json.h"
#include "tests/cli/frames.h"

#define TIME_NS INT64_C(1700000000123456789)

static int print(FILE *out, const struct weir_frame *frame, uint16_t linktype,
                 const struct weir_dissection *dissection)
{
    return weir_print_json(out, 7, frame, linktype, dissection);
}

/* The table's text, whose quotes are single to be readable. */
static void quote(char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '\'')
            *text = '"';
}

Test(print_json, every_layer)
{
    const struct test_frame *test;
    for (size_t i = 0; (test = test_frame_at(i)) != NULL; i++) {
        char expected[1024];
        snprintf(expected, sizeof expected,
                 "{'number':7,'time':'1700000000.123456789',"
                 "'len':%u,'caplen':%u,%s\n",
                 test->len, test->caplen, test->json);
        quote(expected);
        char *line = test_frame_line(test, test->caplen, TIME_NS, 0, print);
        cr_expect_str_eq(line, expected, "%s: %s", test->name, line);
        free(line);
    }
}

static void expect_time(int64_t time_ns, uint16_t flags, const char *time)
{
    const struct test_frame *first = test_frame_at(0);
    char *line = test_frame_line(first, first->caplen, time_ns, flags, print);
    cr_expect_not_null(strstr(line, time), "%s: %s", time, line);
    free(line);
}

Test(print_json, times_of_any_age)
{
    expect_time(0, 0, ",\"time\":\"0.000000000\",");
    expect_time(1, 0, ",\"time\":\"0.000000001\",");
    expect_time(-1, 0, ",\"time\":\"-0.000000001\",");
    expect_time(INT64_C(-1500000000), 0, ",\"time\":\"-1.500000000\",");
    expect_time(INT64_MAX, 0, ",\"time\":\"9223372036.854775807\",");
    expect_time(INT64_MIN, 0, ",\"time\":\"-9223372036.854775808\",");
    expect_time(0, WEIR_FRAME_NO_TIME, ",\"time\":null,");
}

/* Whether each layer has a name, and a type, if any, as promised. */
static bool layers_are_good(json_t *layers)
{
    size_t i;
    json_t *layer;
    json_array_foreach(layers, i, layer)
    {
        json_t *type = json_object_get(layer, "type");
        if (!json_is_string(json_object_get(layer, "name")) ||
            (type != NULL && strncmp(json_string_value(type), "0x", 2) != 0))
            return false;
    }
    return json_is_array(layers);
}

/* Every line is one object. */
static void check_line(const char *line, const char *what)
{
    json_t *frame = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    cr_assert(layers_are_good(json_object_get(frame, "layers")), "%s: %s", what,
              line);
    json_decref(frame);
}

Test(print_json, every_cut_of_every_frame_parses)
{
    const struct test_frame *test;
    for (size_t i = 0; (test = test_frame_at(i)) != NULL; i++) {
        for (uint32_t n = 0; n <= test->caplen; n++) {
            char *line = test_frame_line(test, n, TIME_NS, 0, print);
            check_line(line, test->name);
            free(line);
        }
    }
}

Test(print_json, hostile_bytes_parse)
{
    unsigned seed = 20231115;
    const size_t count = test_frames_count();
    for (int round = 0; round < 10000; round++) {
        const struct test_frame *test =
            test_frame_at((size_t)rand_r(&seed) % count);
        uint8_t *data = test_frame_bytes(test, test->caplen);
        for (int k = rand_r(&seed) % 8; k >= 0 && test->caplen > 0; k--)
            data[(uint32_t)rand_r(&seed) % test->caplen] =
                (uint8_t)rand_r(&seed);
        const struct weir_frame frame = {
            .data = data, .caplen = test->caplen, .len = test->len};
        struct weir_dissection dissection;
        weir_dissect(&dissection, data, frame.caplen, frame.len,
                     test->linktype);
        char line[8192];
        FILE *out = fmemopen(line, sizeof line, "w");
        cr_assert_not_null(out);
        cr_assert_eq(
            weir_print_json(out, 1, &frame, test->linktype, &dissection), 0);
        cr_assert_eq(fclose(out), 0);
        check_line(line, "seed 20231115");
        free(data);
    }
}
