#include "ring/summary_talkers.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/fold.h"
#include "ring/counter.h"
#include "ring/summary_top.h"

_Static_assert(sizeof(struct talker_bucket) == WEIR_CACHE_PAIR,
               "a bucket is two cache lines that are fetched together");

static inline uint64_t hash(const uint64_t keys[3], const uint64_t address[2],
                            uint64_t kind)
{
    uint64_t h = weir_fold(address[0] ^ keys[0], address[1] ^ keys[1]);
    return weir_fold(h ^ keys[2], kind ^ keys[0]);
}

#define WORD_BITS 64

size_t talkers_bytes(uint32_t entries)
{
    size_t buckets = entries / BUCKET_ENTRIES;
    size_t words = (buckets + WORD_BITS - 1) / WORD_BITS;
    return buckets * sizeof(struct talker_bucket) + words * sizeof(uint64_t);
}

void talkers_init(struct talkers *talkers, void *memory, uint32_t entries,
                  uint64_t seed)
{
    size_t buckets = entries / BUCKET_ENTRIES;
    talkers->buckets = memory;
    talkers->used = (uint64_t *)(talkers->buckets + buckets);
    talkers->mask = buckets - 1;
    weir_fold_keys(talkers->keys, 3, seed);
    talkers->other = (struct weir_sum){0};
}

static inline void load_address(uint64_t out[2], const uint8_t *address,
                                uint8_t kind)
{
    out[1] = 0;
    switch (kind) {
    case 4:
        out[0] = weir_load_le32(address);
        break;
    case 6:
        out[0] = weir_load_le64(address);
        out[1] = weir_load_le64(address + 8);
        break;
    default:
        out[0] = weir_load_le32(address) | (uint64_t)weir_load_le16(address + 4)
                                               << 32;
        break;
    }
}

static void store_address(uint8_t out[16], const uint64_t address[2])
{
    weir_store_64(out, htole64(address[0]));
    weir_store_64(out + 8, htole64(address[1]));
}

static inline void prepare(const struct talkers *talkers,
                           struct talker_key *key, const uint8_t *address,
                           uint8_t kind)
{
    WEIR_DCHECK(kind == 1 || kind == 4 || kind == 6);
    key->kind = kind;
    load_address(key->address, address, kind);
    uint64_t number = hash(talkers->keys, key->address, kind) & talkers->mask;
    key->bucket = &talkers->buckets[number];
    __builtin_prefetch(&key->bucket->entries[0], 1);
    __builtin_prefetch(&key->bucket->entries[2], 1);
}

void talkers_prepare(const struct talkers *talkers,
                     const struct weir_tally *tallies, uint32_t n,
                     struct talker_key *keys)
{
    for (uint32_t i = 0; i < n; i++) {
        if (tallies[i].kind == 0)
            keys[i].kind = 0;
        else
            prepare(talkers, &keys[i], tallies[i].address, tallies[i].kind);
    }
}

static struct talker_bucket *next_to(const struct talkers *talkers,
                                     const struct talker_bucket *bucket)
{
    return &talkers->buckets[(bucket - talkers->buckets) ^ 1];
}

static uint64_t bucket_of(const struct talkers *talkers,
                          const struct talker_entry *entry)
{
    return (uint64_t)(entry - talkers->buckets->entries) / BUCKET_ENTRIES;
}

static void mark_used(struct talkers *talkers, uint64_t bucket)
{
    talkers->used[bucket / WORD_BITS] |= UINT64_C(1) << bucket % WORD_BITS;
}

/* The first used bucket of those from `bucket` on; beyond the mask: none. */
static uint64_t next_used(const struct talkers *talkers, uint64_t bucket)
{
    if (bucket > talkers->mask)
        return bucket;
    uint64_t word = bucket / WORD_BITS;
    uint64_t bits = talkers->used[word] & ~UINT64_C(0) << bucket % WORD_BITS;
    while (bits == 0) {
        if (++word > talkers->mask / WORD_BITS)
            return talkers->mask + 1;
        bits = talkers->used[word];
    }
    return word * WORD_BITS + (unsigned)__builtin_ctzll(bits);
}

static void fetch(const struct talkers *talkers, uint64_t bucket)
{
    if (bucket > talkers->mask)
        return;
    __builtin_prefetch(&talkers->buckets[bucket].entries[0]);
    __builtin_prefetch(&talkers->buckets[bucket].entries[2]);
}

/* The talker is in neither bucket unless its own is full: then it, or room
 * for it, may be next door. */
static struct talker_entry *find_or_take(struct talkers *talkers,
                                         const struct talker_key *key)
{
    struct talker_entry *entry = bucket_find_free(key->bucket);
    if (entry == NULL) {
        struct talker_bucket *beside = next_to(talkers, key->bucket);
        entry = bucket_find(beside, key);
        if (entry != NULL)
            return entry;
        entry = bucket_find_free(beside);
    }
    if (entry != NULL) {
        entry->address[0] = key->address[0];
        entry->address[1] = key->address[1];
        entry->kind_frames = key->kind << KIND_SHIFT;
        mark_used(talkers, bucket_of(talkers, entry));
    }
    return entry;
}

static void replace(struct talkers *talkers, struct talker_entry *entry,
                    const struct talker_key *key)
{
    sum_add(&talkers->other, entry_sum(entry));
    entry->address[0] = key->address[0];
    entry->address[1] = key->address[1];
    entry->kind_frames = key->kind << KIND_SHIFT;
    entry->bytes = 0;
}

static __attribute__((noinline)) struct talker_entry *
make(struct talkers *talkers, const struct talker_key *key)
{
    struct talker_entry *entry = find_or_take(talkers, key);
    if (entry == NULL) {
        entry = bucket_smallest(key->bucket);
        replace(talkers, entry, key);
    }
    return entry;
}

void talkers_count(struct talkers *talkers, const struct weir_tally *tallies,
                   uint32_t n, const struct talker_key *keys)
{
    for (uint32_t i = 0; i < n; i++) {
        if (keys[i].kind == 0)
            continue;
        struct talker_entry *entry = bucket_find(keys[i].bucket, &keys[i]);
        if (entry == NULL)
            entry = make(talkers, &keys[i]);
        entry->kind_frames++;
        entry->bytes += tallies[i].len;
    }
}

void talkers_add(struct talkers *talkers, const struct weir_talker *sums,
                 uint32_t n, struct talker_key *keys)
{
    for (uint32_t i = 0; i < n; i++)
        prepare(talkers, &keys[i], sums[i].address, sums[i].kind);
    for (uint32_t i = 0; i < n; i++) {
        struct talker_entry *entry = bucket_find(keys[i].bucket, &keys[i]);
        if (entry == NULL)
            entry = make(talkers, &keys[i]);
        entry->kind_frames += sums[i].sum.frames;
        entry->bytes += sums[i].sum.bytes;
    }
}

void talkers_clear(struct talkers *talkers)
{
    for (uint64_t b = next_used(talkers, 0); b <= talkers->mask;
         b = next_used(talkers, b + 1))
        memset(&talkers->buckets[b], 0, sizeof talkers->buckets[b]);
    memset(talkers->used, 0,
           (talkers->mask / WORD_BITS + 1) * sizeof *talkers->used);
    talkers->other = (struct weir_sum){0};
}

static struct talker_key key_of(const struct talkers *talkers,
                                const struct talker_entry *entry)
{
    struct talker_key key = {
        .address = {entry->address[0], entry->address[1]},
        .kind = entry->kind_frames >> KIND_SHIFT,
    };
    key.bucket = &talkers->buckets[hash(talkers->keys, key.address, key.kind) &
                                   talkers->mask];
    return key;
}

static void merge_entry(struct talkers *into, const struct talker_entry *from)
{
    struct weir_sum sum = entry_sum(from);
    struct talker_key key = key_of(into, from);
    struct talker_entry *entry = bucket_find(key.bucket, &key);
    if (entry == NULL)
        entry = find_or_take(into, &key);
    if (entry == NULL) {
        entry = bucket_smallest(key.bucket);
        if (sum_less(sum, entry_sum(entry))) {
            sum_add(&into->other, sum);
            return;
        }
        replace(into, entry, &key);
    }
    entry->kind_frames += sum.frames;
    entry->bytes += sum.bytes;
}

/* Takes from other what may not be there yet: settle brings it. */
static void owe(struct talkers *talkers, struct weir_sum what)
{
    talkers->other.frames -= what.frames;
    talkers->other.bytes -= what.bytes;
}

static void subtract_entry(struct talkers *into,
                           const struct talker_entry *from)
{
    struct weir_sum sum = entry_sum(from);
    struct talker_key key = key_of(into, from);
    struct talker_entry *entry = bucket_find(key.bucket, &key);
    if (entry == NULL)
        entry = bucket_find(next_to(into, key.bucket), &key);
    if (entry == NULL) {
        owe(into, sum);
        return;
    }
    struct weir_sum have = entry_sum(entry);
    if (have.frames < sum.frames || have.bytes < sum.bytes ||
        (have.frames == sum.frames && have.bytes != sum.bytes)) {
        /* A part had moved to other before: so does the rest, as sums that
         * are split between the two cannot be told apart any more. */
        replace(into, entry, &key);
        owe(into, sum);
        return;
    }
    entry->kind_frames -= sum.frames;
    entry->bytes -= sum.bytes;
}

static bool in_debt(const struct talkers *talkers)
{
    return (int64_t)talkers->other.frames < 0 ||
           (int64_t)talkers->other.bytes < 0;
}

/* Two tables move different talkers to other, so what was in other there may
 * stand under its name here.  Then names are given up, of each bucket the
 * smallest first, until the sum is right. */
static void settle(struct talkers *talkers)
{
    for (unsigned round = 0; round < BUCKET_ENTRIES; round++) {
        for (uint64_t b = 0; b <= talkers->mask && in_debt(talkers); b++) {
            struct talker_entry *entry = bucket_least(&talkers->buckets[b]);
            if (entry == NULL)
                continue;
            sum_add(&talkers->other, entry_sum(entry));
            entry->kind_frames &= ~FRAMES_MASK;
            entry->bytes = 0;
        }
    }
}

void talkers_merge(struct talkers *into, const struct talkers *from)
{
    for (uint64_t b = next_used(from, 0), next; b <= from->mask; b = next) {
        next = next_used(from, b + 1);
        fetch(from, next);
        fetch(into, next); /* there too, if they are of one size and seed */
        for (unsigned i = 0; i < BUCKET_ENTRIES; i++)
            if (from->buckets[b].entries[i].kind_frames != 0)
                merge_entry(into, &from->buckets[b].entries[i]);
    }
    sum_add(&into->other, from->other);
}

void talkers_subtract(struct talkers *into, const struct talkers *from)
{
    for (uint64_t b = next_used(from, 0); b <= from->mask;
         b = next_used(from, b + 1))
        for (unsigned i = 0; i < BUCKET_ENTRIES; i++)
            if (from->buckets[b].entries[i].kind_frames != 0)
                subtract_entry(into, &from->buckets[b].entries[i]);
    owe(into, from->other);
    settle(into);
}

size_t talkers_top(const struct talkers *talkers, struct weir_talker *out,
                   size_t max, struct weir_sum *other)
{
    struct top top = {.out = out, .max = max, .other = talkers->other};
    for (uint64_t b = next_used(talkers, 0); b <= talkers->mask;
         b = next_used(talkers, b + 1)) {
        for (unsigned i = 0; i < BUCKET_ENTRIES; i++) {
            const struct talker_entry *entry = &talkers->buckets[b].entries[i];
            struct weir_talker talker = {
                .sum = entry_sum(entry),
                .kind = (uint8_t)(entry->kind_frames >> KIND_SHIFT),
            };
            if (talker.sum.frames == 0)
                continue;
            store_address(talker.address, entry->address);
            top_offer(&top, &talker);
        }
    }
    *other = top.other;
    return top_finish(&top);
}
