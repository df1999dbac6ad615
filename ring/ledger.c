#include "ring/ledger.h"

#define ROW(id, name, text) {name, text},

const struct weir_ledger_name weir_excluded_names[WEIR_EXCLUDED_COUNT] = {
    WEIR_EXCLUDED_LIST(ROW)};
const struct weir_ledger_name weir_lost_names[WEIR_LOST_COUNT] = {
    WEIR_LOST_LIST(ROW)};
const struct weir_ledger_name weir_discard_names[WEIR_DISCARD_COUNT] = {
    WEIR_DISCARD_LIST(ROW)};

static uint64_t sum(const uint64_t *v, unsigned n)
{
    uint64_t s = 0;
    for (unsigned i = 0; i < n; i++)
        s += v[i];
    return s;
}

uint64_t weir_ledger_excluded(const struct weir_ledger *ledger)
{
    return sum(ledger->excluded, WEIR_EXCLUDED_COUNT);
}

uint64_t weir_ledger_lost(const struct weir_ledger *ledger)
{
    return sum(ledger->lost, WEIR_LOST_COUNT);
}

uint64_t weir_ledger_discards(const struct weir_ledger *ledger)
{
    return sum(ledger->discards, WEIR_DISCARD_COUNT);
}

bool weir_ledger_holds(const struct weir_ledger *ledger)
{
    return ledger->received == ledger->delivered +
                                   weir_ledger_excluded(ledger) +
                                   weir_ledger_lost(ledger) + ledger->in_flight;
}

bool weir_ledger_balanced(const struct weir_ledger *ledger)
{
    if (!weir_ledger_holds(ledger) || ledger->in_flight != 0)
        return false;
    return !ledger->has_kernel ||
           ledger->kernel_seen == ledger->received + ledger->kernel_dropped +
                                      weir_ledger_discards(ledger);
}
