#include "tests/sink/sender_check.h"

#include <criterion/criterion.h>

#include <string.h>

#include "base/err.h"
#include "tests/capture/net_rig.h"
#include "tests/sink/sender_rig.h"

#define FRAME_MAX 65536

struct weir_sender *sender_open_with(struct weir_sender_config config)
{
    struct weir_sender *sender = NULL;
    struct weir_err err = {0};
    if (config.device == NULL)
        config.device = RIG_LEFT;
    cr_assert_eq(weir_sender_open(&sender, &config, &err), 0, "%s", err.text);
    return sender;
}

struct weir_sender_counts sender_balance(struct weir_sender *sender)
{
    struct weir_sender_counts stats;
    cr_assert_eq(weir_sender_stats(sender, &stats, NULL), 0);
    uint64_t sum = stats.sent + stats.queued;
    for (int i = 0; i < WEIR_SENDER_REFUSALS; i++)
        sum += stats.refused[i];
    cr_assert_eq(stats.offered, sum);
    return stats;
}

void sender_finish(struct weir_sender **sender)
{
    struct weir_err err = {0};
    cr_assert_eq(weir_sender_close(sender, &err), 0, "%s", err.text);
    cr_assert_null(*sender);
    cr_assert_eq(weir_sender_close(sender, &err), 0);
}

size_t sender_size(uint32_t number)
{
    return 60 + number * 37 % 1455;
}

void sender_expect(int ear, uint32_t first, uint32_t count)
{
    static uint8_t bytes[FRAME_MAX];
    static uint8_t wanted[FRAME_MAX];
    for (uint32_t i = first; i < first + count; i++) {
        size_t len = sender_ear_take(ear, bytes, sizeof bytes);
        sender_frame(wanted, sender_size(i), i);
        if (len != sender_size(i) || memcmp(bytes, wanted, len) != 0)
            cr_assert_fail("frame %u came as one of %zu bytes", i, len);
    }
    cr_assert(sender_ear_silent(ear));
}
