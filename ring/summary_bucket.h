#ifndef WEIR_RING_SUMMARY_BUCKET_H
#define WEIR_RING_SUMMARY_BUCKET_H

/* summary_bucket: four talkers of a table of them (ring/summary_talkers.h).
 *
 * An entry is half a cache line, a bucket two lines that are fetched
 * together.  Entries fill it from the front and are never freed, only
 * replaced.  All zero is an empty one.
 *
 * Threads   one at a time. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "ring/summary_sum.h"

#define BUCKET_ENTRIES 4

/* The kind stands in the highest byte of kind_frames, so that an entry is
 * half a cache line; 2^56 frames are 22 years at 100 million a second. */
#define KIND_SHIFT  56
#define FRAMES_MASK ((UINT64_C(1) << KIND_SHIFT) - 1)

struct talker_entry {
    uint64_t address[2];
    uint64_t kind_frames; /* 0: free */
    uint64_t bytes;
};

struct talker_bucket {
    struct talker_entry entries[BUCKET_ENTRIES];
};

/* One frame's talker, ready to be looked up; kind 0: none. */
struct talker_key {
    uint64_t address[2];
    uint64_t kind;
    struct talker_bucket *bucket;
};

static inline struct weir_sum entry_sum(const struct talker_entry *entry)
{
    return (struct weir_sum){entry->kind_frames & FRAMES_MASK, entry->bytes};
}

/* bucket_match: a bit, at 4 times its place, for each entry with the key's
 * address.  All four are compared without a branch: which one it is cannot
 * be predicted, that it is one of them can. */
#ifdef __SSE2__
static inline __m128i bucket_match_one(const struct talker_bucket *bucket,
                                       unsigned i, __m128i address)
{
    const void *entry = bucket->entries[i].address;
    return _mm_cmpeq_epi32(_mm_load_si128(entry), address);
}

static inline unsigned bucket_match(const struct talker_bucket *bucket,
                                    const struct talker_key *key)
{
    /* Of two halves: they were stored so, and a load of both at once would
     * wait until the stores have reached the cache. */
    const __m128i address =
        _mm_set_epi64x((long long)key->address[1], (long long)key->address[0]);
    /* Four bits an entry, one for each four bytes of the address. */
    unsigned bits = (unsigned)_mm_movemask_epi8(
        _mm_packs_epi16(_mm_packs_epi32(bucket_match_one(bucket, 0, address),
                                        bucket_match_one(bucket, 1, address)),
                        _mm_packs_epi32(bucket_match_one(bucket, 2, address),
                                        bucket_match_one(bucket, 3, address))));
    bits &= bits >> 1;
    bits &= bits >> 2;
    return bits & 0x1111;
}
#else
static inline unsigned bucket_match(const struct talker_bucket *bucket,
                                    const struct talker_key *key)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < BUCKET_ENTRIES; i++) {
        const uint64_t *address = bucket->entries[i].address;
        uint64_t differ =
            (address[0] ^ key->address[0]) | (address[1] ^ key->address[1]);
        bits |= (unsigned)(differ == 0) << 4 * i;
    }
    return bits;
}
#endif

/* bucket_find: NULL if the talker is not in it.  Addresses that are the same
 * are nearly always of the same kind. */
static inline struct talker_entry *bucket_find(struct talker_bucket *bucket,
                                               const struct talker_key *key)
{
    for (unsigned bits = bucket_match(bucket, key); bits != 0;
         bits &= bits - 1) {
        struct talker_entry *entry =
            &bucket->entries[(unsigned)__builtin_ctz(bits) / 4];
        if (entry->kind_frames >> KIND_SHIFT == key->kind)
            return entry;
    }
    return NULL;
}

/* bucket_find_free: NULL if the bucket is full. */
static inline struct talker_entry *
bucket_find_free(struct talker_bucket *bucket)
{
    for (unsigned i = 0; i < BUCKET_ENTRIES; i++)
        if (bucket->entries[i].kind_frames == 0)
            return &bucket->entries[i];
    return NULL;
}

/* bucket_smallest: of a full bucket. */
static inline struct talker_entry *bucket_smallest(struct talker_bucket *bucket)
{
    struct talker_entry *least = &bucket->entries[0];
    for (unsigned i = 1; i < BUCKET_ENTRIES; i++)
        if (sum_less(entry_sum(&bucket->entries[i]), entry_sum(least)))
            least = &bucket->entries[i];
    return least;
}

/* bucket_least: of the entries that count something the one that counts
 * least; NULL if none does. */
static inline struct talker_entry *bucket_least(struct talker_bucket *bucket)
{
    struct talker_entry *least = NULL;
    for (unsigned i = 0; i < BUCKET_ENTRIES; i++) {
        struct talker_entry *entry = &bucket->entries[i];
        if (entry_sum(entry).frames > 0 &&
            (least == NULL || sum_less(entry_sum(entry), entry_sum(least))))
            least = entry;
    }
    return least;
}

#endif
