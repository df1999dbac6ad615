#include "base/assert.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

Test(assert, what_holds_is_silent_and_evaluated_once)
{
    int n = 0;
    WEIR_ASSERT(++n == 1);
    cr_assert_eq(n, 1);
}

Test(assert, dcheck_costs_nothing_but_in_debug_builds)
{
    int n = 0;
    WEIR_DCHECK(++n == 1);
#ifdef WEIR_DEBUG
    cr_assert_eq(n, 1);
#else
    cr_assert_eq(n, 0);
#endif
}

Test(assert, a_failure_aborts, .signal = SIGABRT)
{
    WEIR_ASSERT(2 + 2 == 5);
}

Test(assert, a_failure_prints_one_line_that_names_it)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        dup2(ends[1], 2);
        weir_assert_failed("1 == 2", "here.c", 42);
    }
    close(ends[1]);
    char text[256];
    ssize_t n = read(ends[0], text, sizeof text - 1);
    cr_assert_gt(n, 0);
    text[n] = '\0';
    cr_assert_str_eq(text, "weir: here.c:42: assertion failed: 1 == 2\n");
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    close(ends[0]);
}
