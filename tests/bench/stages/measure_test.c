/* A stage of the test's own under measure: what is counted, and that a stage
 * which fails or does not work never has a figure. */

#include "bench/stages/measure.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "bench/stages/cycles.h"

static struct {
    int opened;
    int prepared;
    int ran;
    int checked;
    int closed;
    int open_fails;
    int run_fails; /* the so-many-th run does, 0: none */
    int check_fails;
    int64_t frames;
} fake;

static int fake_open(void **state, const struct weir_stage_setup *setup,
                     struct weir_err *err)
{
    (void)setup;
    if (fake.open_fails != 0)
        return weir_err_set(err, fake.open_fails, "cannot");
    fake.opened++;
    *state = &fake;
    return 0;
}

static int fake_prepare(void *state, struct weir_err *err)
{
    (void)err;
    cr_assert_eq(state, &fake);
    fake.prepared++;
    return 0;
}

static int64_t fake_run(void *state, struct weir_err *err)
{
    (void)state;
    cr_assert_eq(fake.prepared, fake.ran + 1);
    fake.ran++;
    if (fake.run_fails == fake.ran)
        return weir_err_set(err, -ENOSPC, "full");
    return fake.frames;
}

static int fake_check(void *state, struct weir_err *err)
{
    (void)state;
    fake.checked++;
    return fake.check_fails ? weir_err_set(err, -EBADMSG, "nothing done") : 0;
}

static void fake_close(void *state)
{
    (void)state;
    fake.closed++;
}

static const struct weir_stage stage = {
    .name = "fake",
    .open = fake_open,
    .prepare = fake_prepare,
    .run = fake_run,
    .check = fake_check,
    .close = fake_close,
};

static int measure(struct weir_measure *out, struct weir_err *err)
{
    const struct weir_cycles cycles = {.cycles_fd = -1, .instructions_fd = -1};
    const struct weir_measure_config config = {.cycles = &cycles,
                                               .time_ns = 100000};
    return weir_measure_stage(out, &stage, &config, err);
}

Test(measure, counts_what_was_timed_and_checks_it)
{
    struct weir_measure m;
    struct weir_err err;
    fake.frames = 5;
    cr_assert_eq(measure(&m, &err), 0);
    cr_assert_gt(m.samples, 0);
    cr_assert_eq(m.count, 5 * m.samples);
    /* The warm-up is not among the samples. */
    cr_assert_gt(fake.ran, (int)m.samples);
    cr_assert_eq(fake.opened, 1);
    cr_assert_eq(fake.checked, 1);
    cr_assert_eq(fake.closed, 1);
    cr_assert_geq(m.ns.least, 0);
    cr_assert_leq(m.ns.least, m.ns.p50);
    cr_assert_leq(m.ns.p50, m.ns.most);
    cr_assert_lt(m.cycles, 0);
}

Test(measure, work_that_was_not_done_is_an_error)
{
    struct weir_measure m;
    struct weir_err err = {{0}};
    fake.frames = 5;
    fake.check_fails = 1;
    cr_assert_eq(measure(&m, &err), -EBADMSG);
    cr_assert_str_eq(err.text, "stage fake: nothing done");
    cr_assert_eq(fake.closed, 1);
}

Test(measure, a_run_of_no_frames_is_an_error)
{
    struct weir_measure m;
    struct weir_err err = {{0}};
    fake.frames = 0;
    cr_assert_eq(measure(&m, &err), -EBADMSG);
    cr_assert_eq(fake.closed, 1);
}

Test(measure, a_run_that_fails_ends_it)
{
    struct weir_measure m;
    struct weir_err err = {{0}};
    fake.frames = 5;
    fake.run_fails = 3;
    cr_assert_eq(measure(&m, &err), -ENOSPC);
    cr_assert_str_eq(err.text, "stage fake: full");
    cr_assert_eq(fake.ran, 3);
    cr_assert_eq(fake.checked, 0);
    cr_assert_eq(fake.closed, 1);
}

Test(measure, an_open_that_fails_is_passed_on)
{
    struct weir_measure m;
    struct weir_err err = {{0}};
    fake.open_fails = -EOPNOTSUPP;
    cr_assert_eq(measure(&m, &err), -EOPNOTSUPP);
    cr_assert_str_eq(err.text, "stage fake: cannot");
    cr_assert_eq(fake.closed, 0);
}
