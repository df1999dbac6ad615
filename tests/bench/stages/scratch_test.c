#include "bench/stages/scratch.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void put_file(const char *folder)
{
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/file", folder);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs("x", file);
    cr_assert_eq(fclose(file), 0);
}

Test(scratch, is_gone_when_closed)
{
    struct weir_scratch scratch;
    cr_assert_eq(weir_scratch_open(&scratch, weir_scratch_folder(), 1, NULL),
                 0);
    cr_assert(is_there(scratch.path));
    put_file(scratch.path);
    weir_scratch_close(&scratch);
    cr_assert_not(is_there(scratch.path));
}

/* Waits for at least a minute, and mostly some milliseconds. */
static bool goes_away(const char *path)
{
    const struct timespec nap = {.tv_nsec = 5000000};
    for (int i = 0; i < 12000 && is_there(path); i++)
        nanosleep(&nap, NULL);
    return !is_there(path);
}

static void dies_of(int number)
{
    int fds[2];
    cr_assert_eq(pipe(fds), 0);
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        struct weir_scratch scratch;
        if (weir_scratch_open(&scratch, weir_scratch_folder(), 1, NULL) != 0)
            _exit(1);
        put_file(scratch.path);
        ssize_t n = write(fds[1], scratch.path, sizeof scratch.path);
        (void)n;
        for (;;)
            pause();
    }
    char path[PATH_MAX];
    size_t got = 0;
    while (got < sizeof path) {
        ssize_t n = read(fds[0], path + got, sizeof path - got);
        cr_assert_gt(n, 0);
        got += (size_t)n;
    }
    cr_assert(is_there(path));
    cr_assert_eq(kill(pid, number), 0);
    cr_assert_eq(waitpid(pid, NULL, 0), pid);
    cr_assert(goes_away(path), "%s is still there", path);
}

Test(scratch, is_gone_after_an_interrupt)
{
    dies_of(SIGINT);
}

Test(scratch, is_gone_after_a_kill)
{
    dies_of(SIGKILL);
}

Test(scratch, asks_for_room)
{
    struct weir_scratch scratch;
    struct weir_err err = {{0}};
    cr_assert_eq(weir_scratch_open(&scratch, weir_scratch_folder(),
                                   UINT64_C(1) << 60, &err),
                 -ENOSPC);
    cr_assert_not_null(strstr(err.text, "MiB free"));
}

Test(scratch, names_a_folder_that_is_not_there)
{
    struct weir_scratch scratch;
    struct weir_err err = {{0}};
    cr_assert_eq(weir_scratch_open(&scratch, "/nowhere", 1, &err), -ENOENT);
    cr_assert_not_null(strstr(err.text, "/nowhere"));
    cr_assert_eq(weir_scratch_open(&scratch, "", 1, &err), -ENOENT);
    cr_assert_str_eq(err.text, "folder '': No such file or directory");
}
