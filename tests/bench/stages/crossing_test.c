#include <criterion/criterion.h>

#include <math.h>

#include "bench/stages/crossing.h"

Test(crossing, lies_where_the_lines_meet)
{
    /* Not in order; the mix lacks a way. */
    struct weir_crossing_point points[] = {
        {{160, 1560}, {70, 1600}},
        {{20, 100}, {40, 140}},
        {{30, 400}, {0, 0}},
        {{40, 560}, {50, 600}},
    };
    const struct weir_crossing c = weir_crossing_find(points, 4);
    /* Ten of the hundred between 600 and 1600. */
    cr_assert_float_eq(c.bytes, 700, 1e-9);
    cr_assert_float_eq(c.more, 700.0 / 660, 1e-9);
}

Test(crossing, is_nowhere_if_one_way_is_always_better)
{
    struct weir_crossing_point turned[] = {
        {{50, 100}, {40, 140}},
        {{160, 1560}, {70, 1600}},
    };
    struct weir_crossing_point copied[] = {
        {{20, 100}, {40, 140}},
        {{60, 1560}, {70, 1600}},
    };
    cr_assert(isnan(weir_crossing_find(turned, 2).bytes));
    cr_assert(isnan(weir_crossing_find(copied, 2).bytes));
    cr_assert(isnan(weir_crossing_find(copied, 1).bytes));
    cr_assert(isnan(weir_crossing_find(copied, 0).bytes));
}

/* A hiccup among small frames is none. */
Test(crossing, is_the_last_one)
{
    struct weir_crossing_point points[] = {
        {{20, 100}, {40, 140}},
        {{45, 170}, {40, 208}},
        {{30, 300}, {40, 344}},
        {{50, 1560}, {40, 1600}},
    };
    cr_assert_float_eq(weir_crossing_find(points, 4).bytes, 972, 1e-9);
}
