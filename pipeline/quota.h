#ifndef WEIR_PIPELINE_QUOTA_H
#define WEIR_PIPELINE_QUOTA_H

/* quota: how many frames may still be delivered (-c), by all outlets together.
 *
 * An outlet takes what it is about to deliver and gives back what it could
 * not, so the limit is met exactly however the frames are spread.
 *
 * Units     frames.
 * Threads   any.
 * Order     none: the number is all there is to see.
 * Progress  lock-free; once a batch. */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct weir_quota {
    bool limited; /* fixed before the first take */
    _Atomic uint64_t left;
};

/* weir_quota_open: max 0 is no limit. */
static inline void weir_quota_open(struct weir_quota *quota, uint64_t max)
{
    quota->limited = max > 0;
    atomic_init(&quota->left, max);
}

/* weir_quota_take: returns how many of the wanted may be delivered. */
static inline uint32_t weir_quota_take(struct weir_quota *quota,
                                       uint32_t wanted)
{
    if (!quota->limited)
        return wanted;
    uint64_t left = atomic_load_explicit(&quota->left, memory_order_relaxed);
    uint64_t taken;
    do
        taken = left < wanted ? left : wanted;
    while (!atomic_compare_exchange_weak_explicit(
        &quota->left, &left, left - taken, memory_order_relaxed,
        memory_order_relaxed));
    return (uint32_t)taken;
}

/* weir_quota_give: so many of those that were taken were not delivered. */
static inline void weir_quota_give(struct weir_quota *quota, uint32_t back)
{
    if (quota->limited && back > 0)
        atomic_fetch_add_explicit(&quota->left, back, memory_order_relaxed);
}

/* weir_quota_spent: nothing is left now. */
static inline bool weir_quota_spent(const struct weir_quota *quota)
{
    return quota->limited &&
           atomic_load_explicit(&quota->left, memory_order_relaxed) == 0;
}

#endif
