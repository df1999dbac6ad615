#include "ring/pool.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/err.h"
#include "base/pages.h"

struct weir_pool {
    uint32_t batches;
    uint32_t home;
    struct weir_pages chunks; /* one mapping for all */
    struct weir_batch *all;
    struct weir_batch *stack[]; /* the home ones */
};

int weir_pool_open(struct weir_pool **out, uint32_t batches,
                   uint32_t chunk_bytes, struct weir_err *err)
{
    if (batches == 0 || batches > UINT16_MAX)
        return weir_err_set(err, -EINVAL, "a pool of %u batches", batches);
    struct weir_pool *pool =
        calloc(1, sizeof *pool + batches * sizeof(struct weir_batch *));
    if (pool == NULL)
        goto err_pool;
    pool->all = calloc(batches, sizeof *pool->all);
    if (pool->all == NULL)
        goto err_all;
    size_t stride = ((size_t)chunk_bytes + WEIR_LEASE_ALIGN - 1) &
                    ~(size_t)(WEIR_LEASE_ALIGN - 1);
    size_t chunks_bytes = batches * stride;
    if (chunks_bytes > 0 && weir_pages_map(&pool->chunks, chunks_bytes) < 0)
        goto err_map;
    pool->batches = batches;
    for (uint32_t i = 0; i < batches; i++) {
        struct weir_batch *batch = &pool->all[i];
        if (chunk_bytes > 0)
            batch->chunk.buf = pool->chunks.base + i * stride;
        batch->chunk.capacity = chunk_bytes;
        weir_pool_put(pool, batch);
    }
    *out = pool;
    return 0;

err_map:
    free(pool->all);
err_all:
    free(pool);
err_pool:
    return weir_err_sys(err, -ENOMEM, "a pool of %u batches", batches);
}

struct weir_batch *weir_pool_get(struct weir_pool *pool)
{
    if (pool->home == 0)
        return NULL;
    struct weir_batch *batch = pool->stack[--pool->home];
    batch->chunk.len = 0;
    batch->chunk.preface = 0;
    batch->chunk.frames = 0;
    batch->chunk.bytes = batch->chunk.buf;
    batch->chunk.moved = false;
    batch->passed = 0;
    batch->skipped = false;
    batch->lent = false;
    batch->refuses = false;
    batch->tapped = false;
    batch->passed_bytes = 0;
    batch->time_min_ns = INT64_MAX;
    batch->time_max_ns = INT64_MIN;
    return batch;
}

static __attribute__((unused)) bool is_home(const struct weir_pool *pool,
                                            const struct weir_batch *batch)
{
    for (uint32_t i = 0; i < pool->home; i++)
        if (pool->stack[i] == batch)
            return true;
    return false;
}

void weir_pool_put(struct weir_pool *pool, struct weir_batch *batch)
{
    WEIR_ASSERT(batch >= pool->all && batch < pool->all + pool->batches);
    WEIR_DCHECK(!is_home(pool, batch));
    WEIR_ASSERT(pool->home < pool->batches);
    memset(&batch->lease, 0, sizeof batch->lease);
    pool->stack[pool->home++] = batch;
}

uint32_t weir_pool_out(const struct weir_pool *pool)
{
    return pool->batches - pool->home;
}

struct weir_pages weir_pool_chunks(const struct weir_pool *pool)
{
    return pool->chunks;
}

void weir_pool_close(struct weir_pool *pool)
{
    if (pool == NULL)
        return;
    WEIR_ASSERT(pool->home == pool->batches);
    weir_pages_unmap(&pool->chunks);
    free(pool->all);
    free(pool);
}
