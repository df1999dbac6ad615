#include <criterion/criterion.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/linktype.h"
#include "base/pcapng.h"
#include "capture/afpacket_block.h"
#include "tests/capture/afpacket_rig.h"
#include "tests/capture/file_rig.h"

#define BLOCK WEIR_AFPACKET_BLOCK_BYTES_MIN

static struct fake_kernel kernel;
static struct rig_list list;

static struct weir_lease fill(struct random *random, const struct rig_mix *mix,
                              uint32_t frames_max,
                              struct weir_afpacket_device *device)
{
    fake_kernel_open(&kernel, BLOCK, 2, device->snaplen);
    device->copies = mix->copies;
    while (kernel.active == 0) {
        if (frames_max > 0 && list.count == frames_max)
            fake_kernel_tick(&kernel);
        else
            (void)rig_receive(&kernel, random, mix, &list);
    }
    return rig_lease(&kernel, device);
}

static void empty(void)
{
    rig_list_free(&list);
    fake_kernel_close(&kernel);
}

/* The blocks, one behind the other, as any reader finds them. */
static void check_blocks(const struct weir_lease *lease, uint64_t dropped,
                         uint64_t lost)
{
    const uint8_t *base = lease->base;
    uint32_t at = 0, n = 0;
    cr_assert_eq(lease->bytes % WEIR_LEASE_ALIGN, 0);
    for (; at < lease->bytes; n++) {
        const uint32_t total = weir_load_32(base + at + 4);
        const uint32_t type = weir_load_32(base + at);
        cr_assert(total % 4 == 0 && total >= 12 && total <= lease->bytes - at);
        cr_assert_eq(weir_load_32(base + at + total - 4), total);
        cr_assert_eq(type, n == 0   ? WEIR_PCAPNG_LOCAL
                           : n == 1 ? WEIR_PCAPNG_ISB
                                    : WEIR_PCAPNG_EPB);
        if (n == 1) {
            cr_assert_eq(weir_load_16(base + at + 20), WEIR_PCAPNG_ISB_OSDROP);
            cr_assert_eq(weir_load_64(base + at + 24), dropped);
        }
        if (n == 2) {
            cr_assert_eq(at, lease->preface);
            const uint32_t caplen = weir_load_32(base + at + 20);
            const uint8_t *option = base + at + 28 + (caplen + 3) / 4U * 4UL;
            cr_assert_eq(weir_load_16(option), WEIR_PCAPNG_EPB_FLAGS);
            if (lost > 0) {
                cr_assert_eq(weir_load_16(option + 8),
                             WEIR_PCAPNG_EPB_DROPCOUNT);
                cr_assert_eq(weir_load_64(option + 12), lost);
            }
        }
        at += total;
    }
    cr_assert_eq(n, lease->frames + 2);
}

/* As a file, through our own reader. */
static void check_file(const struct weir_lease *lease)
{
    struct made made = {0};
    struct made ns = {0};
    struct seen seen = {0};
    const uint8_t resolution = 9;
    made_shb(&made);
    made_option(&ns, WEIR_PCAPNG_IF_TSRESOL, &resolution, 1);
    made_idb(&made, WEIR_LINKTYPE_ETHERNET, 0, &ns);
    made_bytes(&made, lease->base, lease->bytes);
    cr_assert_eq(seen_made(&seen, &made, made.n, 524288), WEIR_SOURCE_END, "%s",
                 seen.err.text);
    cr_assert_eq(seen.count, lease->frames);
    for (uint32_t i = 0; i < lease->frames; i++) {
        const struct seen_frame *f = &seen.frames[i];
        const struct rig_sent *sent = &list.at[i];
        cr_assert(f->len == sent->len && f->caplen == sent->caplen);
        cr_assert_eq(f->time_ns, sent->time_ns);
        cr_assert_eq(f->flags,
                     sent->flags & ~(WEIR_FRAME_COPY | WEIR_FRAME_RETAGGED));
        cr_assert_arr_eq(seen.bytes.bytes + f->data, sent->data, f->caplen);
    }
    seen_free(&seen);
    made_free(&made);
    made_free(&ns);
}

/* Nothing of what was there before (0xa5) is in the file: all that is not a
 * frame's is written. */
static void check_clean(const struct weir_lease *lease)
{
    struct weir_walk walk = {0};
    struct weir_frame f;
    const uint8_t *at = lease->base;
    while (lease->walk(lease, &walk, &f, 1) == 1) {
        for (; at < f.data; at++)
            cr_assert(memcmp(at, "\xa5\xa5\xa5\xa5", 4) != 0);
        at = f.data + f.caplen;
    }
    for (; at < lease->base + lease->bytes - 4; at++)
        cr_assert(memcmp(at, "\xa5\xa5\xa5\xa5", 4) != 0);
}

static void check(struct random *random, const struct rig_mix *mix,
                  uint32_t frames_max, bool walked)
{
    struct weir_afpacket_device device = {.snaplen = 262144};
    struct weir_lease lease = fill(random, mix, frames_max, &device);
    const uint64_t lost = random_below(random, 2) * random_next(random);
    lease.lost_before = lost;
    lease.kernel_dropped = random_next(random);
    if (walked)
        cr_assert_null(rig_differs(&lease, &list, 0, 64));
    const bool turned = lease.in_place(&lease);
    if (!turned) {
        /* There is no room for the end of the last. */
        cr_assert_gt(lease.bytes, BLOCK - 8192);
        cr_assert_null(rig_differs(&lease, &list, 0, 64));
        empty();
        return;
    }
    cr_assert_eq(lease.records, WEIR_RECORDS_PCAPNG);
    cr_assert_null(lease.in_place);
    cr_assert_leq(lease.bytes, lease.room);
    /* The kernel keeps away, and comes back. */
    bool losing;
    cr_assert(weir_afpacket_block_retired(lease.base, &losing));
    for (uint32_t vector = 1; vector <= 64; vector *= 8) {
        const char *fault = rig_differs(&lease, &list, 0, vector);
        cr_assert_null(fault, "%s", fault);
    }
    check_blocks(&lease, lease.kernel_dropped, lost);
    check_file(&lease);
    check_clean(&lease);
    empty();
}

Test(afpacket_in_place, is_a_file_with_the_same_frames)
{
    struct random random = random_start("afpacket_in_place", 1);
    for (uint32_t frames = 1; frames < 60; frames++)
        check(&random, &(struct rig_mix){18, 1518, 30, 30, frames % 2 == 0},
              frames, frames % 3 == 0);
    for (int i = 0; i < 20; i++) {
        check(&random, &(struct rig_mix){1514, 1514, 0, 0, false}, 0, i % 2);
        check(&random, &(struct rig_mix){60, 60, 0, 0, false}, 0, i % 2);
        check(&random, &(struct rig_mix){18, 4000, 50, 0, false}, 0, i % 2);
    }
}

/* What is refused is as it was. */
static void check_refused(struct weir_lease *lease)
{
    uint8_t *before = malloc(BLOCK);
    const struct weir_lease was = *lease;
    cr_assert_not_null(before);
    memcpy(before, lease->base, BLOCK);
    cr_assert_not(lease->in_place(lease));
    cr_assert_arr_eq(before, lease->base, BLOCK);
    cr_assert(lease->bytes == was.bytes && lease->walk == was.walk);
    cr_assert(lease->records == was.records && lease->preface == 0);
    free(before);
}

Test(afpacket_in_place, what_cannot_be_turned_is_left_alone)
{
    struct random random = random_start("afpacket_in_place", 2);
    struct weir_afpacket_device device = {.snaplen = 262144};
    const struct rig_mix mix = {60, 1000, 0, 0, false};
    struct weir_lease lease = fill(&random, &mix, 20, &device);
    lease.room = lease.bytes;
    check_refused(&lease);
    lease.room = BLOCK;
    lease.frames++;
    check_refused(&lease);
    lease.frames--;
    /* Data at no multiple of 4. */
    struct tpacket3_hdr h;
    memcpy(&h, lease.base + 48, sizeof h);
    h.tp_mac += 2;
    memcpy(lease.base + 48, &h, sizeof h);
    check_refused(&lease);
    h.tp_mac -= 2;
    memcpy(lease.base + 48, &h, sizeof h);
    cr_assert(lease.in_place(&lease));
    empty();
}

/* A gap that is longer than an option can be. */
Test(afpacket_in_place, a_gap_too_long_is_refused)
{
    struct random random = random_start("afpacket_in_place", 3);
    struct weir_afpacket_device device = {.snaplen = 262144};
    const struct rig_mix mix = {60, 60, 0, 0, false};
    struct weir_lease lease = fill(&random, &mix, 0, &device);
    struct tpacket3_hdr h;
    memcpy(&h, lease.base + 48, sizeof h);
    h.tp_next_offset = 144 * 470;
    memcpy(lease.base + 48, &h, sizeof h);
    lease.frames -= 469;
    check_refused(&lease);
    empty();
}
