#include "bench/stages/waited.h"

#include <criterion/criterion.h>

Test(waited, is_the_share_of_waiting)
{
    const struct weir_waited before = {.busy_ns = 100, .waiting_ns = 50};
    const struct weir_waited after = {.busy_ns = 400, .waiting_ns = 150};
    cr_assert_float_eq(weir_waited_fraction(&before, &after), 0.25, 1e-9);
    cr_assert_eq(weir_waited_fraction(&after, &after), 0);
}

Test(waited, only_grows)
{
    struct weir_waited before = weir_waited_read();
    struct weir_waited after = weir_waited_read();
    cr_assert_geq(after.busy_ns, before.busy_ns);
    cr_assert_geq(after.waiting_ns, before.waiting_ns);
    cr_assert_geq(before.busy_ns, 0);
}
