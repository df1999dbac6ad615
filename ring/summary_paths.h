#ifndef WEIR_RING_SUMMARY_PATHS_H
#define WEIR_RING_SUMMARY_PATHS_H

/* summary_paths: a summary's table of paths, for summary.c only.
 *
 * Open addressing over a power of two of slots.  A slot once taken is
 * never freed, and at most three quarters are taken, so every search ends;
 * what comes after that is in `overflow`.  Because a path keeps its slot
 * (or its place in overflow) until the table is cleared, taking out what
 * was merged is exact.
 *
 * All zero is an empty table.
 * Threads   one at a time. */

#include <stdbool.h>
#include <stdint.h>

#include "ring/summary.h"

#define PATHS_SLOTS 1024
#define PATHS_MAX   (PATHS_SLOTS / 4 * 3)

struct path_slot {
    weir_path path; /* any value is a path: taken tells */
    struct weir_sum sum;
    uint64_t taken;
};

struct paths {
    struct path_slot slots[PATHS_SLOTS];
    struct weir_sum overflow;
    uint32_t taken;
};

/* No seed: an attacker who crowds slots gains at most PATHS_MAX steps, as
 * paths are made of protocol numbers that frames can only choose among. */
static inline uint32_t paths_start(weir_path path)
{
    /* The highest bits of a product by 2^64 / golden ratio depend on every
     * bit of the path. */
    return (uint32_t)(path * UINT64_C(0x9e3779b97f4a7c15) >> 54);
}

/* paths_find: the sum of a path, made if there is room, else overflow. */
struct weir_sum *paths_find(struct paths *paths, weir_path path);

/* paths_at: paths_find, quick where the path is in the slot that it is to
 * have: nearly always, whatever the order in which paths come. */
static inline struct weir_sum *paths_at(struct paths *paths, weir_path path)
{
    struct path_slot *slot = &paths->slots[paths_start(path)];
    if (slot->path == path && slot->taken)
        return &slot->sum;
    return paths_find(paths, path);
}

#endif
