#include "ring/summary.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "base/assert.h"
#include "base/err.h"
#include "ring/counter.h"
#include "ring/summary_paths.h"
#include "ring/summary_talkers.h"

#define TALKERS_MIN    64
#define TALKERS_MAX    (UINT32_C(1) << 22)
#define VECTOR_MAX     256
#define HUGE_PAGE_SIZE (UINT32_C(2) << 20)

/* Buckets are fetched this many frames ahead: enough to keep every line
 * buffer of a core busy, few enough to leave the first level cache room for
 * the tallies and the frames themselves.  All else is counted while they
 * come. */
#define STRIDE 64

/* 1518 is Ethernet's longest frame with a tag, 9216 the usual end of jumbo
 * frames; the other classes double. */
const uint32_t weir_size_class_max[WEIR_SIZE_CLASSES] = {
    63, 127, 255, 511, 1023, 1518, 2047, 4095, 9216, UINT32_MAX,
};

/* By the number of significant bits: the first class that it may be. */
static const uint8_t size_class_from[33] = {
    0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 7, 8, 8, 9, 9,
    9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
};

struct weir_summary {
    struct weir_sum outcomes[WEIR_OUTCOMES_MAX];
    struct weir_sum sizes[WEIR_SIZE_CLASSES];
    struct paths paths;
    struct talkers talkers;
    size_t map_bytes; /* of this struct and the talkers' memory behind it */
    _Alignas(WEIR_CACHE_PAIR) uint8_t memory[];
};

int weir_summary_open(struct weir_summary **out,
                      const struct weir_summary_config *config,
                      struct weir_err *err)
{
    uint32_t entries = config->talkers;
    if (entries < TALKERS_MIN || entries > TALKERS_MAX ||
        (entries & (entries - 1)) != 0)
        return weir_err_set(err, -EINVAL, "a summary of %u talkers", entries);
    size_t bytes = sizeof(struct weir_summary) + talkers_bytes(entries);
    void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return weir_err_sys(err, -errno, "a summary of %u talkers", entries);
    /* Spares most misses of the address translation; where the kernel has
     * no large pages it is only slower. */
    if (bytes >= HUGE_PAGE_SIZE)
        (void)madvise(map, bytes, MADV_HUGEPAGE);
    /* Touches every page. */
    memset(map, 0, bytes);
    struct weir_summary *summary = map;
    summary->map_bytes = bytes;
    talkers_init(&summary->talkers, summary->memory, entries, config->seed);
    *out = summary;
    return 0;
}

void weir_summary_close(struct weir_summary *summary)
{
    if (summary != NULL)
        munmap(summary, summary->map_bytes);
}

static inline uint32_t size_class_of(uint32_t len)
{
    unsigned bits = 32 - (unsigned)__builtin_clz(len | 1);
    uint32_t c = size_class_from[bits];
    return c + (len > weir_size_class_max[c]);
}

static void count_faults(struct weir_summary *summary,
                         const struct weir_tally *tallies, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct weir_sum one = {1, tallies[i].len};
        if (tallies[i].outcome == 0)
            continue;
        WEIR_DCHECK(tallies[i].outcome < WEIR_OUTCOMES_MAX);
        sum_add(&summary->outcomes[tallies[i].outcome], one);
        sum_take(&summary->outcomes[0], one);
    }
}

/* Fewer additions: until the end a size's frames and bytes are one number. */
#define PACKED_SHIFT 40
_Static_assert(STRIDE *(uint64_t)UINT32_MAX >> PACKED_SHIFT == 0,
               "the bytes of a stride do not reach the frames");

/* What all tallies of a stride have in common is counted at once. */
struct common {
    bool path;
    bool len;
    bool talkers; /* there are any */
    bool faults;
};

static struct common find_common(const struct weir_tally *tallies, uint32_t n)
{
    uint64_t paths = 0;
    uint32_t lens = 0, kinds = 0, faults = 0;
    for (uint32_t i = 0; i < n; i++) {
        paths |= tallies[i].path ^ tallies[0].path;
        lens |= tallies[i].len ^ tallies[0].len;
        kinds |= tallies[i].kind;
        faults |= tallies[i].outcome;
    }
    return (struct common){
        .path = paths == 0,
        .len = lens == 0,
        .talkers = kinds != 0,
        .faults = faults != 0,
    };
}

static void count_paths(struct weir_summary *summary,
                        const struct weir_tally *tallies, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct weir_sum *path = paths_at(&summary->paths, tallies[i].path);
        path->frames++;
        path->bytes += tallies[i].len;
    }
}

/* Returns the sum of all. */
static struct weir_sum count_sizes(struct weir_summary *summary,
                                   const struct weir_tally *tallies, uint32_t n)
{
    uint64_t packed[WEIR_SIZE_CLASSES] = {0};
    struct weir_sum all = {0};
    for (uint32_t i = 0; i < n; i++)
        packed[size_class_of(tallies[i].len)] +=
            UINT64_C(1) << PACKED_SHIFT | tallies[i].len;
    for (unsigned i = 0; i < WEIR_SIZE_CLASSES; i++) {
        struct weir_sum sum = {
            .frames = packed[i] >> PACKED_SHIFT,
            .bytes = packed[i] & ((UINT64_C(1) << PACKED_SHIFT) - 1),
        };
        sum_add(&summary->sizes[i], sum);
        sum_add(&all, sum);
    }
    return all;
}

static void count(struct weir_summary *summary,
                  const struct weir_tally *tallies, uint32_t n,
                  struct common common)
{
    struct weir_sum all = {n, (uint64_t)n * tallies[0].len};
    if (common.len)
        sum_add(&summary->sizes[size_class_of(tallies[0].len)], all);
    else
        all = count_sizes(summary, tallies, n);
    if (common.path)
        sum_add(paths_at(&summary->paths, tallies[0].path), all);
    else
        count_paths(summary, tallies, n);
    sum_add(&summary->outcomes[0], all);
    if (common.faults)
        count_faults(summary, tallies, n);
}

void weir_summary_count(struct weir_summary *summary,
                        const struct weir_tally *tallies, uint32_t n)
{
    struct talker_key keys[STRIDE];
    WEIR_ASSERT(n <= VECTOR_MAX);
    for (uint32_t at = 0; at < n; at += STRIDE) {
        const struct weir_tally *some = tallies + at;
        uint32_t m = n - at < STRIDE ? n - at : STRIDE;
        struct common common = find_common(some, m);
        if (common.talkers)
            talkers_prepare(&summary->talkers, some, m, keys);
        count(summary, some, m, common); /* while the buckets come */
        if (common.talkers)
            talkers_count(&summary->talkers, some, m, keys);
    }
}

void weir_summary_count_talkers(struct weir_summary *summary,
                                const struct weir_talker *talkers, uint32_t n)
{
    struct talker_key keys[STRIDE];
    for (uint32_t at = 0; at < n; at += STRIDE) {
        uint32_t m = n - at < STRIDE ? n - at : STRIDE;
        talkers_add(&summary->talkers, talkers + at, m, keys);
    }
}

void weir_summary_clear(struct weir_summary *summary)
{
    memset(summary->outcomes, 0, sizeof summary->outcomes);
    memset(summary->sizes, 0, sizeof summary->sizes);
    memset(&summary->paths, 0, sizeof summary->paths);
    talkers_clear(&summary->talkers);
}

void weir_summary_merge(struct weir_summary *into,
                        const struct weir_summary *from)
{
    for (unsigned i = 0; i < WEIR_OUTCOMES_MAX; i++)
        sum_add(&into->outcomes[i], from->outcomes[i]);
    for (unsigned i = 0; i < WEIR_SIZE_CLASSES; i++)
        sum_add(&into->sizes[i], from->sizes[i]);
    for (unsigned i = 0; i < PATHS_SLOTS; i++)
        if (from->paths.slots[i].taken)
            sum_add(paths_at(&into->paths, from->paths.slots[i].path),
                    from->paths.slots[i].sum);
    sum_add(&into->paths.overflow, from->paths.overflow);
    talkers_merge(&into->talkers, &from->talkers);
}

static void owe(struct weir_sum *from, struct weir_sum what)
{
    from->frames -= what.frames;
    from->bytes -= what.bytes;
}

static bool in_debt(const struct weir_sum *sum)
{
    return (int64_t)sum->frames < 0 || (int64_t)sum->bytes < 0;
}

/* Which paths find a slot depends on who came first, so two full tables have
 * different ones in overflow.  What a path cannot pay overflow pays, and
 * what overflow cannot pay, other paths do: the total is right. */
static void subtract_paths(struct paths *into, const struct paths *from)
{
    owe(&into->overflow, from->overflow);
    for (unsigned i = 0; i < PATHS_SLOTS; i++) {
        if (!from->slots[i].taken)
            continue;
        struct weir_sum *sum = paths_at(into, from->slots[i].path);
        owe(sum, from->slots[i].sum);
        if (sum != &into->overflow && in_debt(sum)) {
            sum_add(&into->overflow, *sum);
            *sum = (struct weir_sum){0};
        }
    }
    for (unsigned i = 0; i < PATHS_SLOTS && in_debt(&into->overflow); i++) {
        sum_add(&into->overflow, into->slots[i].sum);
        into->slots[i].sum = (struct weir_sum){0};
    }
}

void weir_summary_subtract(struct weir_summary *into,
                           const struct weir_summary *from)
{
    for (unsigned i = 0; i < WEIR_OUTCOMES_MAX; i++)
        sum_take(&into->outcomes[i], from->outcomes[i]);
    for (unsigned i = 0; i < WEIR_SIZE_CLASSES; i++)
        sum_take(&into->sizes[i], from->sizes[i]);
    subtract_paths(&into->paths, &from->paths);
    talkers_subtract(&into->talkers, &from->talkers);
}

struct weir_sum weir_summary_total(const struct weir_summary *summary)
{
    struct weir_sum total = {0};
    for (unsigned i = 0; i < WEIR_OUTCOMES_MAX; i++)
        sum_add(&total, summary->outcomes[i]);
    return total;
}

struct weir_sum weir_summary_outcome(const struct weir_summary *summary,
                                     uint8_t outcome)
{
    WEIR_ASSERT(outcome < WEIR_OUTCOMES_MAX);
    return summary->outcomes[outcome];
}

struct weir_sum weir_summary_size(const struct weir_summary *summary,
                                  uint32_t size_class)
{
    WEIR_ASSERT(size_class < WEIR_SIZE_CLASSES);
    return summary->sizes[size_class];
}

void weir_summary_paths(const struct weir_summary *summary, weir_path_fn *fn,
                        void *context)
{
    for (unsigned i = 0; i < PATHS_SLOTS; i++) {
        const struct path_slot *slot = &summary->paths.slots[i];
        if (slot->sum.frames > 0)
            fn(context, slot->path, slot->sum, 0);
    }
    if (summary->paths.overflow.frames > 0)
        fn(context, 0, summary->paths.overflow, 1);
}

size_t weir_summary_talkers(const struct weir_summary *summary,
                            struct weir_talker *out, size_t max,
                            struct weir_sum *other)
{
    return talkers_top(&summary->talkers, out, max, other);
}
