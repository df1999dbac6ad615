#ifndef WEIR_DISSECT_FLOW_INDEX_H
#define WEIR_DISSECT_FLOW_INDEX_H

/* flow_index: how a flow table finds its flows; for the files of
 * flow_table.h only.
 *
 * Buckets of one cache line: twelve tags, twelve places, and how many flows
 * found this bucket full and went on to the next; so a search ends at the
 * first bucket of which that is 0.  A place is an index into two arrays that
 * have no gaps: `hot` is all that a frame over IPv4 reads and writes, one
 * line; `cold` has the IPv6 addresses and the sums' upper halves.
 *
 * All zero is an empty index.
 * Threads   as the table's. */

#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "dissect/flow_table.h"

#define FLOW_LINE  64
#define FLOW_SLOTS 12

/* Four flows a bucket: where flows fill the table, one bucket in 4000 is
 * full. */
#define FLOW_PER_BUCKET 4

struct flow_bucket {
    uint8_t tags[FLOW_SLOTS]; /* 0: free */
    uint32_t overflow;
    uint32_t places[FLOW_SLOTS];
};

/* What stands in the upper bits of inner beside the tag. */
#define FLOW_SECOND UINT16_C(0x4000) /* ends[1] began it */
#define FLOW_INNER  (WEIR_FLOW_TAGGED | WEIR_FLOW_VLAN_ID)

enum flow_sum { FLOW_FRAMES, FLOW_BYTES, FLOW_WIRE, FLOW_SUMS };

struct flow_hot {
    uint64_t ends[2];
    int64_t first_ns;
    int64_t last_ns;
    uint32_t low[2][FLOW_SUMS]; /* the sums' lower halves, by end */
    uint32_t hash;
    uint16_t inner;
    uint8_t tcp_flags[2];
};

struct flow_cold {
    uint8_t addresses[2][16]; /* IPv6 */
    uint32_t high[2][FLOW_SUMS];
    uint32_t unused[2];
};

_Static_assert(sizeof(struct flow_bucket) == FLOW_LINE, "one line");
_Static_assert(sizeof(struct flow_hot) == FLOW_LINE, "one line");
_Static_assert(sizeof(struct flow_cold) == FLOW_LINE, "one line");

struct weir_flow_table {
    struct weir_flow_aim aim;
    struct flow_bucket *buckets;
    struct flow_hot *hot;
    struct flow_cold *cold;
    uint32_t used;
    uint32_t capacity;
    uint32_t cold_used; /* from there on, `cold` is all zero */
    uint64_t idle_ns;
    /* The cell that was asked for last, both ends in it. */
    int64_t cell_first_ns;
    int64_t cell_last_ns;
    int64_t origin_ns;
    int64_t active_ns;
    uint64_t evicted_flows;
    uint64_t evicted[FLOW_SUMS];
    size_t map_bytes;
    bool taken; /* something was taken out */
};

#define FLOW_NONE UINT32_MAX

extern const struct flow_cold flow_cold_none; /* zero */

/* The lowest bits, as the bucket is chosen by the highest; 0 is for free. */
static inline uint8_t flow_tag(uint32_t hash)
{
    uint8_t tag = (uint8_t)hash;
    return (uint8_t)(tag + (tag == 0));
}

static inline struct flow_bucket *flow_home(const struct weir_flow_table *t,
                                            uint32_t hash)
{
    return &t->buckets[(uint64_t)hash * t->aim.buckets_count >> 32];
}

static inline struct flow_bucket *flow_next(const struct weir_flow_table *t,
                                            struct flow_bucket *bucket)
{
    return ++bucket == t->buckets + t->aim.buckets_count ? t->buckets : bucket;
}

/* The slots of a bucket that have a tag, a bit for each. */
static inline unsigned flow_match(const struct flow_bucket *bucket, uint8_t tag)
{
#ifdef __SSE2__
    /* The last four of the sixteen bytes are no tags. */
    __m128i line = _mm_load_si128((const __m128i *)bucket);
    __m128i same = _mm_cmpeq_epi8(line, _mm_set1_epi8((char)tag));
    return (unsigned)_mm_movemask_epi8(same) & ((1u << FLOW_SLOTS) - 1);
#else
    unsigned found = 0;
    for (unsigned i = 0; i < FLOW_SLOTS; i++)
        found |= (unsigned)(bucket->tags[i] == tag) << i;
    return found;
#endif
}

/* The last of them: where several flows have one key it is most likely the
 * youngest.  found is not 0. */
static inline unsigned flow_last(unsigned found)
{
    return 31 - (unsigned)__builtin_clz(found);
}

/* flow_cell: makes the cell of a time the one that is looked at.  Its salt is
 * part of a flow's hash, so that a key's flows of different cells are not in
 * each other's way. */
void flow_cell_find(struct weir_flow_table *t, int64_t time_ns);

static inline void flow_cell(struct weir_flow_table *t, int64_t time_ns)
{
    if (__builtin_expect(
            time_ns < t->cell_first_ns || time_ns > t->cell_last_ns, 0))
        flow_cell_find(t, time_ns);
}

/* Whether a flow that lies in the current cell is at most idle_ns away from
 * [first, last], which does, too.  No sum can pass 2^64: a cell and an idle
 * time are at most a leap year. */
static inline bool flow_near(const struct weir_flow_table *t,
                             const struct flow_hot *flow, int64_t first_ns,
                             int64_t last_ns)
{
    uint64_t span = (uint64_t)flow->last_ns - (uint64_t)flow->first_ns;
    uint64_t from = (uint64_t)last_ns - (uint64_t)flow->first_ns + t->idle_ns;
    uint64_t length = (uint64_t)last_ns - (uint64_t)first_ns;
    uint64_t cell = (uint64_t)flow->first_ns - (uint64_t)t->cell_first_ns;
    uint64_t cell_span = (uint64_t)t->cell_last_ns - (uint64_t)t->cell_first_ns;
    return (cell <= cell_span) & (from <= span + length + 2 * t->idle_ns);
}

static inline bool flow_same_key(const struct flow_hot *a,
                                 const uint64_t ends[2], uint16_t inner)
{
    return ((a->ends[0] ^ ends[0]) | (a->ends[1] ^ ends[1]) |
            (uint64_t)((a->inner ^ inner) & FLOW_INNER)) == 0;
}

/* A key as it is searched for; addresses are those of both ends, of IPv4
 * NULL. */
struct flow_sought {
    uint64_t ends[2];
    const uint8_t *addresses[2];
    uint32_t hash; /* salted */
    uint16_t inner;
    int64_t first_ns;
    int64_t last_ns;
};

/* flow_find: a flow with the key that is near, other than `but`; the cell of
 * its time is the current one.  FLOW_NONE: there is none. */
uint32_t flow_find(const struct weir_flow_table *t,
                   const struct flow_sought *sought, uint32_t but);

/* flow_insert: a place for a flow with this hash; the caller has seen that
 * there is room.  The places' contents are not set. */
uint32_t flow_insert(struct weir_flow_table *t, uint32_t hash);

/* flow_remove: the last flow moves into the place. */
void flow_remove(struct weir_flow_table *t, uint32_t place);

/* flow_evict: makes room for a flow with this hash. */
void flow_evict(struct weir_flow_table *t, uint32_t hash);

/* A place in `cold` that is about to be written. */
static inline struct flow_cold *flow_cold(struct weir_flow_table *t,
                                          uint32_t place)
{
    if (place >= t->cold_used)
        t->cold_used = place + 1;
    return &t->cold[place];
}

/* What is there, without touching the memory if it is nothing. */
static inline const struct flow_cold *
flow_cold_read(const struct weir_flow_table *t, uint32_t place)
{
    return place < t->cold_used ? &t->cold[place] : &flow_cold_none;
}

static inline uint64_t flow_sum(const struct weir_flow_table *t, uint32_t place,
                                unsigned side, unsigned sum)
{
    return (uint64_t)flow_cold_read(t, place)->high[side][sum] << 32 |
           t->hot[place].low[side][sum];
}

static inline void flow_sum_set(struct weir_flow_table *t, uint32_t place,
                                unsigned side, unsigned sum, uint64_t value)
{
    uint32_t high = (uint32_t)(value >> 32);
    if (high != flow_cold_read(t, place)->high[side][sum])
        flow_cold(t, place)->high[side][sum] = high;
    t->hot[place].low[side][sum] = (uint32_t)value;
}

#endif
