#include "capture/source_afpacket.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/linktype.h"
#include "base/pcapng.h"
#include "tests/capture/afpacket_hand.h"
#include "tests/capture/file_rig.h"
#include "tests/capture/live_rig.h"
#include "tests/capture/net_rig.h"

/* The socket would say that it is readable all the time. */
Test(source_afpacket, a_lease_that_is_out_does_not_wake)
{
    live_need();
    const struct weir_afpacket_config config = afpacket_hand_config(RIG_RIGHT);
    struct weir_source *source = afpacket_hand_open(&config);
    struct weir_lease held[3];
    for (uint32_t i = 0; i < 3; i++) {
        rig_send_udp(1, 60);
        cr_assert(afpacket_hand_readable(source, 1000));
        held[i] = afpacket_hand_take(source);
        cr_assert_eq(held[i].frames, 1);
        afpacket_hand_waits(source);
        cr_assert_not(afpacket_hand_readable(source, 100));
    }
    for (uint32_t i = 0; i < 3; i++)
        source->ops->reclaim(source, &held[i]);
    cr_assert_not(afpacket_hand_readable(source, 50));
    cr_assert_eq(afpacket_hand_end(source, 3).kernel_seen, 3);
}

static uint32_t number_of_first(const struct weir_lease *lease)
{
    struct weir_walk walk = {0};
    struct weir_frame frame;
    cr_assert_eq(lease->walk(lease, &walk, &frame, 1), 1);
    return rig_number(frame.data, 14);
}

/* While the oldest block is out, all that is given back behind it is of no
 * use; when it is back, it goes on. */
Test(source_afpacket, a_freeze_is_counted_and_ends)
{
    live_need();
    const struct weir_afpacket_config config = afpacket_hand_config(RIG_RIGHT);
    struct weir_source *source = afpacket_hand_open(&config);
    struct weir_source_stats stats;
    rig_send_udp(1, 60);
    struct weir_lease oldest = afpacket_hand_take(source);
    uint64_t received = 1;
    /* The other seven hold less than 7000 of these. */
    rig_send_udp(10000, 60);
    for (uint32_t i = 0; i < AFPACKET_HAND_BLOCKS - 1; i++) {
        struct weir_lease lease = afpacket_hand_take(source);
        received += lease.frames;
        cr_assert_eq(lease.lost_before, 0);
        source->ops->reclaim(source, &lease);
    }
    rig_send_udp(5, 60);
    afpacket_hand_waits(source);
    source->ops->stats(source, &stats);
    cr_assert_eq(stats.kernel_dropped, 10006 - received);
    cr_assert_eq(stats.freezes, 1);
    cr_assert_not(afpacket_hand_readable(source, 100));
    source->ops->reclaim(source, &oldest);
    rig_send_udp(7, 60);
    struct weir_lease after = afpacket_hand_take(source);
    cr_assert_eq(after.base, oldest.base);
    cr_assert_eq(after.frames, 7);
    cr_assert_eq(after.lost_before, stats.kernel_dropped);
    cr_assert_eq(after.kernel_dropped, stats.kernel_dropped);
    source->ops->reclaim(source, &after);
    stats = afpacket_hand_end(source, received + 7);
    cr_assert_eq(stats.kernel_seen, 10013);
    cr_assert_eq(stats.freezes, 1);
}

/* Frames have numbers: what is missing between two leases is what they say
 * that was lost, or has been said before. */
Test(source_afpacket, loss_under_load_is_exact_and_located)
{
    live_need();
    const struct weir_afpacket_config config = afpacket_hand_config(RIG_RIGHT);
    struct weir_source *source = afpacket_hand_open(&config);
    const int child = rig_flood(RIG_LEFT, 3000000);
    uint64_t received = 0;
    uint64_t missing = 0;
    uint64_t told = 0;
    uint32_t due = 0;
    uint32_t losses = 0;
    for (uint32_t i = 0; i < 240; i++) {
        struct weir_lease lease = afpacket_hand_take(source);
        const uint32_t first = number_of_first(&lease);
        missing += i == 0 ? 0 : first - due;
        told += lease.lost_before;
        losses += lease.lost_before > 0;
        due = first + lease.frames;
        received += lease.frames;
        cr_assert_eq(lease.kernel_dropped, told);
        cr_assert_leq(missing, told);
        /* Now and then everything fills up behind us. */
        if (i % 40 == 39)
            (void)poll(NULL, 0, 120);
        source->ops->reclaim(source, &lease);
    }
    cr_assert_gt(losses, 3);
    cr_assert_eq(missing, told);
    rig_flood_end(child);
    cr_assert_geq(afpacket_hand_end(source, received).kernel_dropped, told);
}

Test(source_afpacket, a_frame_alone_is_given_in_time)
{
    live_need();
    struct weir_afpacket_config config = afpacket_hand_config(RIG_RIGHT);
    config.retire_ms = WEIR_AFPACKET_RETIRE_MS;
    struct weir_source *source = afpacket_hand_open(&config);
    for (uint32_t i = 0; i < 5; i++) {
        rig_send_udp(1, 60);
        struct weir_lease lease = afpacket_hand_take(source);
        const int64_t age_ns = weir_clock_real_ns() - lease.begin_ns;
        cr_assert(age_ns >= 0 && age_ns < 250 * WEIR_NS_PER_MS);
        source->ops->reclaim(source, &lease);
    }
    (void)afpacket_hand_end(source, 5);
}

Test(source_afpacket, loopback_gives_copies_that_are_marked)
{
    live_need();
    setenv("LIVE_SOURCE", "afpacket", 1);
    struct weir_source *source = live_open("lo", NULL);
    cr_assert(source->ifaces->at[0].copies);
    cr_assert_eq(source->ifaces->at[0].linktype, WEIR_LINKTYPE_ETHERNET);
    rig_datagrams(50);
    live_receive(source, 100);
    uint32_t copies = 0;
    for (uint32_t i = 0; i < got_count; i++)
        copies += got[i].flags == (WEIR_FRAME_OUTBOUND | WEIR_FRAME_COPY);
    cr_assert_eq(copies, 50);
    cr_assert_eq(live_cut(source).kernel_seen, 100);
}

Test(source_afpacket, both_directions_are_told)
{
    live_need();
    setenv("LIVE_SOURCE", "afpacket", 1);
    struct weir_source *source = live_open(RIG_RIGHT, NULL);
    uint8_t frame[60];
    rig_send_udp(10, 60);
    rig_udp(frame, sizeof frame, 1, 1, 0);
    rig_send(RIG_RIGHT, frame, sizeof frame);
    live_receive(source, 11);
    uint32_t out = 0;
    for (uint32_t i = 0; i < got_count; i++)
        out += got[i].flags == WEIR_FRAME_OUTBOUND;
    cr_assert_eq(out, 1);
    cr_assert_not(source->ifaces->at[0].copies);
    cr_assert_eq(source->ifaces->at[0].frame_max, 1522);
    cr_assert_eq(live_cut(source).kernel_seen, 11);
}

/* The tag that the kernel has taken out, both ways of sending it. */
static void check_tag(uint32_t snaplen)
{
    struct weir_afpacket_config config = afpacket_hand_config(RIG_RIGHT);
    config.source.snaplen = snaplen;
    struct weir_source *source = afpacket_hand_open(&config);
    uint8_t frame[200];
    rig_udp(frame, sizeof frame, 53, 1, 5);
    rig_send(RIG_LEFT, frame, sizeof frame);
    struct weir_lease lease = afpacket_hand_take(source);
    for (int i = 0; i < 3; i++) {
        struct weir_walk walk = {0};
        struct weir_frame got_frame;
        cr_assert_eq(lease.walk(&lease, &walk, &got_frame, 1), 1);
        cr_assert_eq(got_frame.len, sizeof frame);
        cr_assert_eq(got_frame.caplen, snaplen < 200 ? snaplen : 200);
        cr_assert_arr_eq(got_frame.data, frame, got_frame.caplen);
    }
    source->ops->reclaim(source, &lease);
    (void)afpacket_hand_end(source, 1);
}

Test(source_afpacket, a_tag_is_put_back_once)
{
    live_need();
    check_tag(65535);
    check_tag(64);
    check_tag(14);
}

/* What the kernel made of mixed frames, as a file. */
Test(source_afpacket, a_block_of_the_kernel_is_turned_in_place)
{
    live_need();
    const struct weir_afpacket_config config = afpacket_hand_config(RIG_RIGHT);
    struct weir_source *source = afpacket_hand_open(&config);
    static uint8_t sent[60][1514];
    size_t len[60];
    for (uint32_t i = 0; i < 60; i++) {
        len[i] = i % 3 == 0 ? 1514 : 60 + 7 * i;
        rig_udp(sent[i], len[i], 53, i, (uint16_t)(i % 4 == 1 ? 9 : 0));
        rig_send(i % 5 == 2 ? RIG_RIGHT : RIG_LEFT, sent[i], len[i]);
    }
    struct weir_lease lease = afpacket_hand_take(source);
    cr_assert(lease.in_place(&lease));
    cr_assert_eq(lease.records, WEIR_RECORDS_PCAPNG);
    struct made made = {0};
    struct seen seen = {0};
    made_shb(&made);
    made_idb(&made, WEIR_LINKTYPE_ETHERNET, 0, NULL);
    made_bytes(&made, lease.base, lease.bytes);
    cr_assert_eq(seen_made(&seen, &made, made.n, 524288), WEIR_SOURCE_END);
    cr_assert_eq(seen.count, lease.frames);
    for (uint32_t i = 0; i < lease.frames; i++) {
        const struct seen_frame *f = &seen.frames[i];
        cr_assert(f->caplen == len[i] && f->len == len[i]);
        cr_assert_arr_eq(seen.bytes.bytes + f->data, sent[i], len[i]);
        cr_assert_eq(f->flags,
                     i % 5 == 2 ? WEIR_FRAME_OUTBOUND : WEIR_FRAME_INBOUND);
    }
    seen_free(&seen);
    made_free(&made);
    /* The kernel keeps away from it, and takes it back as it is. */
    const uint32_t frames = lease.frames;
    rig_send_udp(5000, 60);
    cr_assert_eq(
        lease.walk(&lease, &(struct weir_walk){0}, &(struct weir_frame){0}, 1),
        1);
    source->ops->reclaim(source, &lease);
    cr_assert_eq(afpacket_hand_end(source, frames).kernel_seen, 5060);
}

static void send_flows(void)
{
    uint8_t frame[60];
    for (uint32_t i = 0; i < 1000; i++) {
        rig_udp(frame, sizeof frame, (uint16_t)(1 + i % 100), i, 0);
        rig_send(RIG_LEFT, frame, sizeof frame);
    }
}

Test(source_afpacket, a_group_shares_the_frames)
{
    live_need();
    struct weir_afpacket_config config = afpacket_hand_config(RIG_RIGHT);
    struct weir_source *sources[2];
    config.fanout.mode = WEIR_FANOUT_HASH;
    sources[0] = afpacket_hand_open(&config);
    config.fanout.group = weir_afpacket_source_fanout(sources[0]);
    sources[1] = afpacket_hand_open(&config);
    cr_assert_eq(weir_afpacket_source_fanout(sources[1]), config.fanout.group);
    send_flows();
    const uint64_t one = afpacket_hand_end(sources[0], 0).kernel_seen;
    const uint64_t other = afpacket_hand_end(sources[1], 0).kernel_seen;
    cr_assert(one > 0 && other > 0);
    cr_assert_eq(one + other, 1000);
}

/* The first to be started does not get the others' frames meanwhile. */
Test(source_afpacket, a_group_shares_the_frames_from_its_open_on)
{
    live_need();
    struct weir_afpacket_config config = afpacket_hand_config(RIG_RIGHT);
    struct weir_source *sources[2];
    struct weir_err err = {""};
    config.fanout.mode = WEIR_FANOUT_HASH;
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(weir_afpacket_source_open(&sources[i], &config, &err), 0,
                     "%s", err.text);
        config.fanout.group = weir_afpacket_source_fanout(sources[0]);
    }
    cr_assert_eq(weir_source_start(sources[0], &err), 0, "%s", err.text);
    send_flows();
    cr_assert_eq(weir_source_start(sources[1], &err), 0, "%s", err.text);
    send_flows();
    const uint64_t one = afpacket_hand_end(sources[0], 0).kernel_seen;
    const uint64_t other = afpacket_hand_end(sources[1], 0).kernel_seen;
    cr_assert_eq(one % 2, 0);
    cr_assert_eq(one / 2 + other, 1000);
}

/* Before it is in the group, a socket would get every frame. */
Test(source_afpacket, a_group_that_is_opened_under_load_has_no_frame_twice)
{
    live_need();
    struct weir_afpacket_config config = afpacket_hand_config(RIG_RIGHT);
    struct weir_source *sources[3];
    const uint32_t frames = 1000000;
    afpacket_hand_seen = calloc(frames, 1);
    cr_assert_not_null(afpacket_hand_seen);
    config.fanout.mode = WEIR_FANOUT_HASH;
    config.source.filter = "udp";
    const int child = rig_flood(RIG_LEFT, frames);
    for (uint32_t i = 0; i < 3; i++) {
        sources[i] = afpacket_hand_open(&config);
        config.fanout.group = weir_afpacket_source_fanout(sources[0]);
        (void)poll(NULL, 0, 5);
    }
    rig_flood_end(child);
    uint64_t all = 0;
    for (uint32_t i = 0; i < 3; i++)
        all += afpacket_hand_end(sources[i], 0).kernel_seen;
    cr_assert_gt(all, 0);
    free(afpacket_hand_seen);
}

static void check_refused(const struct weir_afpacket_config *config, int code,
                          const char *text)
{
    struct weir_err err = {""};
    struct weir_source *source = NULL;
    const int rc = weir_afpacket_source_open(&source, config, &err);
    cr_assert_eq(rc, code, "%d %s", rc, err.text);
    cr_assert_str_eq(err.text, text);
}

Test(source_afpacket, what_it_cannot_do_it_says)
{
    live_need();
    struct weir_afpacket_config config = afpacket_hand_config(RIG_RIGHT);
    config.stamp = WEIR_STAMP_ADAPTER;
    check_refused(&config, -EOPNOTSUPP,
                  RIG_RIGHT ": the adapter cannot stamp all frames that it "
                            "receives; the host can");
    config = afpacket_hand_config(RIG_RIGHT);
    config.blocks = AFPACKET_HAND_LEASES;
    check_refused(&config, -EINVAL,
                  "a ring of 512 KiB is 4 blocks of 128 KiB, and 4 of "
                  "them may be lent out: 640 KiB at least");
    const int fd = rig_tun(0xfffe); /* ARPHRD_NONE */
    if (fd < 0)
        return;
    cr_assert_not(weir_afpacket_source_suits(RIG_TUN));
    config = afpacket_hand_config(RIG_TUN);
    check_refused(
        &config, -EOPNOTSUPP,
        RIG_TUN
        ": not an Ethernet device, nor loopback: libpcap captures from any");
}

Test(source_afpacket, suits)
{
    live_need();
    cr_assert(weir_afpacket_source_suits(RIG_RIGHT));
    cr_assert(weir_afpacket_source_suits("lo"));
    cr_assert_not(weir_afpacket_source_suits("any"));
    cr_assert_not(weir_afpacket_source_suits("nosuch0"));
    cr_assert_not(weir_afpacket_source_suits("a-name-that-is-longer-than-any"));
}
