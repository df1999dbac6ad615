#ifndef WEIR_RING_POOL_H
#define WEIR_RING_POOL_H

/* pool: a lane's fixed set of batches, each with its chunk's buffer.
 *
 * Last in, first out, so that the buffers that are warm in the cache are
 * used first.  All memory is taken, and touched, at open.  An empty pool is
 * the one place where pressure shows: the capture thread then takes nothing
 * from its source until a batch is home.
 *
 * Owner     the lane; a batch got from the pool belongs to who holds it.
 * Threads   [c] the capture thread alone, [1] nobody else running.
 * Order     none: batches travel over links, which order them. */

#include <stdint.h>

#include "base/pages.h"
#include "ring/batch.h"

struct weir_err;
struct weir_pool;

/* weir_pool_open [1]: `batches` batches with chunks of chunk_bytes each
 * (0: without), each at a multiple of WEIR_LEASE_ALIGN.  Returns 0,
 * -EINVAL or -ENOMEM; *out is set only on 0. */
int weir_pool_open(struct weir_pool **out, uint32_t batches,
                   uint32_t chunk_bytes, struct weir_err *err);

/* weir_pool_get [c]: a batch whose chunk is empty, or NULL if all are out.
 * weir_pool_put [c]: the batch is home; asserts that it is one of the
 * pool's, and that it was out. */
struct weir_batch *weir_pool_get(struct weir_pool *pool);
void weir_pool_put(struct weir_pool *pool, struct weir_batch *batch);

/* weir_pool_out [c]: batches that are not home. */
uint32_t weir_pool_out(const struct weir_pool *pool);

/* weir_pool_chunks: the memory of all chunks, to look at; base is NULL if
 * there are none. */
struct weir_pages weir_pool_chunks(const struct weir_pool *pool);

/* weir_pool_close [1]: accepts NULL; asserts that every batch is home. */
void weir_pool_close(struct weir_pool *pool);

#endif
