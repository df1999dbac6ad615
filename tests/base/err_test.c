#include "base/err.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

Test(err, set_replaces_the_text_and_returns_the_code)
{
    struct weir_err err;
    cr_assert_eq(weir_err_set(&err, -EINVAL, "a %s of %d", "link", 7), -EINVAL);
    cr_assert_str_eq(err.text, "a link of 7");
    cr_assert_eq(weir_err_set(&err, -1, "b"), -1);
    cr_assert_str_eq(err.text, "b");
}

Test(err, sys_appends_the_reason)
{
    struct weir_err err;
    cr_assert_eq(weir_err_sys(&err, -ENOENT, "open %s", "x"), -ENOENT);
    cr_assert_str_eq(err.text, "open x: No such file or directory");
    cr_assert_eq(weir_err_sys(&err, -9999, "open"), -9999);
    cr_assert_str_eq(err.text, "open: error 9999");
}

Test(err, wrap_puts_context_before)
{
    struct weir_err err;
    (void)weir_err_sys(&err, -ENOMEM, "PACKET_RX_RING");
    cr_assert_eq(weir_err_wrap(&err, -ENOMEM, "open %s", "eth0"), -ENOMEM);
    cr_assert_str_eq(err.text,
                     "open eth0: PACKET_RX_RING: Cannot allocate memory");
}

Test(err, null_is_accepted_everywhere)
{
    cr_assert_eq(weir_err_set(NULL, -1, "x"), -1);
    cr_assert_eq(weir_err_sys(NULL, -2, "x"), -2);
    cr_assert_eq(weir_err_wrap(NULL, -3, "x"), -3);
}

/* What comes in as NULL came so from somebody's table of texts. */
Test(err, a_format_that_is_null_crashes_nobody)
{
    struct weir_err err;
    const char *const volatile none = NULL;
    cr_assert_eq(weir_err_set(&err, -EIO, none, 0), -EIO);
    cr_assert_str_eq(err.text, "(no text)");
    cr_assert_eq(weir_err_sys(&err, -ENOENT, none, 0), -ENOENT);
    cr_assert_str_eq(err.text, "(no text): No such file or directory");
    cr_assert_eq(weir_err_wrap(&err, -EPERM, none, 0), -EPERM);
    cr_assert_str_eq(err.text,
                     "(no text): (no text): No such file or directory");
    cr_assert_eq(weir_err_set(NULL, -EIO, none, 0), -EIO);
}

Test(err, control_characters_become_question_marks)
{
    struct weir_err err;
    (void)weir_err_set(&err, -1, "%s", "a\nb\x1b[2J\x7f\t");
    cr_assert_str_eq(err.text, "a?b?[2J??");
    (void)weir_err_wrap(&err, -1, "x\r");
    cr_assert_str_eq(err.text, "x?: a?b?[2J??");
    /* U+009B begins an escape sequence; U+00E9 and U+00A0 are letters. */
    (void)weir_err_set(&err, -1, "%s",
                       "\xc2\x9b"
                       "2J \xc3\xa9 \xc2\xa0 \xc2");
    cr_assert_str_eq(err.text, "??2J \xc3\xa9 \xc2\xa0 \xc2");
}

/* Every length around the end of the text, in each of the three. */
Test(err, long_texts_are_cut_and_ended)
{
    char text[2 * WEIR_ERR_TEXT_MAX];
    for (size_t n = WEIR_ERR_TEXT_MAX - 30; n < WEIR_ERR_TEXT_MAX + 30; n++) {
        struct weir_err err;
        memset(text, 'a', n);
        text[n] = '\0';
        size_t cut = n < WEIR_ERR_TEXT_MAX ? n : WEIR_ERR_TEXT_MAX - 1;
        (void)weir_err_set(&err, -1, "%s", text);
        cr_assert_eq(strlen(err.text), cut);
        (void)weir_err_wrap(&err, -1, "%s", text);
        cr_assert_eq(strlen(err.text), WEIR_ERR_TEXT_MAX - 1);
        (void)weir_err_sys(&err, -EINTR, "%s", text);
        cr_assert_leq(strlen(err.text), WEIR_ERR_TEXT_MAX - 1);
        cr_assert_eq(strncmp(err.text, text, cut), 0);
    }
}
