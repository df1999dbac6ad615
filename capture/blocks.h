#ifndef WEIR_CAPTURE_BLOCKS_H
#define WEIR_CAPTURE_BLOCKS_H

/* blocks: the memory that a source lends when the kernel lends it none.
 *
 * A fixed set of blocks of one size, last in first out, so that a block that
 * is warm in the cache is used first.  Two layouts use them: a file source
 * reads the file's own bytes into a block; a source that is given its frames
 * one by one (libpcap, synth) lays them down as native records:
 *
 *     struct weir_native | data | padding to 8 | struct weir_native | ...
 *
 * Owner     the source.
 * Threads   [c] the capture thread alone; open and close: [1].  A lease made
 *           from a block is walked by whoever holds it.
 * Progress  no allocation after open, all memory is touched there. */

#include <stdbool.h>
#include <stdint.h>

#include "ring/lease.h"

struct weir_blocks;
struct weir_err;

/* weir_blocks_open: returns 0, -EINVAL or -ENOMEM; *out is set only on 0. */
int weir_blocks_open(struct weir_blocks **out, uint32_t count, uint32_t bytes,
                     struct weir_err *err);

/* weir_blocks_get: a block, page aligned, or NULL if all are out.
 * weir_blocks_put: it is home. */
uint8_t *weir_blocks_get(struct weir_blocks *blocks);
void weir_blocks_put(struct weir_blocks *blocks, uint8_t *block);

/* weir_blocks_close: accepts NULL; asserts that every block is home. */
void weir_blocks_close(struct weir_blocks *blocks);

/* A native record's header; the data follows at once. */
struct weir_native {
    int64_t time_ns;
    uint32_t caplen;
    uint32_t len;
    uint16_t iface;
    uint16_t flags;
    uint32_t reserved; /* 0 */
};

/* fill: a block that is being filled with native records. */
struct weir_fill {
    uint8_t *base; /* NULL: no block */
    uint32_t capacity;
    uint32_t used;
    uint32_t frames;
    uint64_t screened; /* as in struct weir_lease */
};

/* weir_fill_fits: one more frame of caplen bytes has room. */
bool weir_fill_fits(const struct weir_fill *fill, uint32_t caplen);

/* weir_fill_add: lays down the record of *frame (its data is not looked at)
 * and returns where its caplen bytes go; it must fit. */
uint8_t *weir_fill_add(struct weir_fill *fill, const struct weir_frame *frame);

/* weir_fill_lease: makes a lease of what was filled and leaves *fill without
 * a block.  lease->owner is the block, for weir_blocks_put. */
void weir_fill_lease(struct weir_fill *fill, struct weir_lease *lease);

#endif
