#include "ring/summary.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>

#include "base/err.h"
#include "tests/ring/summary_rig.h"

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
    struct weir_summary *summary = summary_opened(64);
    for (int round = 0; round < 2; round++) {
        struct weir_talker talker;
        struct weir_sum other;
        ASSERT_SUM(weir_summary_total(summary), 0, 0);
        ASSERT_SUM(weir_summary_outcome(summary, 0), 0, 0);
        ASSERT_SUM(weir_summary_size(summary, 0), 0, 0);
        cr_assert_eq(weir_summary_talkers(summary, &talker, 1, &other), 0);
        ASSERT_SUM(other, 0, 0);
        for (uint32_t i = 0; i < 1000; i++)
            summary_count(summary, 4, i, 60);
        weir_summary_clear(summary);
    }
    weir_summary_close(summary);
}

Test(summary, size_classes_have_exact_borders)
{
    struct weir_summary *summary = summary_opened(64);
    uint64_t from = 0;
    for (uint32_t c = 0; c < WEIR_SIZE_CLASSES; c++) {
        uint64_t to = weir_size_class_max[c];
        cr_assert_geq(to, from);
        summary_count(summary, 0, 0, (uint32_t)from);
        summary_count(summary, 0, 0, (uint32_t)to);
        ASSERT_SUM(weir_summary_size(summary, c), 2, from + to);
        from = to + 1;
    }
    cr_assert_eq(from, UINT64_C(1) << 32);
    weir_summary_close(summary);
}

Test(summary, outcomes_are_counted_apart)
{
    struct weir_summary *summary = summary_opened(64);
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
    struct weir_summary *summary = summary_opened(64);
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
    struct weir_summary *summary = summary_opened(64);
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

Test(summary, merge_and_subtract_across_sizes_and_seeds)
{
    struct weir_summary *from = summary_opened(64);
    struct weir_summary *into = NULL;
    const struct weir_summary_config config = {.talkers = 8192, .seed = 99};
    cr_assert_eq(weir_summary_open(&into, &config, NULL), 0);
    for (uint32_t i = 0; i < 8; i++)
        summary_count(from, 4, i, 100 + i);
    summary_count(into, 4, 3, 50);
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
    struct weir_summary *from = summary_opened(64);
    struct weir_summary *into = summary_opened(64);
    summary_count(from, 4, 1, 60);
    weir_summary_subtract(into, from);
}

Test(summary, a_vector_of_257_aborts, .signal = SIGABRT)
{
    static const struct weir_tally tallies[257];
    weir_summary_count(summary_opened(64), tallies, 257);
}

Test(summary, an_outcome_out_of_range_aborts, .signal = SIGABRT)
{
    (void)weir_summary_outcome(summary_opened(64), WEIR_OUTCOMES_MAX);
}

Test(summary, a_size_class_out_of_range_aborts, .signal = SIGABRT)
{
    (void)weir_summary_size(summary_opened(64), WEIR_SIZE_CLASSES);
}
