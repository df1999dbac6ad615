#include "pipeline/progress_sum.h"

#include <criterion/criterion.h>

static struct weir_progress one(uint64_t n)
{
    struct weir_progress p = weir_progress_none();
    p.ledger = (struct weir_ledger){
        .received = 10 * n,
        .delivered = 4 * n,
        .excluded = {n, n, 0, n},
        .lost = {n, n},
        .in_flight = n,
        .has_kernel = true,
        .kernel_seen = 15 * n,
        .kernel_dropped = 3 * n,
        .interface_dropped = n,
        .discards = {n, n},
    };
    p.delivered_bytes = 100 * n;
    p.malformed = p.truncated = p.starved = n;
    p.oversized = 5 * n;
    p.freezes = 6 * n;
    p.write_ns = (int64_t)n;
    p.late = p.hurried = n;
    p.copied_blocks = n;
    p.copied_frames = 3 * n;
    p.late_ns = 7 * (int64_t)n;
    p.time_min_ns = -(int64_t)n;
    p.time_max_ns = (int64_t)n;
    return p;
}

Test(progress, the_sum_of_what_holds_holds)
{
    struct weir_progress sum = weir_progress_none();
    struct weir_progress a = one(1), b = one(1000);
    cr_assert(weir_ledger_holds(&a.ledger));
    weir_progress_add(&sum, &a);
    weir_progress_add(&sum, &b);
    cr_assert(weir_ledger_holds(&sum.ledger));
    cr_assert_eq(sum.ledger.received, 10010);
    cr_assert_eq(sum.ledger.kernel_seen, 15015);
    cr_assert_eq(sum.ledger.interface_dropped, 1001);
    cr_assert_eq(weir_ledger_discards(&sum.ledger), 2002);
    cr_assert(sum.ledger.has_kernel);
    cr_assert_not(sum.ledger.kernel_derived);
    cr_assert_eq(sum.delivered_bytes, 100100);
    cr_assert_eq(sum.malformed, 1001);
    cr_assert_eq(sum.truncated, 1001);
    cr_assert_eq(sum.starved, 1001);
    cr_assert_eq(sum.oversized, 5005);
    cr_assert_eq(sum.freezes, 6006);
    cr_assert_eq(sum.write_ns, 1001);
    cr_assert_eq(sum.late, 1001);
    cr_assert_eq(sum.hurried, 1001);
    cr_assert_eq(sum.copied_blocks, 1001);
    cr_assert_eq(sum.copied_frames, 3003);
}

Test(progress, of_times_the_widest_and_of_lateness_the_worst)
{
    struct weir_progress sum = weir_progress_none();
    struct weir_progress a = one(5), b = one(2);
    weir_progress_add(&sum, &a);
    weir_progress_add(&sum, &b);
    cr_assert_eq(sum.time_min_ns, -5);
    cr_assert_eq(sum.time_max_ns, 5);
    cr_assert_eq(sum.late_ns, 35);
}
