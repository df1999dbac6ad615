#ifndef WEIR_RING_SUMMARY_H
#define WEIR_RING_SUMMARY_H

/* summary: what was counted of many frames, in a fixed amount of memory.
 *
 * Every worker counts into a summary of its own and hands it to the stats
 * thread now and then; a worker that has no free one goes on with the one it
 * has.  All that a summary holds is a commutative sum, so summaries merge in
 * any order, and what should not have been counted (frames behind a limit)
 * is taken out again with weir_summary_subtract.
 *
 * Tables are bounded.  A path or talker that finds no room is counted in
 * `other`, so the parts always add up to the totals.  Where a talker's
 * bucket is full, the smallest entry moves to `other` to make room for a
 * frame; of two summaries that merge, the greater entries stay.
 *
 * Units     frames; bytes as on the wire (len, not caplen).
 * Owner     one holder at a time; it goes over links like a batch.
 * Threads   one at a time.
 * Progress  no allocation after open; O(1) a frame. */

#include <stddef.h>
#include <stdint.h>

struct weir_err;
struct weir_summary;

struct weir_sum {
    uint64_t frames;
    uint64_t bytes;
};

/* A path names the layers of a frame, outermost in the lowest byte, at most
 * 8 of them; the numbers are dissect's.  0: nothing was recognised. */
typedef uint64_t weir_path;

/* Outcomes other than success are counted by number; 0 is success, the
 * others are dissect's (reasons of malformed frames, truncated). */
#define WEIR_OUTCOMES_MAX 64

/* Sizes are counted by wire length in these classes: [0,63], [64,127], … */
#define WEIR_SIZE_CLASSES 10
extern const uint32_t weir_size_class_max[WEIR_SIZE_CLASSES];

/* A talker: a source address.  kind is 4 (IPv4, 4 bytes), 6 (IPv6, 16) or 1
 * (Ethernet, 6, for frames without IP); unused bytes are 0. */
struct weir_talker {
    struct weir_sum sum;
    uint8_t kind;
    uint8_t address[16];
};

/* What is counted of one frame. */
struct weir_tally {
    weir_path path;
    const uint8_t *address; /* of the talker, may be unaligned */
    uint32_t len;
    uint8_t kind;    /* of the talker; 0: none */
    uint8_t outcome; /* < WEIR_OUTCOMES_MAX */
};

struct weir_summary_config {
    uint32_t talkers; /* room, a power of two, 64 to 2^22 */
    uint64_t seed;    /* of the hashes, unknown to those who send frames */
};

/* weir_summary_open: returns 0, -EINVAL or -ENOMEM.  Takes some 40 KiB and
 * 32 bytes a talker.  Summaries of any sizes and seeds merge; between equal
 * ones it is a walk through memory in order. */
int weir_summary_open(struct weir_summary **out,
                      const struct weir_summary_config *config,
                      struct weir_err *err);
void weir_summary_close(struct weir_summary *summary);

/* weir_summary_count: counts n frames (at most 256). */
void weir_summary_count(struct weir_summary *summary,
                        const struct weir_tally *tallies, uint32_t n);

/* weir_summary_count_talkers: counts frames of n talkers by their sums, whose
 * tallies were of kind 0. */
void weir_summary_count_talkers(struct weir_summary *summary,
                                const struct weir_talker *talkers, uint32_t n);

/* weir_summary_clear: as after open. */
void weir_summary_clear(struct weir_summary *summary);

/* weir_summary_merge adds from to into; _subtract takes it out again.  What
 * is subtracted must have been merged: sums never go below zero, except that
 * a talker that has moved to `other` is taken from there. */
void weir_summary_merge(struct weir_summary *into,
                        const struct weir_summary *from);
void weir_summary_subtract(struct weir_summary *into,
                           const struct weir_summary *from);

struct weir_sum weir_summary_total(const struct weir_summary *summary);
struct weir_sum weir_summary_outcome(const struct weir_summary *summary,
                                     uint8_t outcome);
struct weir_sum weir_summary_size(const struct weir_summary *summary,
                                  uint32_t size_class);

/* weir_summary_paths: calls fn for each path with frames, in no order; the
 * frames whose path found no room come last with overflow = 1. */
typedef void weir_path_fn(void *context, weir_path path, struct weir_sum sum,
                          int overflow);
void weir_summary_paths(const struct weir_summary *summary, weir_path_fn *fn,
                        void *context);

/* weir_summary_talkers: writes the up to max greatest talkers by bytes (then
 * frames, then address) to out, greatest first.  Returns how many; *other is
 * the sum of all frames that have a talker and are not in out. */
size_t weir_summary_talkers(const struct weir_summary *summary,
                            struct weir_talker *out, size_t max,
                            struct weir_sum *other);

#endif
