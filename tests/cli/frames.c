#include "tests/cli/frames.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "tests/cli/frame_parts.h"

const struct test_frame *test_frame_at(size_t i)
{
    static const struct test_frame *const tables[] = {
        test_frames_ip, test_frames_ip6, test_frames_link, test_frames_bad};
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (const struct test_frame *test = tables[t]; test->name != NULL;
             test++)
            if (i-- == 0)
                return test;
    return NULL;
}

size_t test_frames_count(void)
{
    size_t n = 0;
    while (test_frame_at(n) != NULL)
        n++;
    return n;
}

static uint8_t nibble(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

uint8_t *test_frame_bytes(const struct test_frame *test, uint32_t caplen)
{
    uint8_t *data = calloc(caplen > 0 ? caplen : 1, 1);
    cr_assert_not_null(data);
    size_t n = strlen(test->hex) / 2;
    for (size_t i = 0; i < n && i < caplen; i++)
        data[i] = (uint8_t)(nibble(test->hex[2 * i]) << 4 |
                            nibble(test->hex[2 * i + 1]));
    return data;
}

char *test_frame_line(const struct test_frame *test, uint32_t caplen,
                      int64_t time_ns, uint16_t flags, test_frame_print *print)
{
    uint8_t *data = test_frame_bytes(test, caplen);
    const struct weir_frame frame = {.data = data,
                                     .caplen = caplen,
                                     .len = test->len,
                                     .time_ns = time_ns,
                                     .flags = flags};
    struct weir_dissection dissection;
    weir_dissect(&dissection, data, caplen, test->len, test->linktype);
    char *line = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&line, &size);
    cr_assert_not_null(out);
    cr_assert_eq(print(out, &frame, test->linktype, &dissection), 0);
    cr_assert_eq(fclose(out), 0);
    free(data);
    return line;
}
