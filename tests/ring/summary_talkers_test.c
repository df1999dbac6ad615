/* A summary's table of talkers, through the summary. */

#include <criterion/criterion.h>
#include <stdbool.h>
#include <string.h>

#include "ring/summary.h"
#include "tests/ring/summary_rig.h"

/* Frames whose talkers come as sums later are all there is to see. */
Test(summary_talkers, counts_sums_of_talkers)
{
    struct weir_summary *apart = summary_opened(64);
    struct weir_summary *whole = summary_opened(64);
    struct weir_talker sums[70], a[256], b[256];
    struct weir_sum other[2];
    for (uint32_t i = 0; i < 70; i++) {
        const uint8_t address[16] = {(uint8_t)(i % 9), 7, 7, (uint8_t)i};
        struct weir_tally tally = {
            .address = address, .len = 60 + i, .kind = i % 2 == 0 ? 4 : 6};
        sums[i] =
            (struct weir_talker){.sum = {2, 120 + 2 * i}, .kind = tally.kind};
        memcpy(sums[i].address, address, tally.kind == 4 ? 4 : 16);
        for (int n = 0; n < 2; n++)
            weir_summary_count(whole, &tally, 1);
        tally.kind = 0;
        for (int n = 0; n < 2; n++)
            weir_summary_count(apart, &tally, 1);
    }
    weir_summary_count_talkers(apart, sums, 70);
    ASSERT_SUM(weir_summary_total(apart), weir_summary_total(whole).frames,
               weir_summary_total(whole).bytes);
    size_t n = weir_summary_talkers(whole, a, 256, &other[0]);
    cr_assert_eq(weir_summary_talkers(apart, b, 256, &other[1]), n);
    for (size_t i = 0; i < n; i++) {
        ASSERT_SUM(b[i].sum, a[i].sum.frames, a[i].sum.bytes);
        cr_assert_eq(memcmp(a[i].address, b[i].address, 16), 0);
    }
    ASSERT_SUM(other[1], other[0].frames, other[0].bytes);
    weir_summary_close(apart);
    weir_summary_close(whole);
}

Test(summary_talkers, kinds_with_the_same_bytes_are_different_talkers)
{
    struct weir_summary *summary = summary_opened(64);
    summary_count(summary, 4, 0x01020304, 100);
    summary_count(summary, 6, 0x01020304, 200);
    summary_count(summary, 1, 0x01020304, 300);
    summary_count(summary, 0, 0x01020304, 400);
    struct weir_talker talkers[4];
    struct weir_sum other;
    cr_assert_eq(weir_summary_talkers(summary, talkers, 4, &other), 3);
    cr_assert_eq(talkers[0].kind, 1);
    cr_assert_eq(talkers[1].kind, 6);
    cr_assert_eq(talkers[2].kind, 4);
    ASSERT_SUM(other, 0, 0);
    weir_summary_close(summary);
}

Test(summary_talkers, addresses_come_back_as_they_were)
{
    struct weir_summary *summary = summary_opened(64);
    /* At odd places in exact-size copies: nothing behind them is read. */
    static const uint8_t kinds[] = {4, 6, 1};
    static const uint8_t sizes[] = {4, 16, 6};
    for (int k = 0; k < 3; k++) {
        uint8_t *address = malloc(sizes[k]);
        cr_assert_not_null(address);
        for (uint8_t i = 0; i < sizes[k]; i++)
            address[i] = (uint8_t)(0xa0 + i);
        const struct weir_tally tally = {.address = address,
                                         .len = 100u * (unsigned)(k + 1),
                                         .kind = kinds[k]};
        weir_summary_count(summary, &tally, 1);
        free(address);
    }
    struct weir_talker talkers[3];
    struct weir_sum other;
    cr_assert_eq(weir_summary_talkers(summary, talkers, 3, &other), 3);
    for (int k = 0; k < 3; k++) {
        const struct weir_talker *talker = &talkers[2 - k];
        cr_assert_eq(talker->kind, kinds[k]);
        for (uint8_t i = 0; i < 16; i++)
            cr_assert_eq(talker->address[i], i < sizes[k] ? 0xa0 + i : 0);
    }
    weir_summary_close(summary);
}

Test(summary_talkers, talkers_are_ordered_by_bytes_frames_and_address)
{
    struct weir_summary *summary = summary_opened(1024);
    summary_count(summary, 4, 0x03000000,
                  100); /* 0.0.0.3, as stored in memory */
    summary_count(summary, 4, 0x02000000, 100);
    summary_count(summary, 4, 0x05000000, 50);
    summary_count(summary, 4, 0x05000000, 50);
    summary_count(summary, 4, 0x04000000, 101);
    summary_count(summary, 4, 0x01000000, 99);
    static const uint8_t last_bytes[] = {4, 5, 2, 3, 1};
    struct weir_talker talkers[6];
    struct weir_sum other;
    for (size_t max = 0; max <= 6; max++) {
        size_t n = weir_summary_talkers(summary, talkers, max, &other);
        cr_assert_eq(n, max < 5 ? max : 5);
        uint64_t bytes = other.bytes;
        for (size_t i = 0; i < n; i++) {
            cr_assert_eq(talkers[i].address[3], last_bytes[i]);
            bytes += talkers[i].sum.bytes;
        }
        cr_assert_eq(bytes, 500);
    }
    cr_assert_eq(weir_summary_talkers(summary, NULL, 0, &other), 0);
    ASSERT_SUM(other, 6, 500);
    weir_summary_close(summary);
}

Test(summary_talkers, a_great_talker_survives_a_flood_of_small_ones)
{
    struct weir_summary *summary = summary_opened(64);
    for (uint32_t i = 0; i < 100000; i++) {
        summary_count(summary, 4, i, 60);
        if (i % 100 == 0)
            summary_count(summary, 6, 1, 1500);
    }
    struct weir_talker talker;
    struct weir_sum other;
    cr_assert_eq(weir_summary_talkers(summary, &talker, 1, &other), 1);
    cr_assert_eq(talker.kind, 6);
    ASSERT_SUM(talker.sum, 1000, 1500000);
    ASSERT_SUM(other, 100000, 6000000);
    weir_summary_close(summary);
}

Test(summary_talkers, merge_keeps_the_greater_of_two_that_meet)
{
    struct weir_summary *small = summary_opened(64);
    struct weir_summary *great = summary_opened(64);
    for (uint32_t i = 0; i < 1000; i++) {
        summary_count(great, 4, i, 1000);
        summary_count(small, 4, 5000 + i, 60);
    }
    struct weir_talker before[64], after[64];
    struct weir_sum other;
    size_t n = weir_summary_talkers(great, before, 64, &other);
    cr_assert_gt(n, 32);
    weir_summary_merge(great, small);
    cr_assert_eq(weir_summary_talkers(great, after, n, &other), n);
    for (size_t i = 0; i < n; i++)
        cr_assert(memcmp(before[i].address, after[i].address, 16) == 0);
    ASSERT_SUM(other, 2000 - n, 1060000 - n * 1000);
    weir_summary_close(small);
    weir_summary_close(great);
}

static void count_crowd(struct weir_summary *summary, uint32_t first,
                        uint32_t count_max, uint32_t step)
{
    for (uint32_t i = 0; i < count_max; i++) {
        uint32_t n = first + i * step;
        uint8_t bytes[4];
        memcpy(bytes, &n, sizeof n);
        const struct weir_tally tally = {
            .path = n, .address = bytes, .len = 60 + n % 100, .kind = 4};
        weir_summary_count(summary, &tally, 1);
    }
}

static void add_path(void *context, weir_path path, struct weir_sum sum,
                     int overflow)
{
    struct weir_sum *total = context;
    (void)path;
    (void)overflow;
    total->frames += sum.frames;
    total->bytes += sum.bytes;
}

/* Frames choose paths and talkers: tables that overflow in different orders
 * must never make a subtraction fail. */
Test(summary_talkers, subtract_from_crowded_tables_conserves)
{
    struct weir_summary *stays = summary_opened(64), *goes = summary_opened(64);
    struct weir_summary *total = summary_opened(64);
    count_crowd(stays, 0, 3000, 3);
    count_crowd(goes, 9000, 3000, UINT32_C(0) - 2);
    weir_summary_merge(total, stays);
    weir_summary_merge(total, goes);
    weir_summary_subtract(total, goes);
    struct weir_sum want = weir_summary_total(stays);
    ASSERT_SUM(weir_summary_total(total), want.frames, want.bytes);
    struct weir_sum paths = {0};
    weir_summary_paths(total, add_path, &paths);
    ASSERT_SUM(paths, want.frames, want.bytes);
    struct weir_talker talkers[64];
    struct weir_sum other;
    size_t n = weir_summary_talkers(total, talkers, 64, &other);
    for (size_t i = 0; i < n; i++) {
        other.frames += talkers[i].sum.frames;
        other.bytes += talkers[i].sum.bytes;
    }
    ASSERT_SUM(other, want.frames, want.bytes);
    weir_summary_close(stays);
    weir_summary_close(goes);
    weir_summary_close(total);
}

static void assert_same_talkers(const struct weir_summary *a,
                                const struct weir_summary *b)
{
    enum { MAX = 4096 };
    static struct weir_talker of_a[MAX], of_b[MAX];
    struct weir_sum other_a, other_b;
    size_t n = weir_summary_talkers(a, of_a, MAX, &other_a);
    cr_assert_eq(weir_summary_talkers(b, of_b, MAX, &other_b), n);
    ASSERT_SUM(other_a, other_b.frames, other_b.bytes);
    for (size_t i = 0; i < n; i++) {
        ASSERT_SUM(of_a[i].sum, of_b[i].sum.frames, of_b[i].sum.bytes);
        cr_assert_eq(of_a[i].kind, of_b[i].kind);
        cr_assert_arr_eq(of_a[i].address, of_b[i].address, 16);
    }
}

/* Merge and clear walk the buckets that are in use, and no others: a bucket
 * that was forgotten would be missing, or still be there. */
static void reuse(uint32_t room, uint32_t first, uint32_t crowd)
{
    struct weir_summary *used = summary_opened(room),
                        *fresh = summary_opened(room);
    struct weir_summary *total = summary_opened(room),
                        *empty = summary_opened(room);
    count_crowd(used, 1000000, crowd, 3);
    weir_summary_merge(total, used);
    assert_same_talkers(total, used);
    weir_summary_clear(used);
    assert_same_talkers(used, empty);
    count_crowd(used, first, crowd, 7);
    count_crowd(fresh, first, crowd, 7);
    assert_same_talkers(used, fresh);
    weir_summary_clear(total);
    weir_summary_merge(total, used);
    assert_same_talkers(total, fresh);
    weir_summary_subtract(total, fresh);
    assert_same_talkers(total, empty);
    weir_summary_close(used);
    weir_summary_close(fresh);
    weir_summary_close(total);
    weir_summary_close(empty);
}

Test(summary_talkers, a_cleared_table_is_as_good_as_a_new_one)
{
    /* Fewer buckets than a word of 64 bits, as many, and more; nearly empty,
     * half full, overflowing. */
    for (uint32_t room = 64; room <= 4096; room *= 2)
        for (uint32_t crowd = 1; crowd <= 2 * room; crowd *= 4)
            reuse(room, room + crowd, crowd);
}

/* Of every bucket, the first and the last too, against a walk of what was
 * counted. */
Test(summary_talkers, merge_misses_no_bucket)
{
    struct weir_summary *from = summary_opened(4096),
                        *into = summary_opened(8192);
    for (uint32_t i = 0; i < 1000; i++) {
        struct weir_talker talkers[2];
        struct weir_sum other;
        summary_count(from, 4, i, 60 + i);
        weir_summary_merge(into, from);
        cr_assert_eq(weir_summary_talkers(into, talkers, 2, &other), 1);
        ASSERT_SUM(talkers[0].sum, 1, 60 + i);
        weir_summary_clear(from);
        weir_summary_clear(into);
    }
    weir_summary_close(from);
    weir_summary_close(into);
}
