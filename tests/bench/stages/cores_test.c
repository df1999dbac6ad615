#include "bench/stages/cores.h"

#include <criterion/criterion.h>

static cpu_set_t set_of(const char *bits)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (size_t i = 0; bits[i] != '\0'; i++)
        if (bits[i] == '1')
            CPU_SET(i, &set);
    return set;
}

Test(cores, the_lowest_usable_sibling_is_the_first)
{
    cpu_set_t all = set_of("1111111111");
    cr_assert(weir_cores_is_first("0,8\n", 0, &all));
    cr_assert_not(weir_cores_is_first("0,8\n", 8, &all));
    cr_assert(weir_cores_is_first("2-3\n", 2, &all));
    cr_assert_not(weir_cores_is_first("2-3\n", 3, &all));
    cr_assert_not(weir_cores_is_first("0-3,8-9\n", 9, &all));
    cr_assert(weir_cores_is_first("5\n", 5, &all));
}

Test(cores, siblings_that_may_not_be_used_do_not_count)
{
    cpu_set_t some = set_of("0011000011");
    cr_assert(weir_cores_is_first("0,8\n", 8, &some));
    cr_assert(weir_cores_is_first("0-2\n", 2, &some));
    cr_assert_not(weir_cores_is_first("0-3\n", 3, &some));
}

Test(cores, a_list_that_says_nothing_is_a_core)
{
    cpu_set_t all = set_of("1111");
    cr_assert(weir_cores_is_first("", 3, &all));
    cr_assert(weir_cores_is_first("\n", 3, &all));
    cr_assert(weir_cores_is_first("x", 3, &all));
    cr_assert(weir_cores_is_first("3-1", 3, &all));
}

Test(cores, each_usable_cpu_is_there_once)
{
    struct weir_cores cores;
    cpu_set_t usable, seen;
    CPU_ZERO(&seen);
    cr_assert_eq(sched_getaffinity(0, sizeof usable, &usable), 0);
    weir_cores_find(&cores);
    cr_assert_eq(cores.cpus, (uint32_t)CPU_COUNT(&usable));
    cr_assert_geq(cores.cores, 1);
    cr_assert_leq(cores.cores, cores.cpus);
    for (uint32_t i = 0; i < cores.cpus; i++)
        CPU_SET(cores.order[i], &seen);
    cr_assert(CPU_EQUAL(&seen, &usable));
}
