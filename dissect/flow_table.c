#include "dissect/flow_table.h"

#include <endian.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/fold.h"
#include "dissect/flow_index.h"

_Static_assert(WEIR_FLOW_VECTOR <= 64, "a bit for each frame");

const struct weir_flow_aim *
weir_flow_table_aim(const struct weir_flow_table *table)
{
    return &table->aim;
}

void weir_flow_table_set_origin(struct weir_flow_table *table,
                                int64_t origin_ns)
{
    WEIR_ASSERT(table->used == 0);
    table->origin_ns = origin_ns;
    flow_cell_find(table, origin_ns);
}

__extension__ typedef __int128 wide;

static int64_t saturate(wide ns)
{
    if (ns > INT64_MAX)
        return INT64_MAX;
    return ns < INT64_MIN ? INT64_MIN : (int64_t)ns;
}

__attribute__((noinline)) void flow_cell_find(struct weir_flow_table *t,
                                              int64_t time_ns)
{
    wide since = (wide)time_ns - t->origin_ns;
    wide number = since / t->active_ns;
    if (since < 0 && since % t->active_ns != 0)
        number--;
    wide first = t->origin_ns + number * t->active_ns;
    t->cell_first_ns = saturate(first);
    t->cell_last_ns = saturate(first + t->active_ns - 1);
    t->aim.salt = (uint32_t)(weir_fold((uint64_t)number ^ t->aim.hash.keys[3],
                                       t->aim.hash.keys[0]) >>
                             32);
}

/* Addresses are looked at only where ends are the same already. */
static bool same_addresses(const struct weir_flow_table *t, uint32_t place,
                           const uint8_t *lesser, const uint8_t *greater)
{
    const struct flow_cold *cold = &t->cold[place];
    return lesser == NULL || (memcmp(cold->addresses[0], lesser, 16) == 0 &&
                              memcmp(cold->addresses[1], greater, 16) == 0);
}

static inline bool is_sought(const struct weir_flow_table *t, uint32_t place,
                             const struct flow_sought *sought)
{
    const struct flow_hot *hot = &t->hot[place];
    return flow_same_key(hot, sought->ends, sought->inner) &&
           flow_near(t, hot, sought->first_ns, sought->last_ns) &&
           same_addresses(t, place, sought->addresses[0], sought->addresses[1]);
}

uint32_t flow_find(const struct weir_flow_table *t,
                   const struct flow_sought *sought, uint32_t but)
{
    struct flow_bucket *bucket = flow_home(t, sought->hash);
    uint8_t tag = flow_tag(sought->hash);
    for (;;) {
        for (unsigned found = flow_match(bucket, tag); found != 0;) {
            unsigned slot = flow_last(found);
            uint32_t place = bucket->places[slot];
            if (place != but && is_sought(t, place, sought))
                return place;
            found ^= 1u << slot;
        }
        if (bucket->overflow == 0)
            return FLOW_NONE;
        bucket = flow_next(t, bucket);
    }
}

uint32_t flow_insert(struct weir_flow_table *t, uint32_t hash)
{
    WEIR_DCHECK(t->used < t->capacity);
    struct flow_bucket *bucket = flow_home(t, hash);
    unsigned empty;
    while ((empty = flow_match(bucket, 0)) == 0) {
        bucket->overflow++;
        bucket = flow_next(t, bucket);
    }
    unsigned slot = (unsigned)__builtin_ctz(empty);
    bucket->tags[slot] = flow_tag(hash);
    bucket->places[slot] = t->used;
    return t->used++;
}

/* The sender's address stands first in a frame. */
static void copy_addresses(struct weir_flow_table *t, uint32_t place,
                           const struct weir_flow_frame *f)
{
    struct flow_cold *cold = flow_cold(t, place);
    memcpy(cold->addresses[f->side], f->addresses, 16);
    memcpy(cold->addresses[1 - f->side], f->addresses + 16, 16);
}

static uint32_t make(struct weir_flow_table *t, const struct weir_flow_frame *f,
                     uint32_t hash)
{
    if (t->used == t->capacity)
        return FLOW_NONE;
    uint32_t place = flow_insert(t, hash);
    t->hot[place] = (struct flow_hot){
        .ends = {f->ends[0], f->ends[1]},
        .first_ns = f->time_ns,
        .last_ns = f->time_ns,
        .hash = hash,
        .inner = (uint16_t)(f->inner | (f->side != 0 ? FLOW_SECOND : 0)),
    };
    if (f->addresses != NULL)
        copy_addresses(t, place, f);
    return place;
}

/* Where the first guess was wrong: another flow with the tag, or none. */
static __attribute__((noinline)) uint32_t
find_or_make(struct weir_flow_table *t, const struct weir_flow_frame *f,
             uint32_t hash)
{
    struct flow_sought sought = {
        .ends = {f->ends[0], f->ends[1]},
        .hash = hash,
        .inner = f->inner,
        .first_ns = f->time_ns,
        .last_ns = f->time_ns,
    };
    if (f->addresses != NULL) {
        sought.addresses[f->side] = f->addresses;
        sought.addresses[1 - f->side] = f->addresses + 16;
    }
    uint32_t place = flow_find(t, &sought, FLOW_NONE);
    return place != FLOW_NONE ? place : make(t, f, hash);
}

static __attribute__((noinline)) void
begin_earlier(struct flow_hot *hot, int64_t time_ns, uint8_t side)
{
    /* Of two at the same time the lesser end began. */
    if (time_ns < hot->first_ns || side == 0)
        hot->inner = (uint16_t)((hot->inner & ~FLOW_SECOND) |
                                (side != 0 ? FLOW_SECOND : 0));
    hot->first_ns = time_ns;
}

/* Adds to a sum's lower half; returns what is to be added to the upper. */
static inline uint32_t add_low(uint32_t *low, uint32_t n)
{
    return __builtin_add_overflow(*low, n, low);
}

/* The upper halves are in another line, which is seldom needed. */
static inline void add(struct weir_flow_table *t, uint32_t place,
                       const struct weir_flow_frame *f)
{
    struct flow_hot *hot = &t->hot[place];
    const unsigned side = f->side;
    uint32_t *low = hot->low[side];
    uint32_t frames = add_low(&low[FLOW_FRAMES], 1);
    uint32_t bytes = add_low(&low[FLOW_BYTES], f->bytes);
    uint32_t wire = add_low(&low[FLOW_WIRE], f->wire);
    hot->tcp_flags[side] |= f->tcp_flags;
    if (f->time_ns > hot->last_ns)
        hot->last_ns = f->time_ns;
    if (__builtin_expect(f->time_ns <= hot->first_ns, 0))
        begin_earlier(hot, f->time_ns, f->side);
    if (__builtin_expect((frames | bytes | wire) != 0, 0)) {
        uint32_t *high = flow_cold(t, place)->high[side];
        high[FLOW_FRAMES] += frames;
        high[FLOW_BYTES] += bytes;
        high[FLOW_WIRE] += wire;
    }
}

/* The flow that it most likely is: the last with its tag, in the first
 * bucket.  Starts to fetch it. */
static inline uint32_t guess(const struct weir_flow_table *t, uint32_t hash)
{
    const struct flow_bucket *bucket = flow_home(t, hash);
    unsigned found = flow_match(bucket, flow_tag(hash));
    if (found == 0)
        return FLOW_NONE;
    uint32_t place = bucket->places[flow_last(found)];
    __builtin_prefetch(&t->hot[place], 1);
    return place;
}

static inline bool is_right(const struct weir_flow_table *t, uint32_t place,
                            const struct weir_flow_frame *f)
{
    const struct flow_hot *hot = &t->hot[place];
    if (!(flow_same_key(hot, f->ends, f->inner) &&
          flow_near(t, hot, f->time_ns, f->time_ns)))
        return false;
    if (f->addresses == NULL)
        return true;
    const uint8_t *lesser = f->addresses + (f->side != 0 ? 16 : 0);
    const uint8_t *greater = f->addresses + (f->side != 0 ? 0 : 16);
    return same_addresses(t, place, lesser, greater);
}

/* Buckets are fetched already if the cell has not changed; if it has, one
 * frame waits for its own. */
void weir_flow_table_seek(struct weir_flow_table *table,
                          struct weir_flow_vector *vector)
{
    WEIR_ASSERT(vector->n <= WEIR_FLOW_VECTOR);
    for (uint32_t i = 0; i < vector->n; i++) {
        const struct weir_flow_frame *f = &vector->frames[i];
        flow_cell(table, f->time_ns);
        vector->places[i] = guess(table, f->hash ^ table->aim.salt);
    }
}

uint64_t weir_flow_table_add(struct weir_flow_table *table,
                             const struct weir_flow_vector *vector)
{
    uint64_t refused = 0;
    for (uint32_t i = 0; i < vector->n; i++) {
        const struct weir_flow_frame *f = &vector->frames[i];
        uint32_t place = vector->places[i];
        flow_cell(table, f->time_ns);
        if (place == FLOW_NONE || !is_right(table, place, f))
            place = find_or_make(table, f, f->hash ^ table->aim.salt);
        if (place == FLOW_NONE)
            refused |= UINT64_C(1) << i;
        else
            add(table, place, f);
    }
    return refused;
}

void weir_flow_table_clear(struct weir_flow_table *table)
{
    memset(table->buckets, 0,
           table->aim.buckets_count * sizeof *table->buckets);
    memset(table->evicted, 0, sizeof table->evicted);
    memset(table->cold, 0, table->cold_used * sizeof *table->cold);
    table->evicted_flows = 0;
    table->cold_used = 0;
    table->used = 0;
    table->taken = false;
}

uint32_t weir_flow_table_flows(const struct weir_flow_table *table)
{
    return table->used;
}

uint32_t weir_flow_table_room(const struct weir_flow_table *table)
{
    return table->capacity - table->used;
}

static struct weir_flow_sums sums_of(const struct weir_flow_table *t,
                                     uint32_t place, unsigned side)
{
    return (struct weir_flow_sums){
        .frames = flow_sum(t, place, side, FLOW_FRAMES),
        .bytes = flow_sum(t, place, side, FLOW_BYTES),
        .wire = flow_sum(t, place, side, FLOW_WIRE),
    };
}

void weir_flow_table_get(const struct weir_flow_table *table, uint32_t index,
                         struct weir_flow *out)
{
    WEIR_ASSERT(index < table->used);
    const struct flow_hot *hot = &table->hot[index];
    bool six = (hot->ends[0] & WEIR_FLOW_SIX) != 0;
    *out = (struct weir_flow){
        .first_ns = hot->first_ns,
        .last_ns = hot->last_ns,
        .version = six ? 6 : 4,
        .protocol = (uint8_t)(hot->ends[0] >> WEIR_FLOW_TOP_SHIFT),
        .tags = {(uint16_t)(hot->ends[1] >> WEIR_FLOW_TOP_SHIFT),
                 hot->inner & FLOW_INNER},
    };
    for (unsigned i = 0; i < 2; i++) {
        unsigned end = (hot->inner & FLOW_SECOND) != 0 ? 1 - i : i;
        out->sent[i] = sums_of(table, index, end);
        out->tcp_flags[i] = hot->tcp_flags[end];
        out->ports[i] = (uint16_t)hot->ends[end];
        if (six)
            memcpy(out->addresses[i], table->cold[index].addresses[end], 16);
        else
            weir_store_32(out->addresses[i],
                          htobe32((uint32_t)(hot->ends[end] >> 16)));
    }
}

void weir_flow_table_fetch(const struct weir_flow_table *table, uint32_t index)
{
    WEIR_DCHECK(index < table->used);
    __builtin_prefetch(&table->hot[index]);
    if (index < table->cold_used)
        __builtin_prefetch(&table->cold[index]);
}
