#include "bench/stages/input.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/err.h"

static struct weir_input *opened(const char *frame, uint32_t flows,
                                 uint64_t bytes)
{
    const struct weir_input_config config = {
        .frame = frame, .flows = flows, .bytes = bytes};
    struct weir_input *input = NULL;
    struct weir_err err;
    cr_assert_eq(weir_input_open(&input, &config, &err), 0, "%s", err.text);
    return input;
}

Test(input, a_frame_is_a_size_or_imix)
{
    static const char *const bad[] = {
        "",     "59",  "9217",   "60 ", "0x60",
        "IMIX", "-60", "imix60", "60,", "99999999999999999999"};
    static const char *const good[] = {"60", "1514", "9216"};
    uint32_t sizes[WEIR_INPUT_SIZES_MAX];
    uint32_t weights[WEIR_INPUT_SIZES_MAX];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_eq(weir_input_sizes(bad[i], sizes, weights), 0, "%s", bad[i]);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        cr_assert_eq(weir_input_sizes(good[i], sizes, weights), 1);
    cr_assert_eq(weir_input_sizes("imix", sizes, weights), 3);
    cr_assert_eq(sizes[0], 60);
    cr_assert_eq(weights[0], 7);
    cr_assert_eq(sizes[2], 1514);
}

Test(input, has_what_it_says)
{
    struct weir_input *input = opened("60", 10, 3 << 20);
    cr_assert_eq(input->count, 3);
    uint64_t frames = 0;
    for (uint32_t b = 0; b < input->count; b++) {
        const struct weir_batch *batch = &input->batches[b];
        struct weir_walk walk = {0};
        struct weir_frame frame;
        uint64_t bytes = 0;
        while (batch->lease.walk(&batch->lease, &walk, &frame, 1) > 0) {
            cr_assert_eq(frame.caplen, 60);
            cr_assert_eq(frame.len, 60);
            bytes += frame.len;
        }
        cr_assert_eq(walk.frames, batch->passed);
        cr_assert_eq(walk.frames, batch->lease.frames);
        cr_assert_eq(bytes, batch->passed_bytes);
        frames += walk.frames;
    }
    cr_assert_eq(frames, input->frames);
    cr_assert_eq(input->wire_bytes, frames * 60);
    weir_input_close(input);
}

Test(input, holds_each_flow)
{
    /* 1000 frames of 9216 bytes need more than the one block asked for. */
    struct weir_input *input = opened("9216", 1000, 1 << 20);
    cr_assert_geq(input->frames, 1000);
    cr_assert_leq(input->count, 12);
    static uint32_t sources[1000];
    size_t distinct = 0;
    struct weir_input_place place = {0};
    struct weir_frame v[8];
    for (uint64_t seen = 0; seen < input->frames;) {
        uint32_t n = weir_input_take(input, &place, v, 8);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t source;
            memcpy(&source, v[i].data + 26, sizeof source);
            size_t k = 0;
            while (k < distinct && sources[k] != source)
                k++;
            if (k == distinct) {
                cr_assert_lt(distinct, 1000);
                sources[distinct++] = source;
            }
        }
        seen += n;
    }
    cr_assert_eq(distinct, 1000);
    weir_input_close(input);
}

Test(input, imix_has_the_three_sizes_in_their_shares)
{
    struct weir_input *input = opened("imix", 1, 4 << 20);
    uint64_t counts[3] = {0};
    struct weir_input_place place = {0};
    struct weir_frame frame;
    for (uint64_t i = 0; i < input->frames; i++) {
        cr_assert_eq(weir_input_take(input, &place, &frame, 1), 1);
        cr_assert(frame.len == 60 || frame.len == 590 || frame.len == 1514);
        counts[frame.len == 60 ? 0 : frame.len == 590 ? 1 : 2]++;
    }
    double all = (double)input->frames;
    cr_assert_float_eq((double)counts[0] / all, 7 / 12.0, 0.02);
    cr_assert_float_eq((double)counts[1] / all, 4 / 12.0, 0.02);
    cr_assert_float_eq((double)counts[2] / all, 1 / 12.0, 0.02);
    weir_input_close(input);
}

Test(input, goes_round)
{
    struct weir_input *input = opened("1514", 1, 1 << 20);
    struct weir_input_place place = {0};
    struct weir_frame first, again;
    cr_assert_eq(weir_input_take(input, &place, &first, 1), 1);
    for (uint64_t i = 1; i < input->frames; i++)
        cr_assert_eq(weir_input_take(input, &place, &again, 1), 1);
    cr_assert_eq(weir_input_take(input, &place, &again, 1), 1);
    cr_assert_eq(again.data, first.data);
    weir_input_close(input);
}

Test(input, refuses_what_it_cannot_hold)
{
    struct weir_input *input = NULL;
    struct weir_err err = {{0}};
    const struct weir_input_config many = {
        .frame = "9216", .flows = 1 << 24, .bytes = 1 << 20};
    cr_assert_eq(weir_input_open(&input, &many, &err), -EINVAL);
    cr_assert_not_null(strstr(err.text, "MiB"));
    const struct weir_input_config word = {
        .frame = "big", .flows = 1, .bytes = 1 << 20};
    cr_assert_eq(weir_input_open(&input, &word, &err), -EINVAL);
    cr_assert_not_null(strstr(err.text, "big"));
    cr_assert_null(input);
    weir_input_close(NULL);
}
