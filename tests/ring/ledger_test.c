#include "ring/ledger.h"

#include <criterion/criterion.h>
#include <string.h>

/* A ledger in which every term has a value of its own, and both equations
 * hold. */
static struct weir_ledger full(void)
{
    struct weir_ledger ledger = {
        .delivered = 1000,
        .has_kernel = true,
        .kernel_dropped = 50,
        .interface_dropped = 999, /* no term */
    };
    ledger.received = ledger.delivered;
    for (unsigned i = 0; i < WEIR_EXCLUDED_COUNT; i++)
        ledger.received += ledger.excluded[i] = 1 + i;
    for (unsigned i = 0; i < WEIR_LOST_COUNT; i++)
        ledger.received += ledger.lost[i] = 10 + i;
    ledger.kernel_seen = ledger.received + ledger.kernel_dropped;
    for (unsigned i = 0; i < WEIR_DISCARD_COUNT; i++)
        ledger.kernel_seen += ledger.discards[i] = 100 + i;
    return ledger;
}

Test(ledger, of_nothing_is_balanced)
{
    const struct weir_ledger ledger = {0};
    cr_assert(weir_ledger_holds(&ledger));
    cr_assert(weir_ledger_balanced(&ledger));
}

Test(ledger, sums_every_term)
{
    const struct weir_ledger ledger = full();
    cr_assert(weir_ledger_holds(&ledger));
    cr_assert(weir_ledger_balanced(&ledger));
    cr_assert_eq(weir_ledger_excluded(&ledger) + weir_ledger_lost(&ledger),
                 ledger.received - ledger.delivered);
    cr_assert_eq(weir_ledger_discards(&ledger),
                 ledger.kernel_seen - ledger.received - 50);
}

/* One frame too many or too few in any term breaks an equation. */
static void check_term(const char *name, size_t offset, bool first_equation)
{
    for (int step = -1; step <= 1; step += 2) {
        struct weir_ledger ledger = full();
        uint64_t value;
        memcpy(&value, (char *)&ledger + offset, sizeof value);
        value += (uint64_t)(int64_t)step;
        memcpy((char *)&ledger + offset, &value, sizeof value);
        cr_assert_eq(weir_ledger_holds(&ledger), !first_equation, "%s", name);
        cr_assert(!weir_ledger_balanced(&ledger), "%s", name);
    }
}

Test(ledger, one_frame_amiss_in_any_term_is_noticed)
{
    const size_t term = sizeof(uint64_t);
    check_term("received", offsetof(struct weir_ledger, received), true);
    check_term("delivered", offsetof(struct weir_ledger, delivered), true);
    for (uint32_t i = 0; i < WEIR_EXCLUDED_COUNT; i++)
        check_term(weir_ledger_excluded_name(i),
                   offsetof(struct weir_ledger, excluded) + i * term, true);
    for (uint32_t i = 0; i < WEIR_LOST_COUNT; i++)
        check_term(weir_ledger_lost_name(i),
                   offsetof(struct weir_ledger, lost) + i * term, true);
    check_term("seen", offsetof(struct weir_ledger, kernel_seen), false);
    check_term("dropped", offsetof(struct weir_ledger, kernel_dropped), false);
    for (uint32_t i = 0; i < WEIR_DISCARD_COUNT; i++)
        check_term(weir_ledger_discard_name(i),
                   offsetof(struct weir_ledger, discards) + i * term, false);
}

Test(ledger, in_flight_holds_but_is_not_balanced)
{
    struct weir_ledger ledger = full();
    ledger.delivered -= 3;
    ledger.in_flight = 3;
    cr_assert(weir_ledger_holds(&ledger));
    cr_assert(!weir_ledger_balanced(&ledger));
}

Test(ledger, without_a_kernel_its_terms_do_not_matter)
{
    struct weir_ledger ledger = full();
    ledger.kernel_seen += 1;
    ledger.has_kernel = false;
    cr_assert(weir_ledger_balanced(&ledger));
}

Test(ledger, of_null_nothing_holds)
{
    cr_assert_eq(weir_ledger_excluded(NULL), 0);
    cr_assert_eq(weir_ledger_lost(NULL), 0);
    cr_assert_eq(weir_ledger_discards(NULL), 0);
    cr_assert(!weir_ledger_holds(NULL));
    cr_assert(!weir_ledger_balanced(NULL));
}

typedef const char *reason_fn(uint32_t reason);

static void check_names(reason_fn *name, reason_fn *text, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        cr_assert_gt(strlen(name(i)), 0);
        cr_assert_gt(strlen(text(i)), 0);
        cr_assert_eq(strspn(name(i), "abcdefghijklmnopqrstuvwxyz_"),
                     strlen(name(i)));
        for (uint32_t j = 0; j < i; j++)
            cr_assert_str_neq(name(i), name(j));
    }
    cr_assert_str_empty(name(n));
    cr_assert_str_empty(text(n));
    cr_assert_str_empty(name(UINT32_MAX));
}

Test(ledger, names_are_distinct_words)
{
    check_names(weir_ledger_excluded_name, weir_ledger_excluded_text,
                WEIR_EXCLUDED_COUNT);
    check_names(weir_ledger_lost_name, weir_ledger_lost_text, WEIR_LOST_COUNT);
    check_names(weir_ledger_discard_name, weir_ledger_discard_text,
                WEIR_DISCARD_COUNT);
}
