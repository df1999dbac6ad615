#include "bench/embed/alone.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"

#define PATIENCE_NS (30 * WEIR_NS_PER_S)

static struct weir_alone found;
static struct weir_err err;

static int run(weir_alone_fn *work, void *context, int64_t timeout_ns)
{
    return weir_alone_run(&found, work, context, timeout_ns, &err);
}

static int touches(void *context, struct weir_alone *out, struct weir_err *why)
{
    (void)why;
    *(int *)context = 7;
    out->frames = 5;
    out->sum = 6;
    return 0;
}

Test(alone, what_it_found_comes_back_and_nothing_else)
{
    int mine = 1;
    cr_assert_eq(run(touches, &mine, PATIENCE_NS), 0, "%s", err.text);
    cr_assert_eq(found.frames, 5);
    cr_assert_eq(found.sum, 6);
    cr_assert_gt(found.memory_bytes, 0);
    cr_assert_gt(found.wall_ns, 0);
    cr_assert_gt(found.cpu_ns, 0);
    cr_assert_eq(mine, 1, "its memory is its own");
}

static int says_its_times(void *context, struct weir_alone *out,
                          struct weir_err *why)
{
    (void)context;
    (void)why;
    out->cpu_ns = 3;
    out->wall_ns = 4;
    return 0;
}

Test(alone, it_may_say_its_times)
{
    cr_assert_eq(run(says_its_times, NULL, PATIENCE_NS), 0);
    cr_assert_eq(found.cpu_ns, 3);
    cr_assert_eq(found.wall_ns, 4);
}

static int fails(void *context, struct weir_alone *out, struct weir_err *why)
{
    (void)context;
    (void)out;
    return weir_err_set(why, -ENOTTY, "not today");
}

static int is_killed(void *context, struct weir_alone *out,
                     struct weir_err *why)
{
    (void)context;
    (void)out;
    (void)why;
    return raise(SIGKILL);
}

static int leaves(void *context, struct weir_alone *out, struct weir_err *why)
{
    (void)context;
    (void)out;
    (void)why;
    _exit(0);
}

static int stays(void *context, struct weir_alone *out, struct weir_err *why)
{
    (void)context;
    (void)out;
    (void)why;
    while (pause() < 0) {
    }
    return 0;
}

Test(alone, what_goes_wrong)
{
    cr_assert_eq(run(fails, NULL, PATIENCE_NS), -ENOTTY);
    cr_assert_str_eq(err.text, "not today");
    cr_assert_eq(run(is_killed, NULL, PATIENCE_NS), -EIO);
    cr_assert_str_eq(err.text, "killed by signal 9");
    cr_assert_eq(run(leaves, NULL, PATIENCE_NS), -EIO);
    cr_assert_str_eq(err.text, "it ended without a word");
    cr_assert_eq(run(stays, NULL, 20 * WEIR_NS_PER_MS), -ETIMEDOUT);
}
