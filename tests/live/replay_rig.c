#include "tests/live/replay_rig.h"

#include <criterion/criterion.h>
#include <string.h>

#include "tests/capture/net_rig.h"
#include "tests/sink/sender_rig.h"

#define PCAP_MAGIC UINT32_C(0xa1b2c3d4)

static uint8_t bytes[2048];
static uint8_t wanted[2048];

void replay_rig_open(void)
{
    const char *reason;
    if (!rig_open(&reason))
        cr_skip_test("%s", reason);
}

uint32_t replay_size(uint32_t number)
{
    return 60 + number * 37 % 1455;
}

void replay_put(FILE *file, const uint32_t *words, size_t count)
{
    cr_assert_eq(fwrite(words, sizeof *words, count, file), count);
}

void replay_record(FILE *file, uint32_t number, uint32_t len, uint32_t gap_us)
{
    uint64_t at_us = UINT64_C(1700000000000000) + (uint64_t)number * gap_us;
    sender_frame(bytes, len, number);
    replay_put(file,
               (uint32_t[]){(uint32_t)(at_us / 1000000),
                            (uint32_t)(at_us % 1000000), len, len},
               4);
    cr_assert_eq(fwrite(bytes, 1, len, file), len);
}

FILE *replay_file(const char *name, uint32_t linktype)
{
    FILE *file = fopen(command_path(name), "we");
    cr_assert_not_null(file);
    replay_put(file,
               (uint32_t[]){PCAP_MAGIC, 2u | 4u << 16, 0, 0, 262144, linktype},
               6);
    return file;
}

void replay_make(uint32_t frames, uint32_t gap_us)
{
    FILE *file = replay_file("x.pcap", 1);
    for (uint32_t i = 0; i < frames; i++)
        replay_record(file, i, replay_size(i), gap_us);
    cr_assert_eq(fclose(file), 0);
}

void replay_expect(int ear, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        size_t len = sender_ear_take(ear, bytes, sizeof bytes);
        sender_frame(wanted, replay_size(i), i);
        if (len != replay_size(i) || memcmp(bytes, wanted, len) != 0)
            cr_assert_fail("frame %u came as one of %zu bytes", i, len);
    }
}

const struct command_result *replay_run(const char *arguments)
{
    return command_run("weir replay x.pcap -i " RIG_LEFT " --report r.json %s",
                       arguments);
}

void replay_balanced(void)
{
    static const char *const names[] = {
        "too_short",  "too_long", "link_down",  "gone",
        "no_buffers", "refused",  "other_link", "queued",
    };
    uint64_t sum = command_number("r.json", "frames.sent");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[64];
        snprintf(path, sizeof path, "frames.not_sent.%s", names[i]);
        sum += command_number("r.json", path);
    }
    cr_assert_eq(command_number("r.json", "frames.asked"), sum);
}
