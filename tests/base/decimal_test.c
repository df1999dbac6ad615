#include "base/decimal.h"

#include <criterion/criterion.h>

Test(decimal, digits_are_passed_over_and_saturate)
{
    const char *text = "0128x";
    uint64_t n;
    cr_assert(weir_decimal_digits(&text, &n));
    cr_assert_eq(n, 128);
    cr_assert_str_eq(text, "x");
    cr_assert_not(weir_decimal_digits(&text, &n));
    cr_assert_str_eq(text, "x");
    text = "18446744073709551615";
    cr_assert(weir_decimal_digits(&text, &n));
    cr_assert_eq(n, UINT64_MAX);
    text = "184467440737095516160";
    cr_assert(weir_decimal_digits(&text, &n));
    cr_assert_eq(n, UINT64_MAX);
    cr_assert_str_eq(text, "");
}

static uint64_t times(const char *text, uint64_t unit, const char *left)
{
    struct weir_decimal decimal;
    cr_assert(weir_decimal_take(&text, &decimal), "%s", text);
    cr_assert_str_eq(text, left);
    return weir_decimal_times(&decimal, unit);
}

Test(decimal, fractions)
{
    const char *none = ".";
    struct weir_decimal decimal;
    cr_assert_eq(times("1.5s", 1000, "s"), 1500);
    cr_assert_eq(times(".25", 1000, ""), 250);
    cr_assert_eq(times("2.", 1000, ""), 2000);
    cr_assert_eq(times("0.0000019", 1000000, ""), 1, "six digits count");
    cr_assert_eq(times("99999999999999999999", 2, ""), UINT64_MAX);
    cr_assert_eq(times("18446744073709551615.5", 2, ""), UINT64_MAX);
    cr_assert_not(weir_decimal_take(&none, &decimal));
}

Test(decimal, multiples)
{
    const char *text = "kMg";
    cr_assert_eq(weir_decimal_multiple(&text), 1000);
    cr_assert_eq(weir_decimal_multiple(&text), 1000000);
    cr_assert_eq(weir_decimal_multiple(&text), 1000000000);
    cr_assert_eq(weir_decimal_multiple(&text), 1);
    cr_assert_eq(weir_decimal_multiply(0, UINT64_MAX), 0);
    cr_assert_eq(weir_decimal_multiply(3, UINT64_MAX / 2), UINT64_MAX);
}
