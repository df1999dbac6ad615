#include "capture/afpacket_block.h"

#include <criterion/criterion.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>

#include "tests/capture/afpacket_rig.h"

#define BLOCK WEIR_AFPACKET_BLOCK_BYTES_MIN

static struct fake_kernel kernel;
static struct rig_list list;

/* Block 0, full of such frames. */
static struct weir_lease fill(struct random *random, const struct rig_mix *mix,
                              uint32_t snaplen,
                              struct weir_afpacket_device *device)
{
    fake_kernel_open(&kernel, BLOCK, 2, snaplen);
    device->snaplen = snaplen;
    device->copies = mix->copies;
    while (kernel.active == 0)
        (void)rig_receive(&kernel, random, mix, &list);
    return rig_lease(&kernel, device);
}

static void empty(void)
{
    rig_list_free(&list);
    fake_kernel_close(&kernel);
}

static void check_mix(struct random *random, const struct rig_mix *mix,
                      uint32_t snaplen)
{
    struct weir_afpacket_device device = {.iface = 3};
    const struct weir_lease lease = fill(random, mix, snaplen, &device);
    cr_assert_eq(lease.begin_ns, list.at[0].time_ns);
    /* Tags are put back once, however often it is walked. */
    for (uint32_t vector = 1; vector <= 64; vector *= 4) {
        const char *fault = rig_differs(&lease, &list, 0, vector);
        cr_assert_null(fault, "snaplen %u: %s", snaplen, fault);
    }
    struct weir_walk walk = {0};
    struct weir_frame frame;
    cr_assert_eq(lease.walk(&lease, &walk, &frame, 1), 1);
    cr_assert_eq(frame.iface, 3);
    empty();
}

Test(afpacket_block, gives_the_frames_that_the_kernel_took)
{
    struct random random = random_start("afpacket_block", 1);
    check_mix(&random, &(struct rig_mix){60, 60, 0, 0, false}, 262144);
    check_mix(&random, &(struct rig_mix){18, 1518, 0, 30, false}, 262144);
    check_mix(&random, &(struct rig_mix){18, 1518, 40, 30, true}, 262144);
    check_mix(&random, &(struct rig_mix){18, 4000, 100, 0, false}, 262144);
}

Test(afpacket_block, a_tag_does_not_exceed_the_snapshot_length)
{
    struct random random = random_start("afpacket_block", 2);
    for (uint32_t snaplen = 12; snaplen < 70; snaplen += 3)
        check_mix(&random, &(struct rig_mix){18, 90, 50, 10, false}, snaplen);
}

/* Without both addresses there is no place for a tag. */
Test(afpacket_block, a_frame_cut_in_its_addresses_has_no_tag)
{
    struct random random = random_start("afpacket_block", 3);
    struct weir_afpacket_device device = {0};
    const struct rig_mix mix = {60, 60, 100, 0, false};
    const struct weir_lease lease = fill(&random, &mix, 11, &device);
    struct weir_walk walk = {0};
    struct weir_frame frame;
    cr_assert_eq(lease.walk(&lease, &walk, &frame, 1), 1);
    cr_assert_eq(frame.caplen, 11);
    cr_assert_eq(frame.len, 56);
    cr_assert_arr_eq(frame.data, list.at[0].data, 11);
    empty();
}

/* In a copy of its exact size, so that asan sees what is read behind it. */
static uint32_t walk_copy(const struct weir_lease *lease, uint32_t bytes,
                          uint32_t frames)
{
    struct weir_lease cut = *lease;
    struct weir_frame out[16];
    struct weir_walk walk = {0};
    uint32_t n, count = 0;
    volatile uint8_t sum = 0;
    cut.base = malloc(bytes);
    cut.bytes = bytes;
    cut.frames = frames;
    cr_assert_not_null(cut.base);
    memcpy(cut.base, lease->base, bytes);
    while ((n = cut.walk(&cut, &walk, out, 16)) > 0) {
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t b = 0; b < out[i].caplen; b++)
                sum = (uint8_t)(sum + out[i].data[b]);
        count += n;
    }
    free(cut.base);
    return count;
}

Test(afpacket_block, ends_where_its_bytes_end)
{
    struct random random = random_start("afpacket_block", 4);
    struct weir_afpacket_device device = {0};
    const struct rig_mix mix = {18, 200, 30, 0, false};
    const struct weir_lease lease = fill(&random, &mix, 262144, &device);
    uint32_t before = 0;
    for (uint32_t bytes = 48; bytes < 1500; bytes++) {
        const uint32_t n = walk_copy(&lease, bytes, lease.frames);
        cr_assert(n == before || n == before + 1, "%u: %u", bytes, n);
        before = n;
    }
    cr_assert_gt(before, 4);
    cr_assert_eq(walk_copy(&lease, lease.bytes, 3), 3);
    empty();
}

Test(afpacket_block, nothing_in_a_block_is_trusted)
{
    struct random random = random_start("afpacket_block", 5);
    struct weir_afpacket_device device = {.snaplen = 262144};
    const struct rig_mix mix = {18, 300, 30, 10, false};
    const struct weir_lease lease = fill(&random, &mix, 262144, &device);
    uint8_t *good = malloc(lease.bytes);
    cr_assert_not_null(good);
    memcpy(good, lease.base, lease.bytes);
    for (int i = 0; i < 2000; i++) {
        memcpy(lease.base, good, lease.bytes);
        for (int k = 0; k < 8; k++) {
            const uint32_t at = 12 + random_below(&random, 1000);
            lease.base[at] = (uint8_t)random_next(&random);
        }
        cr_assert_leq(walk_copy(&lease, 1200, lease.frames), lease.frames);
    }
    free(good);
    empty();
}

static struct tpacket_block_desc good_header(void)
{
    struct tpacket_block_desc desc = {.version = TPACKET_V3};
    desc.hdr.bh1.block_status = TP_STATUS_USER;
    desc.hdr.bh1.num_pkts = 1;
    desc.hdr.bh1.offset_to_first_pkt = 48;
    desc.hdr.bh1.blk_len = 200;
    desc.hdr.bh1.seq_num = 77;
    return desc;
}

static bool reads(const struct tpacket_block_desc *desc, uint32_t room)
{
    static _Alignas(8) uint8_t memory[BLOCK];
    struct weir_afpacket_block block;
    memcpy(memory, desc, sizeof *desc);
    return weir_afpacket_block_read(memory, room, &block) && block.seq == 77;
}

Test(afpacket_block, a_header_that_cannot_be_is_refused)
{
    struct tpacket_block_desc desc = good_header();
    cr_assert(reads(&desc, BLOCK));
    cr_assert_not(reads(&desc, 199));
    desc.version = TPACKET_V2;
    cr_assert_not(reads(&desc, BLOCK));
    desc = good_header();
    desc.hdr.bh1.blk_len = BLOCK + 1;
    cr_assert_not(reads(&desc, BLOCK));
    desc.hdr.bh1.blk_len = 47;
    cr_assert_not(reads(&desc, BLOCK));
    desc = good_header();
    desc.hdr.bh1.num_pkts = WEIR_LEASE_FRAMES_MAX + 1;
    cr_assert_not(reads(&desc, BLOCK));
    desc = good_header();
    desc.hdr.bh1.offset_to_first_pkt = 52;
    cr_assert_not(reads(&desc, BLOCK));
    desc.hdr.bh1.offset_to_first_pkt = 40;
    cr_assert_not(reads(&desc, BLOCK));
    desc.hdr.bh1.offset_to_first_pkt = 160;
    cr_assert_not(reads(&desc, BLOCK));
    desc = good_header();
    desc.hdr.bh1.num_pkts = 0;
    desc.hdr.bh1.blk_len = 48;
    cr_assert(reads(&desc, BLOCK));
}

Test(afpacket_block, its_status_says_whose_it_is)
{
    struct tpacket_block_desc desc = good_header();
    bool losing;
    cr_assert(weir_afpacket_block_retired((uint8_t *)&desc, &losing));
    cr_assert_not(losing);
    desc.hdr.bh1.block_status |= TP_STATUS_LOSING;
    cr_assert(weir_afpacket_block_retired((uint8_t *)&desc, &losing));
    cr_assert(losing);
    weir_afpacket_block_release((uint8_t *)&desc);
    cr_assert_eq(desc.hdr.bh1.block_status, TP_STATUS_KERNEL);
    cr_assert_not(weir_afpacket_block_retired((uint8_t *)&desc, &losing));
}
