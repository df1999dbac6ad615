#include "ring/summary_paths.h"

_Static_assert((PATHS_SLOTS & (PATHS_SLOTS - 1)) == 0, "slots are masked");
_Static_assert(PATHS_SLOTS == 1 << (32 - 22), "start_of gives a slot");

/* No seed: an attacker who crowds slots gains at most PATHS_MAX steps, as
 * paths are made of protocol numbers that frames can only choose among. */
static uint32_t start_of(weir_path path)
{
    /* The highest bits of a product by 2^64 / golden ratio depend on every
     * bit of the path. */
    return (uint32_t)(path * UINT64_C(0x9e3779b97f4a7c15) >> 32) >> 22;
}

struct weir_sum *paths_find(struct paths *paths, weir_path path)
{
    uint32_t at = start_of(path);
    struct path_slot *slot = &paths->slots[at];
    while (slot->taken && slot->path != path) {
        at = (at + 1) % PATHS_SLOTS;
        slot = &paths->slots[at];
    }
    if (!slot->taken) {
        if (paths->taken == PATHS_MAX)
            return &paths->overflow;
        paths->taken++;
        slot->taken = 1;
        slot->path = path;
    }
    paths->last = at;
    return &slot->sum;
}
