#include "ring/pool.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/err.h"

static struct weir_pool *opened(uint32_t batches, uint32_t chunk_bytes)
{
    struct weir_pool *pool = NULL;
    cr_assert_eq(weir_pool_open(&pool, batches, chunk_bytes, NULL), 0);
    cr_assert_not_null(pool);
    return pool;
}

Test(pool, open_refuses_counts_out_of_range)
{
    static const uint32_t bad[] = {0, 65536, UINT32_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct weir_err err = {{0}};
        struct weir_pool *pool = NULL;
        cr_assert_eq(weir_pool_open(&pool, bad[i], 4096, &err), -EINVAL);
        cr_assert_null(pool);
        cr_assert_neq(err.text[0], '\0');
    }
}

Test(pool, open_says_when_memory_is_too_much_to_ask)
{
    struct weir_err err = {{0}};
    struct weir_pool *pool = NULL;
    /* 2^48 bytes: more than a process can address. */
    cr_assert_eq(weir_pool_open(&pool, UINT16_MAX, UINT32_MAX, &err), -ENOMEM);
    cr_assert_null(pool);
    cr_assert_not_null(strstr(err.text, "Cannot allocate memory"));
}

Test(pool, close_accepts_null)
{
    weir_pool_close(NULL);
}

Test(pool, gives_each_batch_once_with_a_chunk_of_its_own)
{
    enum { N = 9, BYTES = 5000 };
    struct weir_pool *pool = opened(N, BYTES);
    struct weir_batch *out[N];
    for (uint32_t i = 0; i < N; i++) {
        cr_assert_eq(weir_pool_out(pool), i);
        out[i] = weir_pool_get(pool);
        cr_assert_not_null(out[i]);
        cr_assert_eq(out[i]->chunk.capacity, BYTES);
        memset(out[i]->chunk.buf, (int)i, BYTES);
    }
    cr_assert_null(weir_pool_get(pool));
    cr_assert_eq(weir_pool_out(pool), N);
    for (uint32_t i = 0; i < N; i++)
        for (int b = 0; b < BYTES; b++)
            cr_assert_eq(out[i]->chunk.buf[b], i);
    for (uint32_t i = 0; i < N; i++)
        weir_pool_put(pool, out[i]);
    cr_assert_eq(weir_pool_out(pool), 0);
    weir_pool_close(pool);
}

Test(pool, without_chunks_has_none)
{
    struct weir_pool *pool = opened(1, 0);
    struct weir_batch *batch = weir_pool_get(pool);
    cr_assert_null(batch->chunk.buf);
    cr_assert_eq(batch->chunk.capacity, 0);
    weir_pool_put(pool, batch);
    weir_pool_close(pool);
}

Test(pool, the_last_that_came_home_goes_first_and_is_clean)
{
    struct weir_pool *pool = opened(3, 4096);
    struct weir_batch *a = weir_pool_get(pool);
    struct weir_batch *b = weir_pool_get(pool);
    a->chunk.len = 1;
    a->chunk.frames = 2;
    a->chunk.bytes = NULL;
    a->passed = 3;
    a->passed_bytes = 4;
    a->time_min_ns = 5;
    a->time_max_ns = 6;
    a->lease.frames = 7;
    weir_pool_put(pool, b);
    weir_pool_put(pool, a);
    cr_assert_eq(weir_pool_get(pool), a);
    cr_assert_eq(a->chunk.len, 0);
    cr_assert_eq(a->chunk.frames, 0);
    cr_assert_eq(a->chunk.bytes, a->chunk.buf);
    cr_assert_eq(a->passed, 0);
    cr_assert_eq(a->passed_bytes, 0);
    cr_assert_eq(a->time_min_ns, INT64_MAX);
    cr_assert_eq(a->time_max_ns, INT64_MIN);
    cr_assert_eq(a->lease.frames, 0);
    cr_assert_eq(weir_pool_get(pool), b);
    weir_pool_put(pool, a);
    weir_pool_put(pool, b);
    weir_pool_close(pool);
}

Test(pool, put_into_a_pool_that_is_whole_aborts, .signal = SIGABRT)
{
    struct weir_pool *pool = opened(1, 0);
    struct weir_batch *batch = weir_pool_get(pool);
    weir_pool_put(pool, batch);
    weir_pool_put(pool, batch);
}

Test(pool, put_of_a_stranger_aborts, .signal = SIGABRT)
{
    struct weir_pool *pool = opened(2, 0);
    struct weir_pool *other = opened(2, 0);
    (void)weir_pool_get(pool);
    weir_pool_put(pool, weir_pool_get(other));
}

Test(pool, close_with_a_batch_out_aborts, .signal = SIGABRT)
{
    struct weir_pool *pool = opened(2, 0);
    (void)weir_pool_get(pool);
    weir_pool_close(pool);
}

#ifdef WEIR_DEBUG
Test(pool, put_twice_aborts_in_debug_builds, .signal = SIGABRT)
{
    struct weir_pool *pool = opened(2, 0);
    struct weir_batch *batch = weir_pool_get(pool);
    (void)weir_pool_get(pool);
    weir_pool_put(pool, batch);
    weir_pool_put(pool, batch);
}
#endif

Test(pool, its_memory_can_be_looked_at)
{
    struct weir_err err;
    struct weir_pool *pool = NULL;
    cr_assert_eq(weir_pool_open(&pool, 3, 1 << 20, &err), 0);
    struct weir_pages pages = weir_pool_chunks(pool);
    cr_assert_geq(pages.bytes, 3 << 20);
    struct weir_batch *batch = weir_pool_get(pool);
    cr_assert(batch->chunk.buf >= pages.base &&
              batch->chunk.buf < pages.base + pages.bytes);
    weir_pool_put(pool, batch);
    weir_pool_close(pool);
    cr_assert_eq(weir_pool_open(&pool, 3, 0, &err), 0);
    cr_assert_null(weir_pool_chunks(pool).base);
    weir_pool_close(pool);
}
