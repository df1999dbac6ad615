#include "cli/replay_late.h"

#include <criterion/criterion.h>

static struct weir_replay_late late;

Test(replay_late, nothing_is_zero)
{
    cr_assert_eq(weir_replay_late_quantile(&late, 500), 0);
    cr_assert_eq(late.most_ns, 0);
}

Test(replay_late, quantiles_are_right_to_a_32nd)
{
    for (int64_t i = 1; i <= 100000; i++)
        weir_replay_late_add(&late, i * 10);
    int64_t median = weir_replay_late_quantile(&late, 500);
    int64_t p99 = weir_replay_late_quantile(&late, 990);
    cr_assert_geq(median, 500000);
    cr_assert_leq(median, 500000 + 500000 / 32);
    cr_assert_geq(p99, 990000);
    cr_assert_leq(p99, 1000000);
    cr_assert_eq(weir_replay_late_quantile(&late, 1000), 1000000);
    cr_assert_eq(late.most_ns, 1000000);
    cr_assert_eq(late.frames, 100000);
}

Test(replay_late, small_ones_are_exact_and_great_ones_fit)
{
    for (int64_t i = 0; i < 32; i++) {
        late = (struct weir_replay_late){0};
        weir_replay_late_add(&late, i);
        weir_replay_late_add(&late, 1000);
        cr_assert_eq(weir_replay_late_quantile(&late, 500), i);
    }
    late = (struct weir_replay_late){0};
    weir_replay_late_add(&late, -5);
    cr_assert_eq(weir_replay_late_quantile(&late, 500), 0);
    weir_replay_late_add(&late, INT64_MAX);
    cr_assert_eq(weir_replay_late_quantile(&late, 1000), INT64_MAX);
    for (int bit = 5; bit < 63; bit++) {
        late = (struct weir_replay_late){0};
        int64_t ns = INT64_C(1) << bit;
        weir_replay_late_add(&late, ns);
        weir_replay_late_add(&late, INT64_MAX);
        int64_t told = weir_replay_late_quantile(&late, 500);
        cr_assert(told >= ns && told - ns <= ns / 32, "%d", bit);
    }
}
