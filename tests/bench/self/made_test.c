#include "bench/self/made.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

static char folder[64];

static void enter(void)
{
    strcpy(folder, "/tmp/weir-made-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void leave(void)
{
    (void)unlink("a");
    (void)unlink("b");
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(rmdir(folder), 0);
}

TestSuite(made, .init = enter, .fini = leave);

static void put(const char *path, const char *text, size_t times)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    for (size_t i = 0; i < times; i++)
        cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
}

Test(made, a_report_must_balance_and_have_all_frames)
{
    struct weir_err err = {{0}};
    put("a", "{\"ledger\":{\"written\":12,\"balanced\":true}}", 1);
    cr_assert_eq(weir_made_report("a", 12, &err), 0);
    cr_assert_eq(weir_made_report("a", 13, &err), -EBADMSG);
    cr_assert_not_null(strstr(err.text, "12 frames of 13"));
    put("a", "{\"ledger\":{\"written\":12,\"balanced\":false}}", 1);
    cr_assert_eq(weir_made_report("a", 12, &err), -EBADMSG);
    cr_assert_not_null(strstr(err.text, "ledger"));
}

Test(made, a_report_that_is_none_is_wrong)
{
    static const char words[] =
        "{\"ledger\":{\"written\":\"12\",\"balanced\":true}}";
    const char *const bad[] = {"", "{", "[]", "{}", "{\"ledger\":7}", words};
    struct weir_err err;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        put("a", bad[i], 1);
        cr_assert_eq(weir_made_report("a", 12, &err), -EBADMSG, "%s", bad[i]);
    }
    cr_assert_eq(weir_made_report("nothing", 12, &err), -EBADMSG);
    cr_assert_not_null(strstr(err.text, "nothing"));
}

Test(made, files_are_the_same_by_size_or_by_bytes)
{
    struct weir_err err = {{0}};
    /* Longer than what is compared at a time. */
    put("a", "0123456789abcdef", 40000);
    put("b", "0123456789abcdef", 40000);
    cr_assert_eq(weir_made_same("a", "b", true, &err), 0);
    FILE *file = fopen("b", "r+");
    cr_assert_not_null(file);
    cr_assert_eq(fseek(file, -1, SEEK_END), 0);
    cr_assert_eq(fputc('x', file), 'x');
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(weir_made_same("a", "b", false, &err), 0);
    cr_assert_eq(weir_made_same("a", "b", true, &err), -EBADMSG);
    put("b", "0123456789abcdef", 39999);
    cr_assert_eq(weir_made_same("a", "b", false, &err), -EBADMSG);
    cr_assert_not_null(strstr(err.text, "not the same"));
}

Test(made, a_file_that_is_not_there_is_named)
{
    struct weir_err err = {{0}};
    put("a", "x", 1);
    cr_assert_eq(weir_made_same("b", "a", true, &err), -ENOENT);
    cr_assert_eq(weir_made_same("a", "b", true, &err), -ENOENT);
    cr_assert_eq(err.text[0], 'b');
}
