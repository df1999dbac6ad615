#include "bench/stages/spread.h"

#include <criterion/criterion.h>

Test(spread, of_nothing_is_nothing)
{
    struct weir_spread s = {.p50 = 7};
    weir_spread_make(&s, NULL, 0);
    cr_assert_eq(s.least, 0);
    cr_assert_eq(s.p50, 0);
    cr_assert_eq(s.most, 0);
}

Test(spread, of_one_is_that_one)
{
    double one[] = {3.5};
    struct weir_spread s;
    weir_spread_make(&s, one, 1);
    cr_assert_eq(s.least, 3.5);
    cr_assert_eq(s.p10, 3.5);
    cr_assert_eq(s.p50, 3.5);
    cr_assert_eq(s.p99, 3.5);
    cr_assert_eq(s.most, 3.5);
}

Test(spread, is_by_nearest_rank_in_any_order)
{
    double samples[1000];
    for (int i = 0; i < 1000; i++)
        samples[(i * 7) % 1000] = i + 1;
    struct weir_spread s;
    weir_spread_make(&s, samples, 1000);
    cr_assert_eq(s.least, 1);
    cr_assert_eq(s.p10, 100);
    cr_assert_eq(s.p50, 500);
    cr_assert_eq(s.p90, 900);
    cr_assert_eq(s.p99, 990);
    cr_assert_eq(s.most, 1000);
}

Test(spread, of_three_has_the_middle_one)
{
    double samples[] = {9, 1, 5};
    struct weir_spread s;
    weir_spread_make(&s, samples, 3);
    cr_assert_eq(s.p10, 1);
    cr_assert_eq(s.p50, 5);
    cr_assert_eq(s.p90, 9);
}

Test(spread, scales)
{
    double samples[] = {2, 4};
    struct weir_spread s;
    weir_spread_make(&s, samples, 2);
    s = weir_spread_scale(&s, 0.5);
    cr_assert_eq(s.least, 1);
    cr_assert_eq(s.p50, 1);
    cr_assert_eq(s.most, 2);
}
