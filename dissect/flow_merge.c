/* Tables into tables, and what goes out of them again. */

#include <string.h>

#include "base/assert.h"
#include "dissect/flow_index.h"
#include "dissect/flow_table.h"

/* Flows whose buckets and places are fetched ahead of their turn. */
#define STRIDE 32

const struct flow_cold flow_cold_none;

/* The slot that names a place; *overflowed: after how many buckets. */
static struct flow_bucket *slot_of(const struct weir_flow_table *t,
                                   uint32_t place, unsigned *slot)
{
    uint32_t hash = t->hot[place].hash;
    struct flow_bucket *bucket = flow_home(t, hash);
    for (;;) {
        for (unsigned found = flow_match(bucket, flow_tag(hash)); found != 0;) {
            *slot = flow_last(found);
            if (bucket->places[*slot] == place)
                return bucket;
            found ^= 1u << *slot;
        }
        WEIR_ASSERT(bucket->overflow > 0);
        bucket = flow_next(t, bucket);
    }
}

void flow_remove(struct weir_flow_table *t, uint32_t place)
{
    unsigned slot;
    struct flow_bucket *bucket = slot_of(t, place, &slot);
    bucket->tags[slot] = 0;
    for (struct flow_bucket *b = flow_home(t, t->hot[place].hash); b != bucket;
         b = flow_next(t, b))
        b->overflow--;
    uint32_t last = t->used - 1;
    if (place != last) {
        slot_of(t, last, &slot)->places[slot] = place;
        t->hot[place] = t->hot[last];
        if (place < t->cold_used)
            t->cold[place] = *flow_cold_read(t, last);
    }
    if (last < t->cold_used) {
        memset(&t->cold[last], 0, sizeof t->cold[last]);
        t->cold_used = last;
    }
    t->used = last;
}

/* More was taken out of it than is in it: that is still to come, or was evicted
 * before. */
static bool owes(const struct weir_flow_table *t, uint32_t place)
{
    bool less = false;
    for (unsigned sum = 0; sum < FLOW_SUMS; sum++)
        less |= (int64_t)flow_sum(t, place, 0, sum) < 0 ||
                (int64_t)flow_sum(t, place, 1, sum) < 0;
    return less;
}

static void evict_place(struct weir_flow_table *t, uint32_t place)
{
    for (unsigned sum = 0; sum < FLOW_SUMS; sum++)
        t->evicted[sum] +=
            flow_sum(t, place, 0, sum) + flow_sum(t, place, 1, sum);
    flow_remove(t, place);
}

/* The bucket's oldest flow.  One that owes stays as long as there is another:
 * what it owes may come, and then belongs to it. */
static uint32_t oldest_of(const struct weir_flow_table *t,
                          const struct flow_bucket *bucket, bool any)
{
    uint32_t oldest = FLOW_NONE;
    for (unsigned slot = 0; slot < FLOW_SLOTS; slot++) {
        uint32_t place = bucket->places[slot];
        if (bucket->tags[slot] != 0 &&
            (oldest == FLOW_NONE ||
             t->hot[place].last_ns < t->hot[oldest].last_ns) &&
            (any || !owes(t, place)))
            oldest = place;
    }
    return oldest;
}

void flow_evict(struct weir_flow_table *t, uint32_t hash)
{
    struct flow_bucket *bucket = flow_home(t, hash);
    uint32_t oldest = FLOW_NONE;
    for (uint32_t seen = 0; oldest == FLOW_NONE; seen++) {
        bool any = !t->taken || seen >= t->aim.buckets_count;
        oldest = oldest_of(t, bucket, any);
        bucket = flow_next(t, bucket);
    }
    t->evicted_flows++;
    evict_place(t, oldest);
}

/* Adds flow `at` of `from` to the flow at `place`. */
static void absorb(struct weir_flow_table *into, uint32_t place,
                   const struct weir_flow_table *from, uint32_t at, bool take)
{
    struct flow_hot *a = &into->hot[place];
    const struct flow_hot *b = &from->hot[at];
    for (unsigned side = 0; side < 2; side++) {
        for (unsigned sum = 0; sum < FLOW_SUMS; sum++) {
            uint64_t n = flow_sum(from, at, side, sum);
            flow_sum_set(into, place, side, sum,
                         flow_sum(into, place, side, sum) + (take ? -n : n));
        }
        a->tcp_flags[side] |= b->tcp_flags[side];
    }
    if (b->first_ns < a->first_ns)
        a->inner = b->inner;
    else if (b->first_ns == a->first_ns && (b->inner & FLOW_SECOND) == 0)
        a->inner &= (uint16_t)~FLOW_SECOND;
    if (b->first_ns < a->first_ns)
        a->first_ns = b->first_ns;
    if (b->last_ns > a->last_ns)
        a->last_ns = b->last_ns;
}

static void seek(struct flow_sought *out, const struct weir_flow_table *from,
                 uint32_t at)
{
    const struct flow_hot *hot = &from->hot[at];
    bool six = (hot->ends[0] & WEIR_FLOW_SIX) != 0;
    *out = (struct flow_sought){
        .ends = {hot->ends[0], hot->ends[1]},
        .hash = hot->hash,
        .inner = hot->inner,
        .first_ns = hot->first_ns,
        .last_ns = hot->last_ns,
    };
    for (unsigned side = 0; six && side < 2; side++)
        out->addresses[side] = from->cold[at].addresses[side];
}

static uint32_t place_for(struct weir_flow_table *into,
                          const struct weir_flow_table *from, uint32_t at)
{
    const struct flow_hot *hot = &from->hot[at];
    if (into->used == into->capacity)
        flow_evict(into, hot->hash);
    uint32_t place = flow_insert(into, hot->hash);
    into->hot[place] = *hot;
    memset(into->hot[place].low, 0, sizeof hot->low);
    if ((hot->ends[0] & WEIR_FLOW_SIX) != 0)
        memcpy(flow_cold(into, place)->addresses, from->cold[at].addresses,
               sizeof from->cold[at].addresses);
    return place;
}

/* Flows of a key in one table are apart; one that has grown may have come
 * near to others, and then they are one. */
static void join(struct weir_flow_table *t, uint32_t place)
{
    struct flow_sought sought;
    uint32_t other;
    seek(&sought, t, place);
    while ((other = flow_find(t, &sought, place)) != FLOW_NONE) {
        absorb(t, place, t, other, false);
        flow_remove(t, other);
        if (place == t->used) /* it was the last, and has moved */
            place = other;
        seek(&sought, t, place);
    }
}

static void merge_flow(struct weir_flow_table *into,
                       const struct weir_flow_table *from, uint32_t at,
                       bool take)
{
    struct flow_sought sought;
    flow_cell(into, from->hot[at].first_ns);
    seek(&sought, from, at);
    uint32_t place = flow_find(into, &sought, FLOW_NONE);
    if (place == FLOW_NONE) {
        /* Nothing is near, so there is nothing to join, and it is not looked
         * for: to read the bucket whose tag was just written takes as long as
         * all stores before that, of lines that are still on their way. */
        absorb(into, place_for(into, from, at), from, at, take);
        return;
    }
    int64_t first_ns = into->hot[place].first_ns;
    int64_t last_ns = into->hot[place].last_ns;
    absorb(into, place, from, at, take);
    if (into->hot[place].first_ns != first_ns ||
        into->hot[place].last_ns != last_ns)
        join(into, place);
}

/* To gcc a function that only fetches does nothing, and it drops the calls,
 * unless they are gone before it looks. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

/* The buckets of flows whose turn comes a stride later, and the places that
 * new ones get. */
static ALWAYS_INLINE void fetch_buckets(const struct weir_flow_table *into,
                                        const struct weir_flow_table *from,
                                        uint32_t at)
{
    for (uint32_t i = at; i < from->used && i < at + STRIDE; i++) {
        __builtin_prefetch(flow_home(into, from->hot[i].hash), 1);
        __builtin_prefetch(&into->hot[into->used + (i - at)], 1);
    }
}

static ALWAYS_INLINE void fetch(const struct weir_flow_table *into,
                                const struct weir_flow_table *from, uint32_t at,
                                uint32_t n)
{
    for (uint32_t i = at; i < at + n; i++) {
        uint32_t hash = from->hot[i].hash;
        const struct flow_bucket *bucket = flow_home(into, hash);
        unsigned found = flow_match(bucket, flow_tag(hash));
        if (found != 0) {
            uint32_t place = bucket->places[flow_last(found)];
            __builtin_prefetch(&into->hot[place], 1);
            if (place < into->cold_used)
                __builtin_prefetch(&into->cold[place], 1);
        }
    }
}

void weir_flow_table_merge(struct weir_flow_table *into,
                           const struct weir_flow_table *from, bool take)
{
    WEIR_ASSERT(into->aim.hash.keys[0] == from->aim.hash.keys[0] &&
                into->origin_ns == from->origin_ns &&
                into->active_ns == from->active_ns &&
                into->idle_ns == from->idle_ns);
    into->taken |= take;
    fetch_buckets(into, from, 0);
    for (uint32_t at = 0; at < from->used; at += STRIDE) {
        uint32_t n = from->used - at < STRIDE ? from->used - at : STRIDE;
        fetch(into, from, at, n);
        fetch_buckets(into, from, at + n);
        for (uint32_t i = 0; i < n; i++)
            merge_flow(into, from, at + i, take);
    }
}

/* Nothing is left of it, or less. */
static bool is_spent(const struct weir_flow_table *t, uint32_t place)
{
    uint64_t sent = flow_sum(t, place, 0, FLOW_FRAMES);
    uint64_t returned = flow_sum(t, place, 1, FLOW_FRAMES);
    return (sent | returned) == 0 || owes(t, place);
}

static void clamp(struct flow_hot *hot, int64_t last_ns)
{
    if (hot->last_ns > last_ns)
        hot->last_ns = last_ns;
    if (hot->first_ns > hot->last_ns)
        hot->first_ns = hot->last_ns;
}

void weir_flow_table_settle(struct weir_flow_table *table, int64_t last_ns)
{
    for (uint32_t place = 0; table->taken && place < table->used;) {
        if (is_spent(table, place)) {
            evict_place(table, place);
        } else {
            if (last_ns != INT64_MIN)
                clamp(&table->hot[place], last_ns);
            place++;
        }
    }
}

struct weir_flow_sums
weir_flow_table_evicted(const struct weir_flow_table *table, uint64_t *flows)
{
    *flows = table->evicted_flows;
    return (struct weir_flow_sums){
        .frames = table->evicted[FLOW_FRAMES],
        .bytes = table->evicted[FLOW_BYTES],
        .wire = table->evicted[FLOW_WIRE],
    };
}
