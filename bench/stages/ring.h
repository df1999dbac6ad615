#ifndef WEIR_BENCH_STAGES_RING_H
#define WEIR_BENCH_STAGES_RING_H

/* ring: the input's frames as the kernel lays them into the blocks of a
 * TPACKET_V3 ring, in memory of our own.
 *
 * A block that was turned in place is no kernel's block any more: from a copy
 * beside it, it is laid anew.
 *
 * Owner     the caller closes; the input outlives it.
 * Threads   open and close: one; a block: one at a time.
 * Units     bytes, frames. */

#include <stdint.h>

#include "ring/batch.h"

struct weir_err;
struct weir_input;
struct weir_ring;

/* weir_ring_open: blocks of WEIR_INPUT_BLOCK_BYTES, as many as the frames
 * take or as the input has, if that is less. */
int weir_ring_open(struct weir_ring **out, const struct weir_input *input,
                   struct weir_err *err);
void weir_ring_close(struct weir_ring *ring);

/* weir_ring_next: the next batch, its passed and passed_bytes those of what
 * lies in it; the one before it is laid anew if it was turned.  Goes round
 * for ever, and comes back to a block when the others have pushed it out of
 * small caches. */
struct weir_batch *weir_ring_next(struct weir_ring *ring);

/* weir_ring_count: how many blocks there are. */
uint32_t weir_ring_count(const struct weir_ring *ring);

#endif
