#include <criterion/criterion.h>
#include <errno.h>

#include "base/err.h"
#include "capture/source_afpacket.h"

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)

static struct weir_err err;

static void expect_layout(uint64_t ring_bytes, uint32_t block_bytes,
                          uint32_t leases, uint32_t block, uint32_t blocks)
{
    struct weir_afpacket_layout layout;
    cr_assert_eq(weir_afpacket_layout_make(&layout, ring_bytes, block_bytes,
                                           leases, &err),
                 0, "%s", err.text);
    cr_assert_eq(layout.block_bytes, block * KIB);
    cr_assert_eq(layout.blocks, blocks);
}

Test(afpacket_layout, blocks_are_as_large_as_leases_leave_room_for)
{
    expect_layout(0, 0, 16, 1024, 64);
    expect_layout(64 * MIB, 0, 32, 1024, 64);
    expect_layout(64 * MIB, 0, 33, 512, 128);
    expect_layout(16 * MIB, 0, 16, 512, 32);
    expect_layout(4 * MIB, 0, 16, 128, 32);
    /* The smallest there are, and more of them than leases. */
    expect_layout(3 * MIB, 0, 23, 128, 24);
    expect_layout(16 * MIB + 5, 256 * KIB, 63, 256, 64);
    expect_layout(64 * KIB * MIB, 0, 16, 1024, 65536);
}

Test(afpacket_layout, there_is_always_a_block_that_is_not_lent)
{
    struct weir_afpacket_layout layout;
    cr_assert_eq(weir_afpacket_layout_make(&layout, 3 * MIB, 0, 24, &err),
                 -EINVAL);
    cr_assert_str_eq(err.text, "a ring of 3 MiB is 24 blocks of 128 "
                               "KiB, and 24 of them may be lent out: 3200 KiB "
                               "at least");
    cr_assert_eq(
        weir_afpacket_layout_make(&layout, 16 * MIB, 1 * MIB, 16, &err),
        -EINVAL);
    cr_assert_eq(
        weir_afpacket_layout_make(&layout, UINT64_C(1) << 50, 0, 16, &err),
        -EINVAL);
}

Test(afpacket_layout, a_block_that_the_kernel_would_round_is_refused)
{
    static const uint32_t wrong[] = {4096, 65536, 393216, 2097152};
    struct weir_afpacket_layout layout;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_assert_eq(
            weir_afpacket_layout_make(&layout, 64 * MIB, wrong[i], 4, &err),
            -EINVAL);
}
