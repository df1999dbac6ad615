#include "pipeline/quota.h"

#include <criterion/criterion.h>

Test(quota, without_a_limit_all_is_granted)
{
    struct weir_quota quota;
    weir_quota_open(&quota, 0);
    cr_assert_eq(weir_quota_take(&quota, UINT32_MAX), UINT32_MAX);
    weir_quota_give(&quota, 5);
    cr_assert_eq(weir_quota_take(&quota, 7), 7);
    cr_assert_not(weir_quota_spent(&quota));
}

Test(quota, takers_get_the_limit_together_and_not_one_more)
{
    struct weir_quota quota;
    weir_quota_open(&quota, 10);
    cr_assert_eq(weir_quota_take(&quota, 6), 6);
    cr_assert_not(weir_quota_spent(&quota));
    cr_assert_eq(weir_quota_take(&quota, 6), 4);
    cr_assert(weir_quota_spent(&quota));
    cr_assert_eq(weir_quota_take(&quota, 1), 0);
    weir_quota_give(&quota, 2);
    cr_assert_not(weir_quota_spent(&quota));
    cr_assert_eq(weir_quota_take(&quota, 3), 2);
    cr_assert(weir_quota_spent(&quota));
}
