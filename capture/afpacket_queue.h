#ifndef WEIR_CAPTURE_AFPACKET_QUEUE_H
#define WEIR_CAPTURE_AFPACKET_QUEUE_H

/* afpacket_queue: the user's side of a TPACKET_V3 ring, on given memory.
 *
 * The kernel fills blocks in turn and so do we take them.  A block that is
 * lent has the same status as one that waits for us, so what is lent is
 * known here and not asked of the memory.
 *
 * Blocks come home in any order and go back to the kernel at once, but the
 * kernel fills them strictly in turn: while the oldest is out, what is free
 * behind it is of no use once all before it are full.  Then the ring is
 * frozen: the kernel drops, wakes nobody, and goes on with the first frame
 * that comes when that one block is back.
 *
 * Loss is located: drops are booked before the first block that the kernel
 * has marked as losing, or else before the one that it closes next.  Where
 * it lost at two places before we looked, both are booked at the first.
 *
 * Owner     the source; the memory is borrowed.
 * Threads   [c] the capture thread alone.
 * Progress  no allocation after open; take is O(1).
 * Errors    take: -EIO with a text if the ring is not as the kernel makes
 *           it: then frames may be missing that no counter knows. */

#include <stdbool.h>
#include <stdint.h>

#include "capture/afpacket_block.h"
#include "ring/lease.h"

struct weir_err;

/* What the kernel has counted since it was last asked: PACKET_STATISTICS. */
struct weir_afpacket_counts {
    uint32_t packets; /* drops included */
    uint32_t drops;
    uint32_t freezes;
};
typedef void weir_afpacket_counts_fn(void *context,
                                     struct weir_afpacket_counts *out);

struct weir_afpacket_queue_config {
    uint8_t *memory; /* blocks * block_bytes */
    uint32_t block_bytes;
    uint32_t blocks;
    weir_afpacket_counts_fn *counts;
    void *counts_context;
    const struct weir_afpacket_device *device; /* of the walks of leases from
                                                  now on; borrowed */
};

struct weir_afpacket_slot;

struct weir_afpacket_queue {
    struct weir_afpacket_queue_config config;
    struct weir_afpacket_slot *slots; /* one for each block */
    uint32_t turn;                    /* the block that comes next */
    uint32_t out;                     /* leases */
    uint64_t seq;                     /* its number; 0: none has come */
    uint64_t received;                /* frames lent */
    uint64_t seen;                    /* the kernel's counts since open */
    uint64_t dropped;
    uint64_t freezes;
    uint64_t located;       /* drops that a lease has told */
    uint64_t taken;         /* blocks that came, from the first on */
    uint64_t screened_from; /* that one's leases, and all later ones', are of */
    uint64_t screen;        /* this generation */
};

/* weir_afpacket_queue_open [1]: returns 0 or -ENOMEM.  close: accepts what
 * was never opened but is all zero; asserts that every lease is home. */
int weir_afpacket_queue_open(struct weir_afpacket_queue *queue,
                             const struct weir_afpacket_queue_config *config,
                             struct weir_err *err);
void weir_afpacket_queue_close(struct weir_afpacket_queue *queue);

/* weir_afpacket_queue_take: 1 and a lease, 0 if there is none now, -EIO. */
int weir_afpacket_queue_take(struct weir_afpacket_queue *queue,
                             struct weir_lease *out, struct weir_err *err);

/* weir_afpacket_queue_idle: behind a take that gave none: the block that the
 * kernel fills has no frame in it. */
bool weir_afpacket_queue_idle(const struct weir_afpacket_queue *queue);

/* weir_afpacket_queue_tight: of the block that is due and the next one is
 * lent: the kernel has no other to fill, or will not when this is full. */
bool weir_afpacket_queue_tight(const struct weir_afpacket_queue *queue);

/* weir_afpacket_queue_give: a lease is home. */
void weir_afpacket_queue_give(struct weir_afpacket_queue *queue,
                              const struct weir_lease *lease);

/* weir_afpacket_queue_screen: the kernel has another program now, which tests
 * all of the generation's screen, or (not `tests`) only cuts.
 *
 * What is in the ring, and in the block that the kernel fills, passed the old
 * one.  The kernel cannot have opened a block that lies a whole ring behind
 * the one that is due to us.  A frame that passed the old program on another
 * processor and is not in the ring yet may come into one of those still; so
 * another ring's worth must go by, before which every processor has long
 * finished the frame that it had. */
void weir_afpacket_queue_screen(struct weir_afpacket_queue *queue,
                                uint64_t generation, bool tests);

/* weir_afpacket_queue_count: asks the kernel for its counts, and locates
 * what it dropped. */
void weir_afpacket_queue_count(struct weir_afpacket_queue *queue);

#endif
