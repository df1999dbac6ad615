#include <criterion/criterion.h>

#include <string.h>

#include "base/err.h"
#include "bench/stages/input.h"
#include "bench/stages/ring.h"

static struct weir_input *input;
static struct weir_ring *ring;

static void setup(void)
{
    const struct weir_input_config config = {.frame = "imix",
                                             .flows = 10,
                                             .bytes = UINT64_C(2) *
                                                      WEIR_INPUT_BLOCK_BYTES};
    struct weir_err err = {.text = ""};
    cr_assert_eq(weir_input_open(&input, &config, &err), 0, "%s", err.text);
    cr_assert_eq(weir_ring_open(&ring, input, &err), 0, "%s", err.text);
}

static void teardown(void)
{
    weir_ring_close(ring);
    weir_input_close(input);
}

TestSuite(ring, .init = setup, .fini = teardown);

/* Whether the block has the input's next frames, every byte of them. */
static void expect_frames(const struct weir_lease *lease,
                          struct weir_input_place *place)
{
    struct weir_walk walk = {0};
    struct weir_frame got, wanted;
    while (lease->walk(lease, &walk, &got, 1) == 1) {
        cr_assert_eq(weir_input_take(input, place, &wanted, 1), 1);
        cr_assert_eq(got.caplen, wanted.caplen);
        cr_assert_eq(got.len, wanted.len);
        cr_assert_eq(got.time_ns, wanted.time_ns);
        cr_assert_eq(memcmp(got.data, wanted.data, got.caplen), 0);
    }
    cr_assert_eq(walk.frames, lease->frames);
}

Test(ring, blocks_have_the_frames_in_their_order)
{
    struct weir_input_place place = {0};
    uint64_t frames = 0;
    for (uint32_t i = 0; i < weir_ring_count(ring); i++) {
        const struct weir_batch *batch = weir_ring_next(ring);
        cr_assert_gt(batch->passed, 0);
        cr_assert_eq(batch->passed, batch->lease.frames);
        expect_frames(&batch->lease, &place);
        frames += batch->passed;
    }
    cr_assert_leq(frames, input->frames);
}

/* Round and round: each time as it was at first. */
Test(ring, a_block_that_was_turned_is_laid_anew)
{
    for (int round = 0; round < 3; round++) {
        struct weir_input_place place = {0};
        for (uint32_t i = 0; i < weir_ring_count(ring); i++) {
            struct weir_batch *batch = weir_ring_next(ring);
            cr_assert_eq(batch->lease.records, WEIR_RECORDS_OTHER);
            cr_assert(batch->lease.in_place(&batch->lease));
            cr_assert_eq(batch->lease.records, WEIR_RECORDS_PCAPNG);
            cr_assert_eq(batch->lease.bytes % WEIR_LEASE_ALIGN, 0);
            expect_frames(&batch->lease, &place);
        }
    }
}
