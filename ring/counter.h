#ifndef WEIR_RING_COUNTER_H
#define WEIR_RING_COUNTER_H

/* counter: a 64-bit cell with one writer and any number of readers.
 *
 * Writers keep their sums in locals and add to the cell once per batch, so
 * a cell costs nothing per frame.  Cells that one thread writes stand
 * together in a struct that is aligned to WEIR_CACHE_PAIR, so that no two
 * writers share a line (or the pair of lines that x86 fetches at once).
 *
 * Threads   [w] the one writer, [r] any reader.
 * Order     add releases, read acquires: who reads a value sees all that
 *           the writer did before it added.  Read the cells downstream
 *           first: then what is in flight is never negative.
 * Progress  wait-free. */

#include <stdatomic.h>
#include <stdint.h>

#define WEIR_CACHE_PAIR 128

struct weir_counter {
    _Atomic uint64_t value;
};

/* weir_counter_add [w]: one writer, so no read-modify-write is needed. */
static inline void weir_counter_add(struct weir_counter *c, uint64_t n)
{
    uint64_t v = atomic_load_explicit(&c->value, memory_order_relaxed);
    /* Pairs with the acquire in weir_counter_read. */
    atomic_store_explicit(&c->value, v + n, memory_order_release);
}

/* weir_counter_set [w]: for values that are copied, not summed. */
static inline void weir_counter_set(struct weir_counter *c, uint64_t n)
{
    /* Pairs with the acquire in weir_counter_read. */
    atomic_store_explicit(&c->value, n, memory_order_release);
}

/* weir_counter_read [r] */
static inline uint64_t weir_counter_read(const struct weir_counter *c)
{
    /* Pairs with the release in weir_counter_add and weir_counter_set. */
    return atomic_load_explicit(&c->value, memory_order_acquire);
}

#endif
