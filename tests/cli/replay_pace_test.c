/* Pacing, with a clock of the test's own. */

#include "cli/replay_pace.h"

#include <criterion/criterion.h>

#define SECOND INT64_C(1000000000)
#define START  (INT64_C(77) * SECOND)

static struct weir_replay_pace pace;
static int64_t now_ns;

static void start(struct weir_replay_pace_config config)
{
    if (config.speed == 0)
        config.speed = WEIR_REPLAY_SPEED;
    if (config.gap_max_ns == 0)
        config.gap_max_ns = INT64_MAX;
    now_ns = START;
    weir_replay_pace_start(&pace, &config, now_ns);
}

/* A frame, sent as soon as it may go by a clock that does nothing else, or
 * later if it is later; when it went, since the start. */
static int64_t went(int64_t time_ns, uint32_t bytes)
{
    weir_replay_pace_frame(&pace, true, time_ns, bytes);
    int64_t at_ns = weir_replay_pace_at(&pace, now_ns);
    if (at_ns > now_ns)
        now_ns = at_ns;
    cr_assert_leq(weir_replay_pace_at(&pace, now_ns), now_ns);
    (void)weir_replay_pace_sent(&pace, now_ns);
    return now_ns - START;
}

Test(replay_pace, the_files_times_are_kept_to_the_nanosecond)
{
    const int64_t times[] = {0, 1, 100, 100, 5 * SECOND, 5 * SECOND + 7};
    const int64_t bases[] = {1700000000 * SECOND, 0, -3 * SECOND, INT64_MIN};
    for (size_t b = 0; b < sizeof bases / sizeof bases[0]; b++) {
        start((struct weir_replay_pace_config){0});
        for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
            cr_assert_eq(went(bases[b] + times[i], 60), times[i]);
        cr_assert_eq(weir_replay_pace_asked(&pace), 5 * SECOND + 7);
    }
}

Test(replay_pace, a_factor_divides_the_times)
{
    static const struct {
        uint64_t speed;
        int64_t time_ns;
        int64_t went_ns;
    } cases[] = {
        {2 * WEIR_REPLAY_SPEED, SECOND, SECOND / 2},
        {WEIR_REPLAY_SPEED / 2, SECOND, 2 * SECOND},
        {1, 3, 3000000},
        {WEIR_REPLAY_SPEED * 1000000, 5 * SECOND, 5000},
        {3 * WEIR_REPLAY_SPEED, 1000 * SECOND, 1000 * SECOND / 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start((struct weir_replay_pace_config){.speed = cases[i].speed});
        (void)went(42, 60);
        cr_assert_eq(went(42 + cases[i].time_ns, 60), cases[i].went_ns);
    }
}

/* Thirds of a nanosecond do not add up. */
Test(replay_pace, a_million_gaps_through_a_factor_do_not_drift)
{
    start((struct weir_replay_pace_config){.speed = 3 * WEIR_REPLAY_SPEED});
    for (int64_t i = 0; i <= 1000000; i++)
        cr_assert_eq(went(i * 1000, 60), i * 1000 / 3);
}

Test(replay_pace, a_rate_of_frames_is_exact_over_a_second)
{
    static const uint64_t rates[] = {1, 7, 10000, 333333, 1000000, 14880952};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        uint64_t frames = 0;
        start((struct weir_replay_pace_config){.mode = WEIR_REPLAY_RATE,
                                               .rate = {.frames = rates[i]}});
        /* Sizes and times of the file do not matter. */
        while (went(0, 60 + (uint32_t)(frames % 7) * 200) < SECOND)
            frames++;
        cr_assert_eq(frames, rates[i]);
    }
}

Test(replay_pace, a_rate_of_bits_is_what_takes_the_wire)
{
    uint64_t bits = 0;
    start((struct weir_replay_pace_config){.mode = WEIR_REPLAY_RATE,
                                           .rate = {.bits = 100000000}});
    for (uint32_t i = 0;; i++) {
        uint32_t bytes = i % 3 == 0 ? 1514 : 60;
        if (went(0, bytes) >= SECOND)
            break;
        bits += UINT64_C(8) * (bytes + 24);
    }
    /* The last frame may still be on the wire. */
    cr_assert_geq(bits, 100000000);
    cr_assert_leq(bits, 100000000 + 1538 * 8);
}

Test(replay_pace, topspeed_never_waits)
{
    start((struct weir_replay_pace_config){.mode = WEIR_REPLAY_TOPSPEED});
    for (int i = 0; i < 100; i++)
        cr_assert_eq(went(i * SECOND, 60), 0);
}

Test(replay_pace, a_long_gap_is_cut_and_what_follows_moves_up)
{
    start((struct weir_replay_pace_config){.gap_max_ns = SECOND});
    cr_assert_eq(went(0, 60), 0);
    cr_assert_eq(went(SECOND, 60), SECOND);
    cr_assert_eq(went(3601 * SECOND, 60), 2 * SECOND);
    cr_assert_eq(went(3601 * SECOND + 5, 60), 2 * SECOND + 5);
    cr_assert_eq(pace.gaps_cut, 1);
    /* As it is sent: through the factor. */
    start((struct weir_replay_pace_config){.gap_max_ns = SECOND,
                                           .speed = 2 * WEIR_REPLAY_SPEED});
    (void)went(0, 60);
    cr_assert_eq(went(2 * SECOND, 60), SECOND);
    cr_assert_eq(went(12 * SECOND, 60), 2 * SECOND);
    cr_assert_eq(pace.gaps_cut, 1);
}

Test(replay_pace, loops_follow_one_another_by_the_mean_gap)
{
    start((struct weir_replay_pace_config){0});
    int64_t base_ns = 0;
    for (int pass = 0; pass < 1000; pass++) {
        if (pass > 0)
            weir_replay_pace_pass(&pace);
        cr_assert_eq(went(500, 60), base_ns);
        cr_assert_eq(went(600, 60), base_ns + 100);
        cr_assert_eq(went(800, 60), base_ns + 300);
        base_ns += 300 + 150;
    }
    /* A rate goes on as if there were none. */
    start((struct weir_replay_pace_config){.mode = WEIR_REPLAY_RATE,
                                           .rate = {.frames = 1000}});
    for (int i = 0; i < 1000; i++) {
        if (i % 3 == 2)
            weir_replay_pace_pass(&pace);
        cr_assert_eq(went(500, 60), i * SECOND / 1000);
    }
    /* One frame has no gap. */
    start((struct weir_replay_pace_config){0});
    (void)went(500, 60);
    weir_replay_pace_pass(&pace);
    cr_assert_eq(went(500, 60), 0);
}

Test(replay_pace, frames_out_of_order_wait_for_nobody)
{
    start((struct weir_replay_pace_config){0});
    cr_assert_eq(went(1000, 60), 0);
    cr_assert_eq(went(3000, 60), 2000);
    cr_assert_eq(went(2000, 60), 2000);
    cr_assert_eq(went(4000, 60), 3000);
    cr_assert_eq(pace.backwards, 1);
    /* A clock that was set back by an hour. */
    cr_assert_eq(went(4000 - 3600 * SECOND, 60), 3000);
    cr_assert_eq(went(4100 - 3600 * SECOND, 60), 3100);
}

Test(replay_pace, frames_without_a_time_wait_for_nobody)
{
    start((struct weir_replay_pace_config){0});
    weir_replay_pace_frame(&pace, false, 0, 60);
    cr_assert_eq(weir_replay_pace_at(&pace, now_ns), START);
    (void)weir_replay_pace_sent(&pace, now_ns);
    cr_assert_eq(went(1700000000 * SECOND, 60), 0);
    cr_assert_eq(went(1700000000 * SECOND + 9, 60), 9);
    weir_replay_pace_frame(&pace, false, 0, 60);
    cr_assert_eq(weir_replay_pace_at(&pace, now_ns), now_ns);
    cr_assert_eq(pace.backwards, 0);
}

Test(replay_pace, times_that_nobody_waits_for_do_not_overflow)
{
    start((struct weir_replay_pace_config){.speed = 1});
    weir_replay_pace_frame(&pace, true, INT64_MIN, 60);
    (void)weir_replay_pace_sent(&pace, now_ns);
    weir_replay_pace_frame(&pace, true, INT64_MAX, 60);
    cr_assert_gt(weir_replay_pace_at(&pace, now_ns), INT64_MAX / 5);
    (void)weir_replay_pace_sent(&pace, now_ns);
    weir_replay_pace_pass(&pace);
    weir_replay_pace_frame(&pace, true, INT64_MIN, UINT32_MAX);
    weir_replay_pace_frame(&pace, true, INT64_MAX, UINT32_MAX);
    cr_assert_gt(weir_replay_pace_at(&pace, now_ns), INT64_MAX / 5);
}

/* 100 us each, and 5 ms in which nothing could go. */
Test(replay_pace, who_was_late_catches_up_without_a_burst)
{
    const int64_t gap_ns = 100000;
    int64_t last_ns = 0;
    int64_t frame = 0;
    start((struct weir_replay_pace_config){.mode = WEIR_REPLAY_RATE,
                                           .rate = {.frames = 10000}});
    for (; frame < 10; frame++)
        last_ns = went(0, 60);
    cr_assert_eq(last_ns, 9 * gap_ns);
    now_ns += 50 * gap_ns;
    int64_t within_ns = 0;
    int close = 0;
    for (; frame < 1000; frame++) {
        int64_t at_ns = went(0, 60);
        /* One may go 50 us early, as if the one before had gone then. */
        cr_assert_geq(at_ns - last_ns, frame < 12 ? 0 : gap_ns / 4 * 3, "%d",
                      (int)frame);
        close += at_ns - last_ns < gap_ns;
        within_ns = at_ns - frame * gap_ns;
        last_ns = at_ns;
    }
    /* It had caught up before the end. */
    cr_assert_eq(within_ns, 0);
    cr_assert_leq(close, 204);
}

Test(replay_pace, what_is_due_within_a_moment_may_go_together)
{
    int64_t frames = 0;
    start((struct weir_replay_pace_config){.mode = WEIR_REPLAY_RATE,
                                           .rate = {.frames = 10000000}});
    (void)went(0, 60);
    now_ns += 2000;
    for (; frames < 100; frames++) {
        weir_replay_pace_frame(&pace, true, 0, 60);
        if (weir_replay_pace_at(&pace, now_ns) > now_ns)
            break;
        (void)weir_replay_pace_sent(&pace, now_ns);
    }
    cr_assert_eq(frames, 20);
}

Test(replay_pace, a_stall_moves_all_the_rest_back)
{
    start((struct weir_replay_pace_config){.mode = WEIR_REPLAY_RATE,
                                           .rate = {.frames = 1000}});
    (void)went(0, 60);
    now_ns += 3600 * SECOND;
    int64_t first_ns = went(0, 60);
    cr_assert_eq(went(0, 60), first_ns + SECOND / 1000);
    cr_assert_eq(went(0, 60), first_ns + 2 * SECOND / 1000);
    cr_assert_eq(pace.stalls, 1);
    cr_assert_eq(pace.stalled_ns, 3600 * SECOND - SECOND / 1000);
    cr_assert_eq(weir_replay_pace_asked(&pace), 3 * SECOND / 1000);
}
