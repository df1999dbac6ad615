#include "ring/summary.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "base/err.h"

static struct weir_summary *opened(uint32_t talkers)
{
    const struct weir_summary_config config = {.talkers = talkers, .seed = 7};
    struct weir_err err;
    struct weir_summary *summary = NULL;
    cr_assert_eq(weir_summary_open(&summary, &config, &err), 0);
    cr_assert_not_null(summary);
    return summary;
}

static void count(struct weir_summary *summary, uint8_t kind, uint32_t address,
                  uint32_t len)
{
    uint8_t bytes[16] = {0};
    memcpy(bytes, &address, sizeof address);
    const struct weir_tally tally = {
        .path = 1, .address = bytes, .len = len, .kind = kind};
    weir_summary_count(summary, &tally, 1);
}

#define ASSERT_SUM(sum, f, b)                                                  \
    do {                                                                       \
        struct weir_sum sum_ = (sum);                                          \
        cr_assert_eq(sum_.frames, (uint64_t)(f), "%llu frames",                \
                     (unsigned long long)sum_.frames);                         \
        cr_assert_eq(sum_.bytes, (uint64_t)(b), "%llu bytes",                  \
                     (unsigned long long)sum_.bytes);                          \
    } while (0)

Test(summary, open_refuses_what_is_no_power_of_two_in_range)
{
    static const uint32_t bad[] = {0,   1,       32,         63,        65,
                                   100, 4194305, 0x00800000, UINT32_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct weir_summary_config config = {.talkers = bad[i]};
        struct weir_err err = {{0}};
        struct weir_summary *summary = NULL;
        cr_assert_eq(weir_summary_open(&summary, &config, &err), -EINVAL);
        cr_assert_null(summary);
        cr_assert_neq(err.text[0], '\0');
    }
    const struct weir_summary_config config = {.talkers = 0};
    struct weir_summary *summary = NULL;
    cr_assert_eq(weir_summary_open(&summary, &config, NULL), -EINVAL);
}

Test(summary, close_accepts_null)
{
    weir_summary_close(NULL);
}

Test(summary, is_empty_after_open_and_after_clear)
{
    struct weir_summary *summary = opened(64);
    for (int round = 0; round < 2; round++) {
        struct weir_talker talker;
        struct weir_sum other;
        ASSERT_SUM(weir_summary_total(summary), 0, 0);
        ASSERT_SUM(weir_summary_outcome(summary, 0), 0, 0);
        ASSERT_SUM(weir_summary_size(summary, 0), 0, 0);
        cr_assert_eq(weir_summary_talkers(summary, &talker, 1, &other), 0);
        ASSERT_SUM(other, 0, 0);
        for (uint32_t i = 0; i < 1000; i++)
            count(summary, 4, i, 60);
        weir_summary_clear(summary);
    }
    weir_summary_close(summary);
}

Test(summary, size_classes_have_exact_borders)
{
    struct weir_summary *summary = opened(64);
    uint64_t from = 0;
    for (uint32_t c = 0; c < WEIR_SIZE_CLASSES; c++) {
        uint64_t to = weir_size_class_max[c];
        cr_assert_geq(to, from);
        count(summary, 0, 0, (uint32_t)from);
        count(summary, 0, 0, (uint32_t)to);
        ASSERT_SUM(weir_summary_size(summary, c), 2, from + to);
        from = to + 1;
    }
    cr_assert_eq(from, UINT64_C(1) << 32);
    weir_summary_close(summary);
}

Test(summary, outcomes_are_counted_apart)
{
    struct weir_summary *summary = opened(64);
    for (unsigned o = 0; o < WEIR_OUTCOMES_MAX; o++) {
        const struct weir_tally tally = {.len = 100 + o, .outcome = (uint8_t)o};
        weir_summary_count(summary, &tally, 1);
    }
    for (unsigned o = 0; o < WEIR_OUTCOMES_MAX; o++)
        ASSERT_SUM(weir_summary_outcome(summary, (uint8_t)o), 1, 100 + o);
    ASSERT_SUM(weir_summary_total(summary), 64, 6400 + 63 * 32);
    weir_summary_close(summary);
}

Test(summary, counts_whole_vectors)
{
    struct weir_summary *summary = opened(64);
    static const uint8_t address[4] = {10, 0, 0, 1};
    struct weir_tally tallies[256];
    for (int i = 0; i < 256; i++)
        tallies[i] = (struct weir_tally){
            .path = 5, .address = address, .len = 60, .kind = 4};
    for (uint32_t n = 0; n <= 256; n++)
        weir_summary_count(summary, tallies, n);
    struct weir_talker talker;
    struct weir_sum other;
    ASSERT_SUM(weir_summary_total(summary), 256 * 257 / 2, 256 * 257 / 2 * 60);
    cr_assert_eq(weir_summary_talkers(summary, &talker, 1, &other), 1);
    ASSERT_SUM(talker.sum, 256 * 257 / 2, 256 * 257 / 2 * 60);
    weir_summary_close(summary);
}

/* Frames whose talkers come as sums later are all there is to see. */
Test(summary, counts_sums_of_talkers)
{
    struct weir_summary *apart = opened(64);
    struct weir_summary *whole = opened(64);
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

Test(summary, kinds_with_the_same_bytes_are_different_talkers)
{
    struct weir_summary *summary = opened(64);
    count(summary, 4, 0x01020304, 100);
    count(summary, 6, 0x01020304, 200);
    count(summary, 1, 0x01020304, 300);
    count(summary, 0, 0x01020304, 400);
    struct weir_talker talkers[4];
    struct weir_sum other;
    cr_assert_eq(weir_summary_talkers(summary, talkers, 4, &other), 3);
    cr_assert_eq(talkers[0].kind, 1);
    cr_assert_eq(talkers[1].kind, 6);
    cr_assert_eq(talkers[2].kind, 4);
    ASSERT_SUM(other, 0, 0);
    weir_summary_close(summary);
}

Test(summary, addresses_come_back_as_they_were)
{
    struct weir_summary *summary = opened(64);
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

Test(summary, talkers_are_ordered_by_bytes_frames_and_address)
{
    struct weir_summary *summary = opened(1024);
    count(summary, 4, 0x03000000, 100); /* 0.0.0.3, as stored in memory */
    count(summary, 4, 0x02000000, 100);
    count(summary, 4, 0x05000000, 50);
    count(summary, 4, 0x05000000, 50);
    count(summary, 4, 0x04000000, 101);
    count(summary, 4, 0x01000000, 99);
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

struct seen {
    uint32_t paths;
    struct weir_sum sum;
    struct weir_sum overflow;
    bool after_overflow;
};

static void see(void *context, weir_path path, struct weir_sum sum,
                int overflow)
{
    (void)path;
    struct seen *seen = context;
    seen->after_overflow |= seen->overflow.frames > 0;
    if (overflow) {
        seen->overflow = sum;
        return;
    }
    seen->paths++;
    seen->sum.frames += sum.frames;
    seen->sum.bytes += sum.bytes;
}

Test(summary, paths_without_room_are_one_overflow_at_the_end)
{
    struct weir_summary *summary = opened(64);
    for (int round = 0; round < 2; round++)
        for (weir_path path = 0; path < 5000; path++) {
            const struct weir_tally tally = {.path = path - 1, .len = 60};
            weir_summary_count(summary, &tally, 1);
        }
    struct seen seen = {0};
    weir_summary_paths(summary, see, &seen);
    cr_assert_geq(seen.paths, 512);
    cr_assert(!seen.after_overflow);
    ASSERT_SUM(seen.sum, seen.paths * 2, seen.paths * 120);
    ASSERT_SUM(seen.overflow, 10000 - seen.paths * 2,
               600000 - seen.paths * 120);
    weir_summary_close(summary);
}

Test(summary, a_great_talker_survives_a_flood_of_small_ones)
{
    struct weir_summary *summary = opened(64);
    for (uint32_t i = 0; i < 100000; i++) {
        count(summary, 4, i, 60);
        if (i % 100 == 0)
            count(summary, 6, 1, 1500);
    }
    struct weir_talker talker;
    struct weir_sum other;
    cr_assert_eq(weir_summary_talkers(summary, &talker, 1, &other), 1);
    cr_assert_eq(talker.kind, 6);
    ASSERT_SUM(talker.sum, 1000, 1500000);
    ASSERT_SUM(other, 100000, 6000000);
    weir_summary_close(summary);
}

Test(summary, merge_keeps_the_greater_of_two_that_meet)
{
    struct weir_summary *small = opened(64);
    struct weir_summary *great = opened(64);
    for (uint32_t i = 0; i < 1000; i++) {
        count(great, 4, i, 1000);
        count(small, 4, 5000 + i, 60);
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

Test(summary, merge_and_subtract_across_sizes_and_seeds)
{
    struct weir_summary *from = opened(64);
    struct weir_summary *into = NULL;
    const struct weir_summary_config config = {.talkers = 8192, .seed = 99};
    cr_assert_eq(weir_summary_open(&into, &config, NULL), 0);
    for (uint32_t i = 0; i < 8; i++)
        count(from, 4, i, 100 + i);
    count(into, 4, 3, 50);
    weir_summary_merge(into, from);
    struct weir_talker talkers[8];
    struct weir_sum other;
    cr_assert_eq(weir_summary_talkers(into, talkers, 8, &other), 8);
    ASSERT_SUM(talkers[0].sum, 2, 153);
    weir_summary_subtract(into, from);
    cr_assert_eq(weir_summary_talkers(into, talkers, 8, &other), 1);
    ASSERT_SUM(talkers[0].sum, 1, 50);
    ASSERT_SUM(other, 0, 0);
    weir_summary_close(from);
    weir_summary_close(into);
}

Test(summary, subtract_of_what_was_never_merged_aborts, .signal = SIGABRT)
{
    struct weir_summary *from = opened(64);
    struct weir_summary *into = opened(64);
    count(from, 4, 1, 60);
    weir_summary_subtract(into, from);
}

Test(summary, a_vector_of_257_aborts, .signal = SIGABRT)
{
    static const struct weir_tally tallies[257];
    weir_summary_count(opened(64), tallies, 257);
}

Test(summary, an_outcome_out_of_range_aborts, .signal = SIGABRT)
{
    (void)weir_summary_outcome(opened(64), WEIR_OUTCOMES_MAX);
}

Test(summary, a_size_class_out_of_range_aborts, .signal = SIGABRT)
{
    (void)weir_summary_size(opened(64), WEIR_SIZE_CLASSES);
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
Test(summary, subtract_from_crowded_tables_conserves)
{
    struct weir_summary *stays = opened(64), *goes = opened(64);
    struct weir_summary *total = opened(64);
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
    struct weir_summary *used = opened(room), *fresh = opened(room);
    struct weir_summary *total = opened(room), *empty = opened(room);
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

Test(summary, a_cleared_table_is_as_good_as_a_new_one)
{
    /* Fewer buckets than a word of 64 bits, as many, and more; nearly empty,
     * half full, overflowing. */
    for (uint32_t room = 64; room <= 4096; room *= 2)
        for (uint32_t crowd = 1; crowd <= 2 * room; crowd *= 4)
            reuse(room, room + crowd, crowd);
}

/* Of every bucket, the first and the last too, against a walk of what was
 * counted. */
Test(summary, merge_misses_no_bucket)
{
    struct weir_summary *from = opened(4096), *into = opened(8192);
    for (uint32_t i = 0; i < 1000; i++) {
        struct weir_talker talkers[2];
        struct weir_sum other;
        count(from, 4, i, 60 + i);
        weir_summary_merge(into, from);
        cr_assert_eq(weir_summary_talkers(into, talkers, 2, &other), 1);
        ASSERT_SUM(talkers[0].sum, 1, 60 + i);
        weir_summary_clear(from);
        weir_summary_clear(into);
    }
    weir_summary_close(from);
    weir_summary_close(into);
}
