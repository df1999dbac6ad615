#include "bench/results/whole_file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/bench/results/fixture.h"

TestSuite(whole_file, .init = fixture_open, .fini = fixture_close);

static void expect_text(const char *path, const char *text)
{
    char *read = NULL;
    cr_assert_eq(weir_whole_file_read(path, &read, NULL), 0);
    cr_assert_str_eq(read, text);
    free(read);
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    cr_assert_eq(stat(path, &st), 0);
    return st.st_mode & 0777;
}

Test(whole_file, has_the_mode_of_an_ordinary_file)
{
    const char *path = fixture_path("new");
    (void)umask(027);
    cr_assert_eq(weir_whole_file_write(path, "one\n", NULL), 0);
    expect_text(path, "one\n");
    cr_assert_eq(mode_of(path), 0640);
}

Test(whole_file, keeps_the_mode_that_was_there)
{
    const char *path = fixture_path("old");
    cr_assert_eq(weir_whole_file_write(path, "one\n", NULL), 0);
    cr_assert_eq(chmod(path, 0604), 0);
    cr_assert_eq(weir_whole_file_write(path, "two\n", NULL), 0);
    expect_text(path, "two\n");
    cr_assert_eq(mode_of(path), 0604);
}

Test(whole_file, a_link_is_followed)
{
    char target[512];
    (void)snprintf(target, sizeof target, "%s", fixture_path("target"));
    const char *path = fixture_path("link");
    cr_assert_eq(symlink(target, path), 0);
    cr_assert_eq(weir_whole_file_write(path, "there\n", NULL), -ENOENT,
                 "a link to nothing");
    cr_assert_eq(weir_whole_file_write(target, "here\n", NULL), 0);
    cr_assert_eq(weir_whole_file_write(path, "there\n", NULL), 0);
    expect_text(target, "there\n");
    struct stat st;
    cr_assert_eq(lstat(path, &st), 0);
    cr_assert(S_ISLNK(st.st_mode));
}

Test(whole_file, what_fails_says_where)
{
    struct weir_err err = {""};
    cr_assert_eq(weir_whole_file_write("/dev/full", "text", &err), -ENOSPC);
    cr_assert_str_eq(err.text, "write /dev/full: No space left on device");
    cr_assert_eq(weir_whole_file_write("/nowhere/f", "text", &err), -ENOENT);
    cr_assert_str_eq(err.text, "write /nowhere/f: No such file or directory");
}

Test(whole_file, a_zero_is_not_text)
{
    const char *path = fixture_path("zero");
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite("a\0b", 1, 3, file), 3);
    cr_assert_eq(fclose(file), 0);
    char *text = NULL;
    cr_assert_eq(weir_whole_file_read(path, &text, NULL), -EINVAL);
    cr_assert_null(text);
}
