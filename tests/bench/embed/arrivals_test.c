#include "bench/embed/arrivals.h"

#include <criterion/criterion.h>

#include <errno.h>

Test(arrivals, gaps_are_held_against_the_pace)
{
    /* 1000 a second: exact, but one frame is 300 us late and one lost its
     * place by 2 ms. */
    int64_t stamps[200];
    struct weir_arrivals out = {0};
    for (int64_t i = 0; i < 200; i++)
        stamps[i] = INT64_C(1700000000000000000) + i * 1000000;
    stamps[50] += 300000;
    stamps[199] += 2000000;
    cr_assert_eq(weir_arrivals_gaps(&out, stamps, 200, 1000, NULL), 0);
    cr_assert_float_eq(out.p50_ns, 0, 1);
    cr_assert_float_eq(out.p99_ns, 300000, 1);
    cr_assert_float_eq(out.most_ns, 2000000, 1);
    cr_assert_float_eq(out.pps, 199e9 / 201e6, 0.01);
}

Test(arrivals, one_frame_has_no_gap)
{
    int64_t stamp = 1;
    struct weir_arrivals out;
    cr_assert_eq(weir_arrivals_gaps(&out, &stamp, 1, 1000, NULL), -EIO);
    cr_assert_eq(weir_arrivals_gaps(&out, &stamp, 0, 1000, NULL), -EIO);
}
