#include "capture/afpacket_queue.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <string.h>

#include "base/err.h"
#include "tests/capture/afpacket_rig.h"

#define BLOCK  WEIR_AFPACKET_BLOCK_BYTES_MIN
#define BLOCKS 4

static struct fake_kernel kernel;
static struct weir_afpacket_queue queue;
static const struct weir_afpacket_device device = {.snaplen = 262144};
static struct random random_numbers = {7};
static const struct rig_mix mix = {1000, 1000, 0, 0, false};

static void open_queue(void)
{
    struct weir_err err;
    fake_kernel_open(&kernel, BLOCK, BLOCKS, device.snaplen);
    const struct weir_afpacket_kernel k = fake_kernel_of(&kernel);
    cr_assert_eq(k.ops->start(k.self, NULL), 0);
    const struct weir_afpacket_queue_config config = {
        .memory = k.memory,
        .block_bytes = BLOCK,
        .blocks = BLOCKS,
        .counts = k.ops->counts,
        .counts_context = k.self,
        .device = &device,
    };
    cr_assert_eq(weir_afpacket_queue_open(&queue, &config, &err), 0);
}

static void close_queue(void)
{
    /* A test that failed in the middle holds leases. */
    if (queue.out == 0)
        weir_afpacket_queue_close(&queue);
    fake_kernel_close(&kernel);
}

/* So many frames come; returns how many were accepted. */
static uint32_t receive(uint32_t n)
{
    uint32_t accepted = 0;
    while (n-- > 0)
        accepted += rig_receive(&kernel, &random_numbers, &mix, NULL);
    return accepted;
}

static bool take(struct weir_lease *lease)
{
    struct weir_err err = {""};
    const int rc = weir_afpacket_queue_take(&queue, lease, &err);
    cr_assert_geq(rc, 0, "%s", err.text);
    return rc == 1;
}

TestSuite(afpacket_queue, .init = open_queue, .fini = close_queue);

Test(afpacket_queue, lends_each_block_once)
{
    struct weir_lease a, b, c;
    cr_assert_not(take(&a));
    receive(10);
    cr_assert_not(take(&a));
    fake_kernel_tick(&kernel);
    cr_assert(take(&a));
    cr_assert_eq(a.frames, 10);
    cr_assert_eq(a.room, BLOCK);
    cr_assert_not(take(&b));
    receive(5);
    fake_kernel_tick(&kernel);
    cr_assert(take(&b));
    cr_assert_eq(b.frames, 5);
    cr_assert_not(take(&c));
    weir_afpacket_queue_give(&queue, &b);
    weir_afpacket_queue_give(&queue, &a);
    cr_assert_eq(queue.received, 15);
}

/* The index comes round to blocks that we hold. */
/* By the kernel's count in the block that it fills; while that is lent, the
 * ring is full and nobody can tell. */
Test(afpacket_queue, is_idle_while_no_frame_waits_for_its_block_to_retire)
{
    struct weir_lease leases[BLOCKS], more;
    cr_assert_not(take(&more));
    cr_assert(weir_afpacket_queue_idle(&queue));
    for (uint32_t i = 0; i < BLOCKS; i++) {
        receive(1);
        cr_assert_not(take(&more));
        cr_assert_not(weir_afpacket_queue_idle(&queue));
        fake_kernel_tick(&kernel);
        cr_assert(take(&leases[i]));
        cr_assert_not(take(&more));
        cr_assert_eq(weir_afpacket_queue_idle(&queue), i < BLOCKS - 1);
    }
    for (uint32_t i = 0; i < BLOCKS; i++)
        weir_afpacket_queue_give(&queue, &leases[i]);
}

/* The ring comes round to what is out: first to the one behind the due. */
Test(afpacket_queue, is_tight_from_a_block_before_the_one_that_is_out)
{
    struct weir_lease leases[BLOCKS];
    for (uint32_t i = 0; i < BLOCKS; i++) {
        cr_assert_eq(weir_afpacket_queue_tight(&queue), i == BLOCKS - 1);
        receive(1);
        fake_kernel_tick(&kernel);
        cr_assert(take(&leases[i]));
    }
    cr_assert(weir_afpacket_queue_tight(&queue));
    weir_afpacket_queue_give(&queue, &leases[0]);
    cr_assert(weir_afpacket_queue_tight(&queue));
    weir_afpacket_queue_give(&queue, &leases[1]);
    cr_assert_not(weir_afpacket_queue_tight(&queue));
    for (uint32_t i = 2; i < BLOCKS; i++)
        weir_afpacket_queue_give(&queue, &leases[i]);
}

Test(afpacket_queue, a_lent_block_is_not_lent_again)
{
    struct weir_lease lease[BLOCKS], more;
    for (uint32_t i = 0; i < BLOCKS; i++) {
        receive(3);
        fake_kernel_tick(&kernel);
        cr_assert(take(&lease[i]));
    }
    cr_assert_not(take(&more));
    cr_assert_eq(receive(8), 0);
    /* Out of turn: the kernel waits for the oldest. */
    weir_afpacket_queue_give(&queue, &lease[2]);
    weir_afpacket_queue_give(&queue, &lease[1]);
    cr_assert_eq(receive(2), 0);
    cr_assert_not(take(&more));
    weir_afpacket_queue_give(&queue, &lease[0]);
    cr_assert_eq(receive(4), 4);
    fake_kernel_tick(&kernel);
    cr_assert(take(&more));
    cr_assert_eq(more.base, lease[0].base);
    cr_assert_eq(more.lost_before, 10);
    cr_assert_eq(more.kernel_dropped, 10);
    cr_assert_eq(queue.dropped, 10);
    cr_assert_eq(queue.freezes, 1);
    weir_afpacket_queue_give(&queue, &more);
    weir_afpacket_queue_give(&queue, &lease[3]);
    weir_afpacket_queue_count(&queue);
    cr_assert_eq(queue.seen, 3 * BLOCKS + 10 + 4);
    cr_assert_eq(queue.seen, queue.received + queue.dropped);
}

/* Also when the counts were read while it was frozen, and by whom. */
static void check_location(bool read_while_frozen, bool read_thawed)
{
    struct weir_lease lease;
    const uint64_t before = queue.dropped;
    uint32_t filled = 0;
    while (!kernel.frozen)
        filled += receive(1);
    const uint64_t lost = kernel.dropped - before + 20;
    cr_assert_eq(receive(20), 0);
    if (read_while_frozen)
        weir_afpacket_queue_count(&queue);
    for (uint32_t i = 0; i < BLOCKS; i++) {
        cr_assert(take(&lease));
        cr_assert_eq(lease.lost_before, 0);
        cr_assert_eq(lease.kernel_dropped, before);
        filled -= lease.frames;
        weir_afpacket_queue_give(&queue, &lease);
    }
    cr_assert_eq(filled, 0);
    receive(3);
    if (read_thawed)
        weir_afpacket_queue_count(&queue);
    fake_kernel_tick(&kernel);
    receive(3);
    fake_kernel_tick(&kernel);
    cr_assert(take(&lease));
    cr_assert_eq(lease.lost_before, lost);
    cr_assert_eq(lease.kernel_dropped, before + lost);
    weir_afpacket_queue_give(&queue, &lease);
    cr_assert(take(&lease));
    cr_assert_eq(lease.lost_before, 0);
    weir_afpacket_queue_give(&queue, &lease);
}

Test(afpacket_queue, loss_is_located)
{
    for (int round = 0; round < 3; round++) {
        check_location(false, false);
        check_location(true, false);
        check_location(false, true);
        check_location(true, true);
    }
}

Test(afpacket_queue, an_empty_block_is_given_back)
{
    struct weir_lease lease;
    struct tpacket_block_desc *first = (void *)kernel.memory;
    first->hdr.bh1.blk_len = 48;
    first->hdr.bh1.block_status = TP_STATUS_USER;
    kernel.active = 1;
    struct tpacket_block_desc *second = (void *)(kernel.memory + BLOCK);
    *second = *first;
    second->hdr.bh1.seq_num = kernel.seq++;
    second->hdr.bh1.block_status = TP_STATUS_KERNEL;
    receive(2);
    fake_kernel_tick(&kernel);
    cr_assert(take(&lease));
    cr_assert_eq(lease.frames, 2);
    cr_assert_eq(first->hdr.bh1.block_status, TP_STATUS_KERNEL);
    weir_afpacket_queue_give(&queue, &lease);
}

Test(afpacket_queue, a_number_that_is_missing_is_an_error)
{
    struct weir_lease lease;
    struct weir_err err;
    receive(2);
    fake_kernel_tick(&kernel);
    fake_kernel_skip(&kernel);
    cr_assert(take(&lease));
    weir_afpacket_queue_give(&queue, &lease);
    receive(2);
    fake_kernel_tick(&kernel);
    receive(2);
    fake_kernel_tick(&kernel);
    cr_assert(take(&lease));
    weir_afpacket_queue_give(&queue, &lease);
    cr_assert_eq(weir_afpacket_queue_take(&queue, &lease, &err), -EIO);
    cr_assert_str_eq(err.text, "block 2 of the kernel's ring has number 4, but "
                               "number 3 is due: blocks are missing");
}

Test(afpacket_queue, a_block_that_cannot_be_is_an_error)
{
    struct weir_lease lease;
    struct weir_err err;
    receive(2);
    fake_kernel_tick(&kernel);
    kernel.memory[0] = 9;
    cr_assert_eq(weir_afpacket_queue_take(&queue, &lease, &err), -EIO);
    cr_assert_not_null(strstr(err.text, "block 0"));
}
