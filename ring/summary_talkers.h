#ifndef WEIR_RING_SUMMARY_TALKERS_H
#define WEIR_RING_SUMMARY_TALKERS_H

/* summary_talkers: a summary's table of talkers, for summary.c only.
 *
 * The bucket next to a talker's own (number ^ 1) takes it where its own is
 * full.  Lookups come in vectors: hash and prefetch all, then update all,
 * because one cache miss costs as much as the budget of five frames.
 *
 * A summary is merged and cleared four times a second and is seldom full: a
 * bit for each bucket tells which have entries, so that only those are walked.
 *
 * All zero entries and bits are an empty table.
 * Threads   one at a time. */

#include <stddef.h>
#include <stdint.h>

#include "ring/summary.h"
#include "ring/summary_bucket.h"
#include "ring/summary_sum.h"

struct talkers {
    struct talker_bucket *buckets; /* aligned to WEIR_CACHE_PAIR */
    uint64_t *used;                /* a bit a bucket: it has entries */
    uint64_t mask;                 /* buckets - 1, buckets are even */
    uint64_t keys[3];              /* made of the seed */
    struct weir_sum other;
};

/* talkers_bytes: of the memory that a table of so many entries needs.
 * talkers_init: it is the caller's, all zero and aligned to WEIR_CACHE_PAIR. */
size_t talkers_bytes(uint32_t entries);
void talkers_init(struct talkers *talkers, void *memory, uint32_t entries,
                  uint64_t seed);

/* talkers_prepare: makes the keys of n tallies and starts to fetch their
 * buckets.  talkers_count: adds the frames to them. */
void talkers_prepare(const struct talkers *talkers,
                     const struct weir_tally *tallies, uint32_t n,
                     struct talker_key *keys);
void talkers_count(struct talkers *talkers, const struct weir_tally *tallies,
                   uint32_t n, const struct talker_key *keys);

/* talkers_add: adds sums of n talkers; keys: room for as many. */
void talkers_add(struct talkers *talkers, const struct weir_talker *sums,
                 uint32_t n, struct talker_key *keys);

void talkers_clear(struct talkers *talkers);
void talkers_merge(struct talkers *into, const struct talkers *from);
void talkers_subtract(struct talkers *into, const struct talkers *from);

/* talkers_top: as weir_summary_talkers. */
size_t talkers_top(const struct talkers *talkers, struct weir_talker *out,
                   size_t max, struct weir_sum *other);

#endif
