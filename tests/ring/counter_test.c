#include "ring/counter.h"

#include <criterion/criterion.h>

Test(counter, adds_and_sets)
{
    struct weir_counter counter = {0};
    cr_assert_eq(weir_counter_read(&counter), 0);
    weir_counter_add(&counter, 5);
    weir_counter_add(&counter, 0);
    weir_counter_add(&counter, UINT32_MAX);
    cr_assert_eq(weir_counter_read(&counter), UINT64_C(0x100000004));
    weir_counter_set(&counter, 7);
    cr_assert_eq(weir_counter_read(&counter), 7);
}

Test(counter, is_lock_free_and_eight_bytes)
{
    struct weir_counter counter = {0};
    cr_assert(atomic_is_lock_free(&counter.value));
    cr_assert_eq(sizeof counter, 8);
}
