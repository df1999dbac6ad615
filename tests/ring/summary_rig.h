#ifndef WEIR_TESTS_RING_SUMMARY_RIG_H
#define WEIR_TESTS_RING_SUMMARY_RIG_H

/* summary_rig: what the tests of summaries do over and over.  For Criterion
 * tests.
 *
 * Threads   the test's one. */

#include <criterion/criterion.h>
#include <string.h>

#include "ring/summary.h"

/* summary_opened: with room for so many talkers. */
static inline struct weir_summary *summary_opened(uint32_t talkers)
{
    const struct weir_summary_config config = {.talkers = talkers, .seed = 7};
    struct weir_summary *summary = NULL;
    cr_assert_eq(weir_summary_open(&summary, &config, NULL), 0);
    cr_assert_not_null(summary);
    return summary;
}

/* summary_count: one frame of a talker. */
static inline void summary_count(struct weir_summary *summary, uint8_t kind,
                                 uint32_t address, uint32_t len)
{
    uint8_t bytes[16] = {0};
    memcpy(bytes, &address, sizeof address);
    const struct weir_tally tally = {
        .path = 1, .address = bytes, .len = len, .kind = kind};
    weir_summary_count(summary, &tally, 1);
}

/* ASSERT_SUM: f frames and b bytes. */
#define ASSERT_SUM(sum, f, b)                                                  \
    do {                                                                       \
        struct weir_sum sum_ = (sum);                                          \
        cr_assert_eq(sum_.frames, (uint64_t)(f), "%llu frames",                \
                     (unsigned long long)sum_.frames);                         \
        cr_assert_eq(sum_.bytes, (uint64_t)(b), "%llu bytes",                  \
                     (unsigned long long)sum_.bytes);                          \
    } while (0)

#endif
