#ifndef WEIR_RING_GUARD_H
#define WEIR_RING_GUARD_H

/* guard: tells a handle that is used by two threads at once, or by a callback
 * of its own, so that the second gets an error and harms nothing.
 *
 *     if (!weir_guard_enter(&handle->guard))
 *         return weir_err_set(err, -EBUSY, "...");
 *     ...
 *     weir_guard_leave(&handle->guard);
 *
 * It is no lock: nobody waits.
 *
 * Threads   any.
 * Order     leave releases, enter acquires: one thread may use the handle
 *           after another. */

#include <stdatomic.h>
#include <stdbool.h>

struct weir_guard {
    atomic_flag in;
};

#define WEIR_GUARD_INIT                                                        \
    {                                                                          \
        ATOMIC_FLAG_INIT                                                       \
    }

/* weir_guard_enter: false if somebody is in. */
static inline bool weir_guard_enter(struct weir_guard *guard)
{
    return !atomic_flag_test_and_set_explicit(&guard->in, memory_order_acquire);
}

static inline void weir_guard_leave(struct weir_guard *guard)
{
    /* Pairs with the acquire in weir_guard_enter. */
    atomic_flag_clear_explicit(&guard->in, memory_order_release);
}

#endif
