#include "bench/trial/reconcile.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/err.h"

/* A trial with a bit of everything, in which all counts agree. */
static struct weir_reconcile whole(void)
{
    return (struct weir_reconcile){
        .sent = 1000,
        .before = {.qdisc = 1, .device = 2, .backlog = 4},
        .kernel_seen = 993,
        .kernel_dropped = 90,
        .discards = 3,
        .received = 900,
        .accounted = 880,
        .excluded = 15,
        .lost = 5,
        .has_file = true,
        .file = {.frames = 880, .distinct = 880},
    };
}

static void expect_broken(const struct weir_reconcile *r, const char *why)
{
    struct weir_err err = {.text = ""};
    cr_expect_not(weir_reconcile(r, &err), "%s", why);
    cr_expect_str_eq(err.text, why);
}

Test(reconcile, counts_that_agree)
{
    struct weir_reconcile r = whole();
    struct weir_err err = {.text = ""};
    cr_expect(weir_reconcile(&r, &err), "%s", err.text);
    cr_expect_str_eq(err.text, "");
    cr_expect_eq(weir_reconcile_lost(&r), 1000 - 880 - 15);
    cr_expect(weir_reconcile(&r, NULL));
}

Test(reconcile, without_a_file_the_ledger_counts)
{
    struct weir_reconcile r = whole();
    r.has_file = false;
    r.file = (struct weir_verify_counts){.foreign = 7};
    cr_expect(weir_reconcile(&r, NULL));
    cr_expect_eq(weir_reconcile_lost(&r), 1000 - 880 - 15);
}

Test(reconcile, the_equation_that_broke_is_named_with_both_sides)
{
    struct weir_reconcile r = whole();
    r.sent = 1001;
    expect_broken(&r, "sent 1001 is not kernel_seen 993 + before 7");
    r = whole();
    r.before.backlog = 3;
    expect_broken(&r, "sent 1000 is not kernel_seen 993 + before 6");
    r = whole();
    r.discards = 0;
    expect_broken(&r, "kernel_seen 993 is not received 900 + "
                      "kernel_dropped 90 + discards 0");
    r = whole();
    r.lost = 6;
    expect_broken(&r,
                  "received 900 is not accounted 880 + excluded 15 + lost 6");
    r = whole();
    r.file.distinct = 879;
    expect_broken(&r, "accounted 880 is not distinct in the file 879");
}

Test(reconcile, a_file_with_anything_else_in_it_is_void)
{
    struct weir_reconcile r = whole();
    r.file.repeated = 1;
    expect_broken(&r, "the file has 1 frames twice");
    r = whole();
    r.file.beyond = 2;
    expect_broken(&r, "the file has 2 frames that were never sent");
    r = whole();
    r.file.foreign = 3;
    expect_broken(&r, "the file has 3 frames of others");
    r = whole();
    r.file.misplaced = 4;
    expect_broken(&r, "the file has 4 frames out of order");
    r = whole();
    r.file.torn = 1;
    expect_broken(&r, "the file has 1 records that are not whole");
}

Test(reconcile, of_a_recorder_without_a_ledger_the_file_is_judged)
{
    struct weir_err err = {.text = ""};
    struct weir_verify_counts file = {.frames = 10, .distinct = 10};
    cr_expect(weir_reconcile_distinct(10, &file, &err));
    /* Several threads may write: order is no matter. */
    file.misplaced = 5;
    cr_expect(weir_reconcile_distinct(11, &file, &err));
    cr_expect_not(weir_reconcile_distinct(9, &file, &err));
    cr_expect_str_eq(err.text, "distinct in the file 10 is more than sent 9");
    file.repeated = 1;
    cr_expect_not(weir_reconcile_distinct(11, &file, &err));
}

Test(reconcile, any_single_count_that_is_off_breaks_it)
{
    struct weir_reconcile good = whole();
    uint64_t *const counts[] = {
        &good.sent,           &good.before.qdisc, &good.before.device,
        &good.before.backlog, &good.kernel_seen,  &good.kernel_dropped,
        &good.discards,       &good.received,     &good.accounted,
        &good.excluded,       &good.lost,         &good.file.distinct};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        *counts[i] += 1;
        cr_expect_not(weir_reconcile(&good, NULL), "%zu", i);
        *counts[i] -= 2;
        cr_expect_not(weir_reconcile(&good, NULL), "%zu", i);
        *counts[i] += 1;
        cr_expect(weir_reconcile(&good, NULL), "%zu", i);
    }
}
