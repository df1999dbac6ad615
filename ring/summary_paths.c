#include "ring/summary_paths.h"

_Static_assert((PATHS_SLOTS & (PATHS_SLOTS - 1)) == 0, "slots are masked");
_Static_assert(PATHS_SLOTS == 1 << (64 - 54), "paths_start gives a slot");

struct weir_sum *paths_find(struct paths *paths, weir_path path)
{
    uint32_t at = paths_start(path);
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
    return &slot->sum;
}
