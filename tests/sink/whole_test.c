/* A file that appears when it is whole, or not at all. */

#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "sink/whole.h"

static char folder[256];

static void make_folder(void)
{
    const char *base = getenv("TEST_TMPDIR");
    snprintf(folder, sizeof folder, "%s/whole.XXXXXX",
             base != NULL ? base : "/tmp");
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

TestSuite(whole, .init = make_folder);

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    cr_assert_eq(fclose(file), 0);
}

static const char *get(const char *path)
{
    static char text[64];
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    cr_assert_eq(fclose(file), 0);
    return text;
}

Test(whole, appears_at_its_end)
{
    struct weir_whole whole;
    struct stat st;
    cr_assert_eq(weir_whole_open(&whole, "x", "text", NULL), 0);
    fputs("new", whole.out);
    cr_assert_eq(access("x", F_OK), -1);
    cr_assert_eq(weir_whole_close(&whole, true, "text", NULL), 0);
    cr_assert_str_eq(get("x"), "new");
    cr_assert_eq(stat("x", &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600);
}

Test(whole, given_up_it_leaves_what_was_there)
{
    struct weir_whole whole;
    put("x", "old");
    cr_assert_eq(weir_whole_open(&whole, "x", "text", NULL), 0);
    fputs("new", whole.out);
    cr_assert_eq(weir_whole_close(&whole, false, "text", NULL), 0);
    cr_assert_str_eq(get("x"), "old");
    cr_assert_eq(unlink("x"), 0);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(rmdir(folder), 0, "something was left there");
}

/* What a link leads to is written, and the link stays. */
Test(whole, a_link_is_followed)
{
    struct weir_whole whole;
    struct stat st;
    put("x", "old and longer");
    cr_assert_eq(symlink("x", "link"), 0);
    cr_assert_eq(weir_whole_open(&whole, "link", "text", NULL), 0);
    fputs("new", whole.out);
    cr_assert_eq(weir_whole_close(&whole, true, "text", NULL), 0);
    cr_assert_str_eq(get("x"), "new");
    cr_assert_eq(lstat("link", &st), 0);
    cr_assert(S_ISLNK(st.st_mode));
}

/* As a recording's file is: neither makes what a link leads to. */
Test(whole, a_link_to_nothing_is_refused)
{
    struct weir_whole whole;
    struct weir_err err = {.text = ""};
    cr_assert_eq(symlink("x", "link"), 0);
    cr_assert_eq(weir_whole_open(&whole, "link", "text", &err), -ENOENT);
    cr_assert_str_eq(err.text, "link: is a symbolic link to nothing");
    cr_assert_eq(access("x", F_OK), -1);
}

/* The first write that fails is told, however late. */
Test(whole, a_full_device)
{
    struct weir_whole whole;
    struct weir_err err = {.text = ""};
    cr_assert_eq(weir_whole_open(&whole, "/dev/full", "text", &err), 0);
    for (int i = 0; i < 100000; i++)
        fputs("0123456789", whole.out);
    cr_assert_eq(weir_whole_close(&whole, true, "text", &err), -ENOSPC);
    cr_assert_not_null(strstr(err.text, "write text /dev/full: No space"));
}

Test(whole, no_folder)
{
    struct weir_whole whole;
    struct weir_err err = {.text = ""};
    cr_assert_eq(weir_whole_open(&whole, "no/x", "text", &err), -ENOENT);
    cr_assert_not_null(strstr(err.text, "write text no/x: No such file"));
}

static void check_fails(const char *path, int code, const char *text)
{
    struct weir_err err = {.text = ""};
    cr_expect_eq(weir_whole_check(path, "text", &err), code, "%s", path);
    cr_expect_not_null(strstr(err.text, text), "%s", err.text);
}

/* Long before it is written it can be told that it will not be. */
Test(whole, what_cannot_be_written_is_known_before)
{
    cr_assert_eq(mkdir("sub", 0700), 0);
    put("sub/file", "old");
    cr_assert_eq(symlink("no/x", "dangling"), 0);
    check_fails("no/x", -ENOENT, "write text no/x: No such file");
    check_fails("sub", -EISDIR, "write text sub: Is a directory");
    check_fails("sub/file/x", -ENOTDIR, "Not a directory");
    check_fails("dangling", -ENOENT, "dangling: is a symbolic link to nothing");
    if (geteuid() == 0)
        cr_assert_eq(seteuid(65534), 0);
    else
        cr_assert_eq(chmod("sub", 0500), 0);
    check_fails("sub/x", -EACCES, "write text sub/x: Permission denied");
}

Test(whole, what_can_be_written_is_left_alone)
{
    static const char *const paths[] = {"new",  "old", "link", "/dev/null",
                                        "fifo", "-",   "./new"};
    put("old", "old");
    cr_assert_eq(symlink("old", "link"), 0);
    cr_assert_eq(mkfifo("fifo", 0600), 0);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        cr_expect_eq(weir_whole_check(paths[i], "text", NULL), 0, "%s",
                     paths[i]);
    cr_assert_eq(access("new", F_OK), -1);
    cr_assert_str_eq(get("old"), "old");
}
