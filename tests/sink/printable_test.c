#include "sink/printable.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* Each case is read from an exact-size copy, so that the sanitizer sees any
 * look behind the end. */
static void expect(char *(*clean)(char *, size_t, const char *),
                   const char *text, const char *expected)
{
    char *copy = strdup(text);
    size_t size = 3 * strlen(text) + 1;
    char *out = malloc(size);
    cr_assert_str_eq(clean(out, size, copy), expected);
    free(out);
    free(copy);
}

Test(printable, leaves_what_is_harmless)
{
    expect(weir_printable, "", "");
    expect(weir_printable, "eth0", "eth0");
    expect(weir_printable, "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x9f",
           "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x9f");
}

Test(printable, what_drives_a_terminal_becomes_a_question_mark)
{
    expect(weir_printable, "a\033[2Jb\r\n\t\x7f", "a?[2Jb????");
    expect(weir_printable,
           "a\xc2\x9b"
           "31mb",
           "a?31mb");
    expect(weir_printable,
           "a\xe2\x80\xae"
           "fdp.exe",
           "a?fdp.exe");
}

Test(printable, bytes_that_are_no_utf8)
{
    expect(weir_printable,
           "\xff\xfe"
           "a\x80",
           "??a?");
    /* Overlong, surrogate, beyond the last code point. */
    expect(weir_printable, "\xc0\xaf", "??");
    expect(weir_printable, "\xed\xa0\x80", "???");
    expect(weir_printable, "\xf4\x90\x80\x80", "????");
}

Test(printable, characters_that_end_too_early)
{
    expect(weir_printable, "a\xc3", "a?");
    expect(weir_printable, "a\xe2\x82", "a??");
    expect(weir_printable, "a\xf0\x9f\x90", "a???");
    expect(weir_utf8, "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd");
}

Test(printable, utf8_leaves_controls_to_json)
{
    expect(weir_utf8, "a\033\x01", "a\033\x01");
    expect(weir_utf8, "a\xff", "a\xef\xbf\xbd");
}

static void expect_end(const char *text, size_t bytes, const char *expected)
{
    char *copy = strdup(text);
    char *out = malloc(bytes + 4);
    cr_assert_str_eq(weir_printable_end(out, bytes + 4, copy, bytes), expected);
    free(out);
    free(copy);
}

Test(printable, of_a_long_text_the_end)
{
    expect_end("", 3, "");
    expect_end("abc", 3, "abc");
    expect_end("abcd", 3, "...bcd");
    expect_end("a\033cd", 3, "...?cd");
    expect_end("a\xc3\xa9"
               "d",
               2, "...d");
    expect_end("a\x80\x80\x80", 2, "...");
    expect_end("abc", 0, "...");
}

Test(printable, is_cut_between_characters)
{
    char out[4];
    cr_assert_str_eq(weir_printable(out, sizeof out, "abcdef"), "abc");
    cr_assert_str_eq(weir_printable(out, sizeof out, "ab\xc3\xa9"), "ab");
    cr_assert_str_eq(weir_printable(out, 1, "abc"), "");
}
