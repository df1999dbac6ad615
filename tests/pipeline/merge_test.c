#include "pipeline/merge.h"

#include <criterion/criterion.h>

#define HOLD  1000
#define QUIET 10
#define NOW   INT64_C(1000000000)

static struct weir_merge merge;

static struct weir_merge_lane head(int64_t at)
{
    return (struct weir_merge_lane){.has_head = true,
                                    .live = true,
                                    .head_ns = at,
                                    .hold_ns = HOLD,
                                    .quiet_ns = QUIET};
}

static struct weir_merge_lane silent(int64_t mark)
{
    return (struct weir_merge_lane){
        .live = true, .mark_ns = mark, .hold_ns = HOLD, .quiet_ns = QUIET};
}

static int pick(struct weir_merge_lane *lanes, uint32_t count, int64_t now)
{
    return weir_merge_pick(&merge, lanes, count, now);
}

Test(merge, the_head_that_begins_first_is_next)
{
    struct weir_merge_lane lanes[] = {head(30), head(10), head(20)};
    cr_assert_eq(pick(lanes, 3, NOW), 1);
    lanes[1].head_ns = 40;
    cr_assert_eq(pick(lanes, 3, NOW), 2);
    lanes[2].has_head = false;
    lanes[2].ended = true;
    cr_assert_eq(pick(lanes, 3, NOW), 0);
    cr_assert_not(merge.hurried);
}

Test(merge, without_a_head_a_batch_is_waited_for)
{
    struct weir_merge_lane lanes[] = {silent(0), silent(0)};
    cr_assert_eq(pick(lanes, 2, NOW), -1);
    cr_assert_eq(merge.until_ns, INT64_MAX);
    cr_assert_not(lanes[0].ask || lanes[1].ask);
}

Test(merge, a_mark_says_that_nothing_earlier_will_come)
{
    struct weir_merge_lane lanes[] = {head(NOW), silent(NOW)};
    cr_assert_eq(pick(lanes, 2, NOW), 0);
    cr_assert_not(merge.hurried);
    lanes[1].mark_ns = NOW - 1;
    cr_assert_eq(pick(lanes, 2, NOW), -1);
    cr_assert_eq(merge.until_ns, NOW + QUIET);
}

Test(merge, what_is_on_its_way_is_waited_for_whatever_presses)
{
    struct weir_merge_lane lanes[] = {head(NOW), silent(NOW)};
    lanes[0].pressed = true;
    lanes[1].in_flight = true;
    cr_assert_eq(pick(lanes, 2, NOW + 1000 * WEIR_MERGE_SLACK_NS), -1);
    cr_assert_eq(merge.until_ns, INT64_MAX);
    lanes[1].in_flight = false;
    lanes[1].live = false;
    cr_assert_eq(pick(lanes, 2, NOW + 1000 * WEIR_MERGE_SLACK_NS), -1);
    lanes[1].ended = true;
    cr_assert_eq(pick(lanes, 2, NOW), 0);
}

Test(merge, a_silent_lane_is_asked_once_and_then_not_waited_for)
{
    struct weir_merge_lane lanes[] = {head(NOW), silent(0), head(NOW + 5)};
    cr_assert_eq(pick(lanes, 3, NOW + QUIET - 1), -1);
    cr_assert_not(lanes[1].ask);
    cr_assert_eq(merge.until_ns, NOW + QUIET);
    cr_assert_eq(pick(lanes, 3, NOW + QUIET), -1);
    cr_assert(lanes[1].ask);
    cr_assert_not(lanes[0].ask || lanes[2].ask);
    cr_assert_eq(merge.asked_ns, NOW);
    cr_assert_eq(merge.until_ns, NOW + HOLD + WEIR_MERGE_SLACK_NS);
    cr_assert_eq(pick(lanes, 3, merge.until_ns - 1), -1);
    cr_assert_not(lanes[1].ask);
    cr_assert_eq(pick(lanes, 3, merge.until_ns), 0);
    cr_assert(merge.hurried);
    /* The next wait is a new one. */
    lanes[0].head_ns = NOW + 10 * WEIR_MERGE_SLACK_NS;
    lanes[2] = silent(0);
    cr_assert_eq(pick(lanes, 3, NOW + 10 * WEIR_MERGE_SLACK_NS), -1);
    cr_assert_not(merge.hurried);
    cr_assert_not(lanes[1].ask);
}

/* Who goes on with other things sleeps by it. */
Test(merge, nothing_is_waited_for_any_more_when_a_lane_was_picked)
{
    struct weir_merge_lane lanes[] = {head(NOW), silent(NOW - 1)};
    cr_assert_eq(pick(lanes, 2, NOW), -1);
    cr_assert_neq(merge.until_ns, INT64_MAX);
    cr_assert_eq(pick(lanes, 2, NOW + HOLD + WEIR_MERGE_SLACK_NS), 0);
    cr_assert(merge.hurried);
    cr_assert_eq(merge.until_ns, INT64_MAX);
}

Test(merge, a_pressed_lane_is_not_made_to_wait_for_a_silent_one)
{
    struct weir_merge_lane lanes[] = {head(NOW), silent(0), head(NOW - 1)};
    lanes[0].pressed = true;
    cr_assert_eq(pick(lanes, 3, NOW), 2);
    cr_assert(merge.hurried);
}

Test(merge, nothing_to_write_needs_no_order)
{
    struct weir_merge_lane lanes[] = {silent(0), head(WEIR_MERGE_AT_ONCE)};
    lanes[0].in_flight = true;
    cr_assert_eq(pick(lanes, 2, NOW), 1);
    cr_assert_not(merge.hurried);
}

Test(merge, stamps_of_a_clock_that_is_ahead_are_not_waited_for_longer)
{
    struct weir_merge_lane lanes[] = {head(INT64_MAX), silent(NOW)};
    cr_assert_eq(pick(lanes, 2, NOW), -1);
    cr_assert_eq(merge.until_ns, NOW + QUIET);
    cr_assert_eq(pick(lanes, 2, NOW + QUIET), -1);
    cr_assert_eq(pick(lanes, 2, NOW + HOLD + WEIR_MERGE_SLACK_NS), 0);
}

Test(merge, stamps_of_a_clock_that_is_behind_give_time_to_answer)
{
    struct weir_merge_lane lanes[] = {head(1), silent(0)};
    cr_assert_eq(pick(lanes, 2, NOW), -1);
    cr_assert(lanes[1].ask);
    cr_assert_eq(merge.until_ns, NOW + WEIR_MERGE_SLACK_NS);
}

Test(merge, a_clock_that_is_set_back_begins_the_wait_anew)
{
    struct weir_merge_lane lanes[] = {head(NOW), silent(0)};
    cr_assert_eq(pick(lanes, 2, NOW), -1);
    cr_assert_eq(pick(lanes, 2, NOW / 2), -1);
    cr_assert_eq(merge.until_ns, NOW / 2 + QUIET);
}
