#include "sink/figure.h"

#include <criterion/criterion.h>
#include <math.h>

Test(figure, grouped_has_a_comma_every_three_digits)
{
    char out[WEIR_FIGURE_MAX];
    cr_assert_str_eq(weir_figure_grouped(out, 0), "0");
    cr_assert_str_eq(weir_figure_grouped(out, 999), "999");
    cr_assert_str_eq(weir_figure_grouped(out, 1000), "1,000");
    cr_assert_str_eq(weir_figure_grouped(out, 123456), "123,456");
    cr_assert_str_eq(weir_figure_grouped(out, UINT64_MAX),
                     "18,446,744,073,709,551,615");
}

Test(figure, scaled_has_three_digits_and_never_1000)
{
    char out[WEIR_FIGURE_MAX];
    cr_assert_str_eq(weir_figure_scaled(out, 0, "pps"), "0 pps");
    cr_assert_str_eq(weir_figure_scaled(out, 0.25, "pps"), "0.25 pps");
    cr_assert_str_eq(weir_figure_scaled(out, 999, "B"), "999 B");
    cr_assert_str_eq(weir_figure_scaled(out, 999.6, "B"), "1.00 kB");
    cr_assert_str_eq(weir_figure_scaled(out, 1000, "B"), "1.00 kB");
    cr_assert_str_eq(weir_figure_scaled(out, 9994, "B"), "9.99 kB");
    cr_assert_str_eq(weir_figure_scaled(out, 9996, "B"), "10.0 kB");
    cr_assert_str_eq(weir_figure_scaled(out, 99960, "B"), "100 kB");
    cr_assert_str_eq(weir_figure_scaled(out, 1.24e6, "pps"), "1.24 Mpps");
    cr_assert_str_eq(weir_figure_scaled(out, 1.8446744e19, "B"), "18.4 EB");
}

Test(figure, scaled_takes_what_is_no_number)
{
    char out[WEIR_FIGURE_MAX];
    cr_assert_str_eq(weir_figure_scaled(out, NAN, "B"), "-");
    cr_assert_str_eq(weir_figure_scaled(out, INFINITY, "B"), "-");
    cr_assert_str_eq(weir_figure_scaled(out, -1, "B"), "-");
    cr_assert_lt(strlen(weir_figure_scaled(out, 1e300, "12345678")),
                 WEIR_FIGURE_MAX);
}

Test(figure, percent_says_neither_none_nor_all_where_it_is_not_so)
{
    char out[WEIR_FIGURE_MAX];
    cr_assert_str_eq(weir_figure_percent(out, 0, 0), "-");
    cr_assert_str_eq(weir_figure_percent(out, 0, 7), "0.0%");
    cr_assert_str_eq(weir_figure_percent(out, 1, 1000000), "<0.1%");
    cr_assert_str_eq(weir_figure_percent(out, 1, 3), "33.3%");
    cr_assert_str_eq(weir_figure_percent(out, 999999, 1000000), ">99.9%");
    cr_assert_str_eq(weir_figure_percent(out, UINT64_MAX, UINT64_MAX),
                     "100.0%");
}

Test(figure, times_at_their_ends)
{
    char out[WEIR_FIGURE_MAX];
    cr_assert_str_eq(weir_figure_clock(out, -1), "0:00:00");
    cr_assert_str_eq(weir_figure_clock(out, INT64_C(3599999999999)), "0:59:59");
    cr_assert_str_eq(weir_figure_clock(out, INT64_MAX), "2562047:47:16");
    cr_assert_str_eq(weir_figure_seconds(out, INT64_MIN), "0.000 s");
    cr_assert_str_eq(weir_figure_seconds(out, INT64_C(1234567000000)),
                     "1,234.567 s");
    cr_assert_str_eq(weir_figure_seconds(out, INT64_MAX),
                     "9,223,372,036.854 s");
}

Test(figure, rate_is_0_where_no_time_went_by)
{
    cr_assert_eq(weir_figure_rate(5, 0), 0);
    cr_assert_eq(weir_figure_rate(5, -1), 0);
    cr_assert_float_eq(weir_figure_rate(5, INT64_C(500000000)), 10, 1e-9);
}
