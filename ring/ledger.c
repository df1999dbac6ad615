#include "ring/ledger.h"

#include <stddef.h>

#define NAME(id, name, text) name,
#define TEXT(id, name, text) text,

static const char *of(const char *const *table, uint32_t count, uint32_t at)
{
    return at < count ? table[at] : "";
}

const char *weir_ledger_excluded_name(uint32_t reason)
{
    static const char *const names[] = {WEIR_EXCLUDED_LIST(NAME)};
    return of(names, WEIR_EXCLUDED_COUNT, reason);
}

const char *weir_ledger_excluded_text(uint32_t reason)
{
    static const char *const texts[] = {WEIR_EXCLUDED_LIST(TEXT)};
    return of(texts, WEIR_EXCLUDED_COUNT, reason);
}

const char *weir_ledger_lost_name(uint32_t reason)
{
    static const char *const names[] = {WEIR_LOST_LIST(NAME)};
    return of(names, WEIR_LOST_COUNT, reason);
}

const char *weir_ledger_lost_text(uint32_t reason)
{
    static const char *const texts[] = {WEIR_LOST_LIST(TEXT)};
    return of(texts, WEIR_LOST_COUNT, reason);
}

const char *weir_ledger_discard_name(uint32_t reason)
{
    static const char *const names[] = {WEIR_DISCARD_LIST(NAME)};
    return of(names, WEIR_DISCARD_COUNT, reason);
}

const char *weir_ledger_discard_text(uint32_t reason)
{
    static const char *const texts[] = {WEIR_DISCARD_LIST(TEXT)};
    return of(texts, WEIR_DISCARD_COUNT, reason);
}

static uint64_t sum(const uint64_t *v, unsigned n)
{
    uint64_t s = 0;
    for (unsigned i = 0; i < n; i++)
        s += v[i];
    return s;
}

uint64_t weir_ledger_excluded(const struct weir_ledger *ledger)
{
    return ledger == NULL ? 0 : sum(ledger->excluded, WEIR_EXCLUDED_COUNT);
}

uint64_t weir_ledger_lost(const struct weir_ledger *ledger)
{
    return ledger == NULL ? 0 : sum(ledger->lost, WEIR_LOST_COUNT);
}

uint64_t weir_ledger_discards(const struct weir_ledger *ledger)
{
    return ledger == NULL ? 0 : sum(ledger->discards, WEIR_DISCARD_COUNT);
}

bool weir_ledger_holds(const struct weir_ledger *ledger)
{
    return ledger != NULL &&
           ledger->received == ledger->delivered +
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
