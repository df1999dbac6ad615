/* A way of the test's own that stops to take frames, after a while or from the
 * first one on: the run ends, and what was taken is counted. */

#include "bench/gen/gen_loop.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/err.h"

struct fake {
    uint64_t taken;
    uint64_t room_for; /* then there is no slot */
    uint64_t takes;    /* then what is offered is not taken */
    uint8_t frames[WEIR_GEN_BATCH][WEIR_MIX_SIZE_MAX];
};

static uint32_t room(void *self)
{
    const struct fake *fake = self;
    uint64_t left = fake->room_for - fake->taken;
    return left < WEIR_GEN_BATCH ? (uint32_t)left : WEIR_GEN_BATCH;
}

static uint8_t *slot(void *self, uint32_t i)
{
    struct fake *fake = self;
    return fake->frames[i];
}

static int take(void *self, const uint32_t *sizes, uint32_t from,
                uint32_t count, struct weir_err *err)
{
    struct fake *fake = self;
    (void)sizes;
    (void)err;
    cr_assert_lt(from, count);
    uint64_t left = fake->takes - fake->taken;
    uint32_t n = left < count - from ? (uint32_t)left : count - from;
    fake->taken += n;
    return (int)n;
}

static void done(void *self, uint32_t taken)
{
    (void)self;
    (void)taken;
}

static void expect_end(uint64_t room_for, uint64_t takes, uint64_t sent)
{
    static struct fake fake;
    static const atomic_bool stop;
    struct weir_plan *plan = NULL;
    struct weir_gen_counts counts;
    struct weir_err err = {.text = ""};
    struct weir_plan_config frames = {.flows = 1, .seed = 1};
    cr_assert_eq(weir_mix_parse(&frames.mix, "60", 60, NULL), 0);
    cr_assert_eq(weir_plan_open(&plan, &frames, NULL), 0);
    const struct weir_gen_config config = {.device = "fake",
                                           .plan = plan,
                                           .burst = 1,
                                           .frames_max = 1000,
                                           .duration_ns = INT64_MAX,
                                           .stop = &stop};
    const struct weir_gen_path path = {
        .self = &fake, .room = room, .slot = slot, .send = take, .done = done};
    fake = (struct fake){.room_for = room_for, .takes = takes};
    cr_expect_eq(weir_gen_loop(&path, &config, &counts, &err), -ENOBUFS);
    cr_expect_eq(strncmp(err.text, "fake: takes no more frames",
                         strlen("fake: takes no more frames")),
                 0, "%s", err.text);
    cr_expect_eq(counts.sent, sent);
    cr_expect_eq(counts.bytes, 60 * sent);
    weir_plan_close(plan);
}

TestSuite(gen_loop, .timeout = 40);

Test(gen_loop, a_way_without_room_ends_it)
{
    expect_end(0, 1000, 0);
}

Test(gen_loop, a_way_that_runs_out_of_room_ends_it)
{
    expect_end(100, 1000, 100);
}

Test(gen_loop, a_way_that_takes_no_more_ends_it)
{
    expect_end(1000, 100, 100);
}
