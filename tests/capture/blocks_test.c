#include "capture/blocks.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define BYTES 8192u

Test(blocks, last_in_first_out_and_page_aligned)
{
    struct weir_blocks *blocks;
    cr_assert_eq(weir_blocks_open(&blocks, 3, BYTES, NULL), 0);
    uint8_t *taken[3];
    for (int i = 0; i < 3; i++) {
        taken[i] = weir_blocks_get(blocks);
        cr_assert_not_null(taken[i]);
        cr_assert_eq((uintptr_t)taken[i] % 4096, 0);
        memset(taken[i], i, BYTES);
    }
    cr_assert_null(weir_blocks_get(blocks));
    for (int i = 0; i < 3; i++)
        cr_assert_eq(taken[i][BYTES - 1], i);
    weir_blocks_put(blocks, taken[0]);
    weir_blocks_put(blocks, taken[2]);
    cr_assert_eq(weir_blocks_get(blocks), taken[2]);
    weir_blocks_put(blocks, taken[2]);
    weir_blocks_put(blocks, taken[1]);
    weir_blocks_close(blocks);
    weir_blocks_close(NULL);
}

Test(blocks, impossible_sizes_are_refused)
{
    static const uint32_t sizes[][2] = {
        {0, 4096}, {65536, 4096}, {1, 0}, {1, 4095}, {1, UINT32_MAX}};
    struct weir_blocks *blocks = NULL;
    for (size_t i = 0; i < 5; i++) {
        struct weir_err err = {{0}};
        cr_assert_eq(weir_blocks_open(&blocks, sizes[i][0], sizes[i][1], &err),
                     -EINVAL);
        cr_assert_neq(err.text[0], '\0');
        cr_assert_null(blocks);
    }
}

/* Frames of each length until the block is full; the lease's memory is an
 * exact copy, so that asan sees a walk that goes too far. */
Test(blocks, what_is_laid_down_is_walked)
{
    uint8_t *block = malloc(BYTES);
    struct weir_fill fill = {.base = block, .capacity = BYTES};
    uint32_t count = 0;
    for (uint32_t caplen = 0; weir_fill_fits(&fill, caplen); caplen++) {
        const struct weir_frame frame = {
            .time_ns = -5 + (int64_t)caplen,
            .caplen = caplen,
            .len = caplen + 100,
            .iface = (uint16_t)(caplen % 3),
            .flags = WEIR_FRAME_INBOUND,
        };
        memset(weir_fill_add(&fill, &frame), (int)caplen, caplen);
        count++;
    }
    struct weir_lease lease;
    weir_fill_lease(&fill, &lease);
    cr_assert_null(fill.base);
    cr_assert_eq(lease.owner, block);
    cr_assert_eq(lease.frames, count);
    cr_assert_leq(lease.bytes, BYTES);
    lease.base = malloc(lease.bytes);
    memcpy(lease.base, block, lease.bytes);

    for (uint32_t max = 1; max <= count + 1; max++) {
        struct weir_frame *out = calloc(max, sizeof *out);
        struct weir_walk walk = {0};
        uint32_t n;
        uint32_t seen = 0;
        while ((n = lease.walk(&lease, &walk, out, max)) > 0) {
            cr_assert(n == max || walk.frames == count);
            for (uint32_t i = 0; i < n; i++, seen++) {
                cr_assert_eq(out[i].time_ns, -5 + (int64_t)seen);
                cr_assert_eq(out[i].caplen, seen);
                cr_assert_eq(out[i].len, seen + 100);
                cr_assert_eq(out[i].iface, seen % 3);
                cr_assert_eq(out[i].flags, WEIR_FRAME_INBOUND);
                if (seen > 0)
                    cr_assert_eq(out[i].data[seen - 1], (uint8_t)seen);
            }
        }
        cr_assert_eq(seen, count);
        cr_assert_eq(walk.frames, count);
        free(out);
    }
    free(lease.base);
    free(block);
}

Test(blocks, a_block_takes_no_more_than_fits)
{
    const struct weir_fill empty = {.capacity = 4096};
    cr_assert(weir_fill_fits(&empty, 4096 - sizeof(struct weir_native)));
    cr_assert(!weir_fill_fits(&empty, 4096 - sizeof(struct weir_native) + 1));
    cr_assert(!weir_fill_fits(&empty, UINT32_MAX));
    cr_assert(!weir_fill_fits(&empty, UINT32_MAX - 7));
    const struct weir_fill many = {
        .capacity = 1u << 20,
        .frames = WEIR_LEASE_FRAMES_MAX,
    };
    cr_assert(!weir_fill_fits(&many, 0));
    const struct weir_fill none = {0};
    cr_assert(!weir_fill_fits(&none, 0));
}
