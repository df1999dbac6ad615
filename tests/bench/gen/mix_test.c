#include "bench/gen/mix.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

static char path[] = "/tmp/weir_mix_XXXXXX";

/* Parses a file that holds this. */
static int parse_text(struct weir_mix *mix, const char *text,
                      struct weir_err *err)
{
    snprintf(path, sizeof path, "/tmp/weir_mix_XXXXXX");
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    (void)close(fd);
    int ret = weir_mix_parse(mix, path, 60, err);
    (void)unlink(path);
    return ret;
}

static void refused(const char *text, int line, const char *why)
{
    struct weir_mix mix = {.count = 77};
    struct weir_err err;
    char place[64];
    cr_assert_eq(parse_text(&mix, text, &err), -EINVAL, "%s", text);
    cr_assert_eq(mix.count, 77);
    snprintf(place, sizeof place, "%s:%d: ", path, line);
    cr_assert_eq(strncmp(err.text, place, strlen(place)), 0, "%s", err.text);
    cr_assert_not_null(strstr(err.text, why), "%s", err.text);
}

Test(mix, a_size_is_itself)
{
    struct weir_mix mix;
    cr_assert_eq(weir_mix_parse(&mix, "60", 60, NULL), 0);
    cr_assert_eq(mix.count, 1);
    cr_assert_eq(mix.parts[0].size, 60);
    cr_assert_eq(mix.parts[0].weight, 1);
    cr_assert_eq(weir_mix_parse(&mix, "9014", 60, NULL), 0);
    cr_assert_eq(weir_mix_parse(&mix, "80", 80, NULL), 0);
    cr_assert_eq(weir_mix_parse(&mix, "59", 0, NULL), -EINVAL);
    cr_assert_eq(weir_mix_parse(&mix, "79", 80, NULL), -EINVAL);
    cr_assert_eq(weir_mix_parse(&mix, "9015", 60, NULL), -EINVAL);
    struct weir_err err;
    cr_assert_eq(weir_mix_parse(&mix, "99999999999999999999", 60, &err),
                 -EINVAL);
    cr_assert_str_eq(err.text, "too long for a frame: at most 9014 bytes");
}

Test(mix, imix_is_seven_four_one)
{
    struct weir_mix mix;
    cr_assert_eq(weir_mix_parse(&mix, "imix", 60, NULL), 0);
    cr_assert_eq(mix.count, 3);
    cr_assert_eq(mix.parts[0].size, 60);
    cr_assert_eq(mix.parts[0].weight, 7);
    cr_assert_eq(mix.parts[1].size, 590);
    cr_assert_eq(mix.parts[1].weight, 4);
    cr_assert_eq(mix.parts[2].size, 1514);
    cr_assert_eq(mix.parts[2].weight, 1);
    cr_assert_eq(weir_mix_parse(&mix, "imix", 84, NULL), 0);
    cr_assert_eq(mix.parts[0].size, 84);
}

Test(mix, a_file_has_lines_of_size_and_weight)
{
    struct weir_mix mix;
    cr_assert_eq(parse_text(&mix,
                            "# a mix\n"
                            "60 50\n"
                            "\n"
                            "  128\t25  # some\r\n"
                            "1514 1000000000",
                            NULL),
                 0);
    cr_assert_eq(mix.count, 3);
    cr_assert_eq(mix.parts[1].size, 128);
    cr_assert_eq(mix.parts[1].weight, 25);
    cr_assert_eq(mix.parts[2].size, 1514);
    cr_assert_eq(mix.parts[2].weight, 1000000000);
}

Test(mix, a_wrong_line_is_named)
{
    refused("60 1\nsixty 1\n", 2, "not of the form SIZE WEIGHT");
    refused("60\n", 1, "not of the form");
    refused("60 1 1\n", 1, "not of the form");
    refused("60,1\n", 1, "not of the form");
    refused("60 0.5\n", 1, "not of the form");
    refused("-60 1\n", 1, "not of the form");
    refused("\n\n59 1\n", 3, "too short for its headers and the mark");
    refused("9015 1\n", 1, "at most 9014");
    refused("60 0\n", 1, "a weight is 1 to");
    refused("60 1000000001\n", 1, "a weight is 1 to");
    char many[257 * 8 + 1] = "";
    for (int i = 0; i < 257; i++)
        memcpy(many + (size_t)i * 8, "1000  1\n", 9);
    refused(many, 257, "more than 256 sizes");
}

Test(mix, a_file_without_a_line_or_no_file)
{
    struct weir_mix mix;
    struct weir_err err;
    cr_assert_eq(parse_text(&mix, "# nothing\n\n", &err), -EINVAL);
    cr_assert_not_null(strstr(err.text, "no line SIZE WEIGHT"));
    cr_assert_eq(weir_mix_parse(&mix, "/nowhere/at/all", 60, &err), -ENOENT);
    cr_assert_not_null(strstr(err.text, "neither a size, nor imix"));
    cr_assert_eq(weir_mix_parse(&mix, "/", 60, &err), -EISDIR);
    cr_assert_str_eq(err.text, "'/' is neither a size, nor imix, nor a file: "
                               "it is a folder");
    cr_assert_lt(weir_mix_parse(&mix, "", 60, &err), 0);
    cr_assert_str_eq(err.text, "'' is neither a size, nor imix, nor a file: "
                               "No such file or directory");
}
