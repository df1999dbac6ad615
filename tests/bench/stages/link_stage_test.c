#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "base/err.h"
#include "bench/stages/crew.h"
#include "bench/stages/stage.h"

/* Each would only wait for the other, and the time be that of sched_yield. */
Test(link_stage, two_threads_are_not_timed_on_one_cpu)
{
    cpu_set_t all;
    cpu_set_t one;
    size_t cpu = 0;
    cr_assert_eq(sched_getaffinity(0, sizeof all, &all), 0);
    while (!CPU_ISSET(cpu, &all))
        cpu++;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    cr_assert_eq(sched_setaffinity(0, sizeof one, &one), 0);
    cr_assert_eq(weir_crew_cpus(), 1);
    const struct weir_stage_setup setup = {.stage = &weir_stage_link_threads};
    struct weir_err err = {{0}};
    void *state = NULL;
    cr_assert_eq(weir_stage_link_threads.open(&state, &setup, &err),
                 -EOPNOTSUPP);
    cr_assert_null(state);
    cr_assert_not_null(strstr(err.text, "two CPUs"), "%s", err.text);
}
