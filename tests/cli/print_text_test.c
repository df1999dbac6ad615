#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/print_text.h"
#include "tests/cli/frames.h"

#define TIME_NS INT64_C(1700000000123456789)

static void set_zone(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}

static void utc(void)
{
    set_zone("UTC");
}

TestSuite(print_text, .init = utc);

static int print(FILE *out, const struct weir_frame *frame, uint16_t linktype,
                 const struct weir_dissection *dissection)
{
    weir_print_text(out, frame, linktype, dissection);
    return 0;
}

Test(print_text, every_layer)
{
    const struct test_frame *test;
    for (size_t i = 0; (test = test_frame_at(i)) != NULL; i++) {
        char expected[512];
        snprintf(expected, sizeof expected, "22:13:20.123456 %s\n", test->text);
        char *line = test_frame_line(test, test->caplen, TIME_NS, 0, print);
        cr_expect_str_eq(line, expected, "%s: %s", test->name, line);
        free(line);
    }
}

static void expect_time(int64_t time_ns, uint16_t flags, const char *time)
{
    const struct test_frame *first = test_frame_at(0);
    char *line = test_frame_line(first, first->caplen, time_ns, flags, print);
    cr_expect_eq(strncmp(line, time, strlen(time)), 0, "%s: %s", time, line);
    free(line);
}

Test(print_text, times_of_any_age)
{
    expect_time(0, 0, "00:00:00.000000 IP");
    expect_time(999, 0, "00:00:00.000000 IP");
    expect_time(-1, 0, "23:59:59.999999 IP");
    expect_time(INT64_C(-1000000000), 0, "23:59:59.000000 IP");
    expect_time(INT64_MAX, 0, "23:47:16.854775 IP");
    expect_time(INT64_MIN, 0, "00:12:43.145224 IP");
    expect_time(0, WEIR_FRAME_NO_TIME, "--:--:--.------ IP");
    set_zone("XYZ-5:30");
    expect_time(TIME_NS, 0, "03:43:20.123456 IP");
}

/* Whatever is cut off: one line, of printable characters, and (under asan)
 * no byte outside the captured ones. */
Test(print_text, every_cut_of_every_frame)
{
    const struct test_frame *test;
    for (size_t i = 0; (test = test_frame_at(i)) != NULL; i++) {
        for (uint32_t n = 0; n <= test->caplen; n++) {
            char *line = test_frame_line(test, n, TIME_NS, 0, print);
            size_t last = strlen(line) - 1;
            cr_assert_eq(line[last], '\n', "%s at %u", test->name, n);
            for (size_t k = 0; k < last; k++)
                cr_assert(line[k] >= 0x20 && line[k] < 0x7f, "%s at %u: %s",
                          test->name, n, line);
            free(line);
        }
    }
}

Test(print_text, hostile_bytes)
{
    static const uint16_t linktypes[] = {0,   1,   101, 108, 113,
                                         127, 228, 229, 276};
    unsigned seed = 20231114;
    const size_t count = test_frames_count();
    for (int round = 0; round < 20000; round++) {
        const struct test_frame *test =
            test_frame_at((size_t)rand_r(&seed) % count);
        uint32_t caplen = test->caplen;
        uint8_t *data = test_frame_bytes(test, caplen);
        for (int k = rand_r(&seed) % 8; k >= 0 && caplen > 0; k--)
            data[(uint32_t)rand_r(&seed) % caplen] = (uint8_t)rand_r(&seed);
        uint16_t linktype =
            round % 4 == 0 ? linktypes[rand_r(&seed) % 9] : test->linktype;
        uint32_t len = round % 3 == 0 ? (uint32_t)rand_r(&seed) : test->len;
        const struct weir_frame frame = {
            .data = data, .caplen = caplen, .len = len};
        struct weir_dissection dissection;
        weir_dissect(&dissection, data, caplen, len, linktype);
        char line[4096];
        FILE *out = fmemopen(line, sizeof line, "w");
        cr_assert_not_null(out);
        weir_print_text(out, &frame, linktype, &dissection);
        long used = ftell(out);
        cr_assert_eq(fclose(out), 0);
        cr_assert(used > 1 && line[used - 1] == '\n',
                  "seed 20231114, "
                  "round %d",
                  round);
        cr_assert_eq(memchr(line, '\n', (size_t)used), line + used - 1);
        free(data);
    }
}
