#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/program.h"

static char folder[PATH_MAX];

static void make_folder(void)
{
    const char *top = getenv("TEST_TMPDIR");
    snprintf(folder, sizeof folder, "%s/program.XXXXXX",
             top != NULL ? top : "/tmp");
    cr_assert_not_null(mkdtemp(folder));
}

static const char *file(const char *name, mode_t mode)
{
    static char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "we");
    cr_assert_not_null(f);
    (void)fclose(f);
    cr_assert_eq(chmod(path, mode), 0);
    return path;
}

Test(program, is_found_by_path)
{
    char out[PATH_MAX];
    char expected[PATH_MAX];
    char path[2 * PATH_MAX];
    make_folder();
    cr_assert_not_null(realpath(file("weir-here", 0755), expected));
    snprintf(path, sizeof path, "/no/such::%s:/bin", folder);
    cr_assert_eq(setenv("PATH", path, 1), 0);
    cr_assert_eq(weir_program_find("weir-here", "x", out, NULL), 0);
    cr_expect_str_eq(out, expected);
}

Test(program, beside_the_running_one_comes_first)
{
    char out[PATH_MAX];
    char own[PATH_MAX] = "";
    cr_assert_gt(readlink("/proc/self/exe", own, sizeof own - 1), 0);
    const char *name = strrchr(own, '/') + 1;
    make_folder();
    (void)file(name, 0755);
    cr_assert_eq(setenv("PATH", folder, 1), 0);
    cr_assert_eq(weir_program_find(name, "x", out, NULL), 0);
    cr_expect_str_eq(out, own);
}

Test(program, what_cannot_be_executed_is_none)
{
    char out[PATH_MAX];
    struct weir_err err;
    make_folder();
    char path[PATH_MAX + 64];
    (void)file("weir-plain", 0644);
    snprintf(path, sizeof path, "%s/weir-folder", folder);
    cr_assert_eq(mkdir(path, 0755), 0);
    cr_assert_eq(setenv("PATH", folder, 1), 0);
    cr_expect_eq(weir_program_find("weir-plain", "x", out, &err), -ENOENT);
    cr_expect_eq(weir_program_find("weir-folder", "x", out, &err), -ENOENT);
    cr_expect(strstr(err.text, "weir-folder: not found in /") == err.text);
    cr_assert_eq(unsetenv("PATH"), 0);
    cr_expect_eq(weir_program_find("weir-none", "x", out, &err), -ENOENT);
}
