#include "sink/rotation.h"

#include <criterion/criterion.h>
#include <errno.h>

#include "base/err.h"

static struct weir_rotation make(struct weir_rotation_limits limits)
{
    struct weir_rotation rotation;
    cr_assert_eq(weir_rotation_open(&rotation, &limits, NULL), 0);
    weir_rotation_begin(&rotation, 100);
    return rotation;
}

static enum weir_cut before(struct weir_rotation *rotation, int64_t time_ns)
{
    struct weir_encoded record = {.time_ns = time_ns, .no_time = time_ns == 0};
    return weir_rotation_before(rotation, &record);
}

Test(rotation, periods_count_from_the_first_time_without_drift)
{
    struct weir_rotation r =
        make((struct weir_rotation_limits){.duration_ns = 10});
    cr_assert_eq(weir_rotation_due(&r), INT64_MAX);
    cr_assert_eq(before(&r, 0), WEIR_CUT_NONE);
    cr_assert_eq(weir_rotation_due(&r), INT64_MAX, "no time moves nothing");
    cr_assert_eq(before(&r, 1003), WEIR_CUT_NONE);
    cr_assert_eq(weir_rotation_due(&r), 1013);
    cr_assert_eq(before(&r, 1012), WEIR_CUT_NONE);
    cr_assert_eq(before(&r, 5), WEIR_CUT_NONE, "back in time is no cut");
    cr_assert_eq(before(&r, 1013), WEIR_CUT_TIME);
    weir_rotation_cut(&r, WEIR_CUT_TIME, 1013);
    cr_assert_eq(r.period_ns, 1013);
    cr_assert_eq(weir_rotation_due(&r), 1023);
    /* A silence of several periods is one cut, on the grid. */
    cr_assert_eq(before(&r, 1058), WEIR_CUT_TIME);
    weir_rotation_cut(&r, WEIR_CUT_TIME, 1058);
    cr_assert_eq(r.period_ns, 1053);
    cr_assert_eq(weir_rotation_due(&r), 1063);
}

Test(rotation, intervals_are_multiples)
{
    struct weir_rotation r =
        make((struct weir_rotation_limits){.interval_ns = 10});
    cr_assert_eq(before(&r, 1003), WEIR_CUT_NONE);
    cr_assert_eq(weir_rotation_due(&r), 1010);
    cr_assert_eq(before(&r, 1035), WEIR_CUT_TIME);
    weir_rotation_cut(&r, WEIR_CUT_TIME, 1035);
    cr_assert_eq(r.period_ns, 1030);
    cr_assert_eq(weir_rotation_due(&r), 1040);
}

Test(rotation, a_cut_by_size_begins_a_period_unless_it_is_fixed)
{
    for (int fixed = 0; fixed < 2; fixed++) {
        struct weir_rotation r = make((struct weir_rotation_limits){
            .duration_ns = 10, .file_packets = 1, .duration_fixed = fixed});
        before(&r, 1000);
        weir_rotation_add(&r, 1, 1);
        cr_assert_eq(weir_rotation_after(&r), WEIR_CUT_FULL);
        weir_rotation_cut(&r, WEIR_CUT_FULL, 1000);
        weir_rotation_begin(&r, 0);
        cr_assert_eq(before(&r, 1005), WEIR_CUT_NONE);
        cr_assert_eq(weir_rotation_due(&r), fixed ? 1010 : 1015);
    }
}

Test(rotation, sizes_in_both_manners)
{
    struct weir_rotation r = make((struct weir_rotation_limits){
        .file_bytes = 150, .file_bytes_manner = WEIR_SIZE_REACHED});
    weir_rotation_add(&r, 49, 1);
    cr_assert_eq(weir_rotation_after(&r), WEIR_CUT_NONE);
    cr_assert(weir_rotation_clear(&r, 0, 1, INT64_MIN));
    cr_assert_not(weir_rotation_clear(&r, 1, 1, INT64_MIN));
    weir_rotation_add(&r, 1, 1);
    cr_assert_eq(weir_rotation_after(&r), WEIR_CUT_FULL);

    r = make((struct weir_rotation_limits){
        .file_bytes = 150, .file_bytes_manner = WEIR_SIZE_EXCEEDED});
    weir_rotation_add(&r, 50, 1);
    cr_assert_eq(weir_rotation_after(&r), WEIR_CUT_NONE);
    cr_assert_eq(before(&r, 1), WEIR_CUT_NONE, "150 is not larger than 150");
    weir_rotation_add(&r, 1, 1);
    cr_assert_eq(before(&r, 1), WEIR_CUT_FULL);

    /* A head that is too large does not keep the first record out. */
    r = make((struct weir_rotation_limits){
        .file_bytes = 1, .file_bytes_manner = WEIR_SIZE_EXCEEDED});
    cr_assert_eq(before(&r, 1), WEIR_CUT_NONE);
}

Test(rotation, the_last_time_has_no_boundary)
{
    struct weir_rotation r =
        make((struct weir_rotation_limits){.duration_ns = INT64_MAX});
    cr_assert_eq(before(&r, INT64_MAX - 1), WEIR_CUT_NONE);
    cr_assert_eq(weir_rotation_due(&r), INT64_MAX);
    cr_assert_eq(before(&r, INT64_MAX), WEIR_CUT_NONE);
}

Test(rotation, negative_limits_are_refused)
{
    struct weir_rotation r;
    struct weir_rotation_limits limits = {.interval_ns = -1};
    cr_assert_eq(weir_rotation_open(&r, &limits, NULL), -EINVAL);
    limits = (struct weir_rotation_limits){.duration_ns = -1};
    cr_assert_eq(weir_rotation_open(&r, &limits, NULL), -EINVAL);
}
