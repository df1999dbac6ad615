#include "cli/replay_late.h"

#include <assert.h>

/* Up to 31 a bucket each; then 32 of each power of two. */
#define EACH 32u
static_assert(WEIR_REPLAY_LATE_BUCKETS == EACH * 60, "up to 2^64");

static uint32_t bucket_of(uint64_t ns)
{
    if (ns < EACH)
        return (uint32_t)ns;
    uint32_t shift = 58u - (uint32_t)__builtin_clzll(ns);
    return shift * EACH + (uint32_t)(ns >> shift);
}

/* The greatest of the bucket. */
static uint64_t bucket_end(uint32_t bucket)
{
    if (bucket < 2 * EACH)
        return bucket;
    uint32_t shift = bucket / EACH - 1;
    uint64_t first = (uint64_t)(bucket % EACH + EACH) << shift;
    return first + ((UINT64_C(1) << shift) - 1);
}

void weir_replay_late_add(struct weir_replay_late *late, int64_t ns)
{
    if (ns < 0)
        ns = 0;
    late->frames++;
    late->buckets[bucket_of((uint64_t)ns)]++;
    if (ns > late->most_ns)
        late->most_ns = ns;
}

int64_t weir_replay_late_quantile(const struct weir_replay_late *late,
                                  uint32_t thousandths)
{
    __extension__ typedef unsigned __int128 wide;
    wide wanted = (wide)late->frames * thousandths;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < WEIR_REPLAY_LATE_BUCKETS; i++) {
        sum += late->buckets[i];
        if (sum > 0 && (wide)sum * 1000 >= wanted) {
            uint64_t end = bucket_end(i);
            return end < (uint64_t)late->most_ns ? (int64_t)end : late->most_ns;
        }
    }
    return 0;
}
