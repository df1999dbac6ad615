#include "capture/source_afxdp.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "capture/filter.h"
#include "tests/capture/afxdp_rig.h"
#include "tests/capture/live_rig.h"
#include "tests/capture/net_rig.h"

/* Numbered from `first` on, each once and in order. */
static void check_numbers(uint32_t first, uint32_t n, size_t ip_offset)
{
    cr_assert_eq(got_count, n);
    for (uint32_t i = 0; i < n; i++)
        cr_assert_eq(rig_number(got[i].data, ip_offset), first + i, "frame %u",
                     i);
}

Test(source_afxdp, gives_every_frame_once_with_its_time)
{
    live_need();
    struct weir_source *source = afxdp_open();
    const int64_t before_ns = weir_clock_real_ns();
    rig_send_udp(5000, 60);
    const int64_t after_ns = weir_clock_real_ns();
    live_receive(source, 5000);
    cr_assert_eq(live_cut(source).kernel_seen, 5000);
    check_numbers(0, 5000, 14);
    int64_t last_ns = before_ns - 1000000;
    for (uint32_t i = 0; i < got_count; i++) {
        cr_assert_eq(got[i].len, 60);
        cr_assert_eq(got[i].caplen, 60);
        cr_assert_eq(got[i].flags, WEIR_FRAME_INBOUND);
        cr_assert_geq(got[i].time_ns, last_ns - 1000000, "frame %u", i);
        last_ns = got[i].time_ns;
    }
    cr_assert_leq(last_ns, after_ns + 100000000);
}

Test(source_afxdp, frames_of_every_length)
{
    live_need();
    uint8_t frame[1514];
    struct weir_source *source = afxdp_open();
    uint32_t n = 0;
    for (size_t len = 60; len <= sizeof frame; len += 7) {
        rig_udp(frame, len, 2000, n++, 0);
        rig_send(RIG_LEFT, frame, len);
    }
    live_receive(source, n);
    live_cut(source);
    check_numbers(0, n, 14);
    for (uint32_t i = 0; i < n; i++)
        cr_assert_eq(got[i].len, 60 + 7 * i);
}

Test(source_afxdp, the_largest_frames_that_a_chunk_holds)
{
    live_need();
    uint8_t frame[3014];
    cr_assert(rig_ip("link set " RIG_LEFT " mtu 3000"));
    cr_assert(rig_ip("link set " RIG_RIGHT " mtu 3000"));
    struct weir_source *source = afxdp_open();
    for (uint32_t i = 0; i < 500; i++) {
        rig_udp(frame, sizeof frame, 2000, i, 0);
        rig_send(RIG_LEFT, frame, sizeof frame);
    }
    live_receive(source, 500);
    live_cut(source);
    check_numbers(0, 500, 14);
    cr_assert_eq(got[0].len, 3014);
}

Test(source_afxdp, a_tag_in_the_bytes_stays)
{
    live_need();
    uint8_t frame[100];
    struct weir_source *source = afxdp_open();
    for (uint32_t i = 0; i < 10; i++) {
        rig_udp(frame, sizeof frame, 2000, i, 77);
        rig_send(RIG_LEFT, frame, sizeof frame);
    }
    live_receive(source, 10);
    live_cut(source);
    check_numbers(0, 10, 18);
    for (uint32_t i = 0; i < 10; i++)
        cr_assert_eq(memcmp(got[i].data + 12, "\x81\x00\x00\x4d\x08\x00", 6),
                     0);
}

/* The tag that hardware took out of a frame is where it was on the wire. */
Test(source_afxdp, a_tag_beside_the_bytes_is_put_back)
{
    live_need();
    if (!afxdp_push_tags(77))
        cr_skip_test("SKIPPED: this kernel pushes no VLAN tags");
    uint8_t frame[100];
    struct weir_source *source = afxdp_open();
    for (uint32_t i = 0; i < 10; i++) {
        rig_udp(frame, sizeof frame, 2000, i, 0);
        rig_send(RIG_LEFT, frame, sizeof frame);
    }
    live_receive(source, 10);
    live_cut(source);
    check_numbers(0, 10, 18);
    for (uint32_t i = 0; i < 10; i++) {
        cr_assert_eq(got[i].len, 104);
        cr_assert_eq(memcmp(got[i].data, "\2\0\0\0\0\2\2\0\0\0\0\1", 12), 0);
        cr_assert_eq(memcmp(got[i].data + 12, "\x81\x00\x00\x4d\x08\x00", 6),
                     0);
    }
}

/* The filter is for the workers: the source gives every frame. */
Test(source_afxdp, a_filter_is_handed_on)
{
    live_need();
    struct weir_afxdp_config config = afxdp_config();
    config.source.filter = "arp";
    uint8_t frame[60];
    struct weir_source *source = afxdp_open_config(&config);
    const struct weir_iface *iface = &source->ifaces->at[0];
    cr_assert_str_eq(iface->name, RIG_RIGHT);
    cr_assert_str_eq(iface->filter_text, "arp");
    cr_assert_eq(iface->linktype, 1);
    cr_assert_eq(iface->tsresol, 9);
    cr_assert_eq(iface->snaplen, 262144);
    rig_arp(frame);
    cr_assert(weir_filter_match(source->filter, frame, 60, 60));
    rig_udp(frame, 60, 2000, 0, 0);
    cr_assert_not(weir_filter_match(source->filter, frame, 60, 60));
    rig_send(RIG_LEFT, frame, sizeof frame);
    live_receive(source, 1);
    live_cut(source);
}

Test(source_afxdp, the_host_is_without_its_frames_until_the_end)
{
    live_need();
    const int tap = afxdp_tap();
    rig_send_udp(10, 60);
    cr_assert_eq(afxdp_tapped(tap), 10);
    struct weir_source *source = afxdp_open();
    rig_send_udp(10, 60);
    live_receive(source, 10);
    cr_assert_eq(afxdp_tapped(tap), 0);
    cr_assert_eq(live_cut(source).kernel_seen, 10);
    rig_send_udp(10, 60);
    cr_assert_eq(afxdp_tapped(tap), 10);
    (void)close(tap);
}

Test(source_afxdp, a_cut_gives_the_frames_back_at_once)
{
    live_need();
    const int tap = afxdp_tap();
    struct weir_source_stats stats;
    struct weir_err err = {""};
    struct weir_source *source = afxdp_open();
    rig_send_udp(10, 60);
    source->ops->cut(source);
    rig_send_udp(7, 60);
    cr_assert_eq(live_finish(source, &stats, &err), WEIR_SOURCE_END);
    cr_assert_eq(stats.kernel_seen, 10);
    cr_assert_eq(got_count, 10);
    cr_assert_eq(afxdp_tapped(tap), 7);
    source->ops->close(source);
    (void)close(tap);
}

Test(source_afxdp, until_the_start_all_is_the_hosts)
{
    live_need();
    const int tap = afxdp_tap();
    const struct weir_afxdp_config config = afxdp_config();
    struct weir_err err = {""};
    struct weir_source *source = NULL;
    cr_assert_eq(weir_afxdp_source_open(&source, &config, &err), 0, "%s",
                 err.text);
    rig_send_udp(10, 60);
    cr_assert_eq(afxdp_tapped(tap), 10);
    struct weir_source_stats stats;
    source->ops->stats(source, &stats);
    cr_assert_eq(stats.kernel_seen, 0);
    source->ops->close(source);
    (void)close(tap);
}

Test(source_afxdp, says_from_whom_it_takes_what)
{
    live_need();
    struct weir_source *source = afxdp_open();
    cr_assert_str_eq(weir_afxdp_source_text(source),
                     "AF_XDP takes what wright receives away from the host "
                     "(native XDP, copy mode)");
    live_cut(source);
}

/* A device whose driver knows nothing of XDP. */
Test(source_afxdp, the_loopback_interface_in_generic_mode)
{
    live_need();
    struct weir_afxdp_config config = afxdp_config();
    config.device = "lo";
    cr_assert(rig_ip("link set lo mtu 1500"));
    struct weir_source *source = afxdp_open_config(&config);
    cr_assert_str_eq(weir_afxdp_source_text(source),
                     "AF_XDP takes what lo receives away from the host "
                     "(generic XDP, copy mode)");
    rig_datagrams(100);
    live_receive(source, 100);
    cr_assert_eq(live_cut(source).kernel_seen, 100);
    for (uint32_t i = 0; i < 100; i++)
        cr_assert_eq(rig_number(got[i].data, 14), i);
}

/* A pair of which both sides have two queues; frames go to one or the other
 * by their flow. */
static void need_two_queues(void)
{
    if (!rig_ip("link add w2left numtxqueues 2 numrxqueues 2 type veth "
                "peer name w2right numtxqueues 2 numrxqueues 2") ||
        !rig_ip("link set w2left arp off up") ||
        !rig_ip("link set w2right arp off up"))
        cr_skip_test("SKIPPED: no veth pair with two queues");
}

static void send_flows(uint32_t n)
{
    uint8_t frame[60];
    for (uint32_t i = 0; i < n; i++) {
        rig_udp(frame, sizeof frame, (uint16_t)(2000 + i), i, 0);
        rig_send("w2left", frame, sizeof frame);
    }
}

static void check_two_queues_refused(uint32_t queue, int code, const char *text)
{
    struct weir_afxdp_config config = afxdp_config();
    struct weir_err err = {""};
    struct weir_source *source = NULL;
    config.device = "w2right";
    config.queue = queue;
    cr_assert_eq(weir_afxdp_source_open(&source, &config, &err), code);
    cr_assert_str_eq(err.text, text);
}

/* What the other queue receives is the host's, and the operator hears of it. */
Test(source_afxdp, one_queue_of_two)
{
    live_need();
    need_two_queues();
    struct weir_afxdp_config config = afxdp_config();
    config.device = "w2right";
    config.queue = 1;
    struct weir_source *source = afxdp_open_config(&config);
    cr_assert_str_eq(weir_afxdp_source_text(source),
                     "AF_XDP takes what w2right receives on queue 1 of its 2 "
                     "away from the host (native XDP, copy mode)");
    check_two_queues_refused(
        0, -EBUSY, "w2right: another XDP program is attached already");
    check_two_queues_refused(2, -EINVAL, "w2right: no queue 2: it has 0 to 1");
    send_flows(64);
    struct weir_source_stats stats;
    source->ops->stats(source, &stats);
    cr_assert_lt(stats.kernel_seen, 64);
    cr_assert_gt(stats.kernel_seen, 0);
    cr_assert_not_null(source->notice);
    cr_assert_not_null(strstr(source->notice, "queues that are not recorded"));
    live_receive(source, (uint32_t)stats.kernel_seen);
    live_cut(source);
}

/* One program for the sources of all queues, which are one interface. */
Test(source_afxdp, both_queues_of_two)
{
    live_need();
    need_two_queues();
    static struct weir_ifaces ifaces;
    struct weir_afxdp_config config = afxdp_config();
    struct weir_source_stats stats[2];
    struct weir_source *sources[2] = {NULL, NULL};
    config.device = "w2right";
    config.source.ifaces = &ifaces;
    for (uint32_t i = 0; i < 2; i++) {
        config.queue = i;
        config.beside = sources[0];
        sources[i] = afxdp_open_config(&config);
    }
    send_flows(64);
    for (uint32_t i = 0; i < 2; i++) {
        sources[i]->ops->stats(sources[i], &stats[i]);
        cr_assert_gt(stats[i].kernel_seen, 0);
        cr_assert_null(sources[i]->notice);
    }
    cr_assert_eq(stats[0].kernel_seen + stats[1].kernel_seen, 64);
    live_receive(sources[0], (uint32_t)stats[0].kernel_seen);
    /* The first goes, and the other still has its queue. */
    live_cut(sources[0]);
    send_flows(64);
    struct weir_source_stats after;
    sources[1]->ops->stats(sources[1], &after);
    cr_assert_eq(after.kernel_seen, 2 * stats[1].kernel_seen);
    got_count = 0;
    live_receive(sources[1], (uint32_t)after.kernel_seen);
    live_cut(sources[1]);
}

Test(source_afxdp, the_frame_of_a_quiet_link_comes_in_time)
{
    live_need();
    struct weir_afxdp_config config = afxdp_config();
    config.hold_ms = 50;
    struct weir_source *source = afxdp_open_config(&config);
    for (uint32_t i = 1; i <= 5; i++) {
        const int64_t begin_ns = weir_clock_mono_ns();
        rig_send_udp(1, 60);
        live_receive(source, i);
        const int64_t took_ns = weir_clock_mono_ns() - begin_ns;
        cr_assert_geq(took_ns, 45 * WEIR_NS_PER_MS);
        cr_assert_leq(took_ns, 200 * WEIR_NS_PER_MS);
    }
    live_cut(source);
}

static void check_refused(const char *device, int code, const char *text)
{
    struct weir_afxdp_config config = afxdp_config();
    struct weir_err err = {""};
    struct weir_source *source = NULL;
    config.device = device;
    cr_assert_eq(weir_afxdp_source_open(&source, &config, &err), code);
    cr_assert_str_eq(err.text, text);
}

Test(source_afxdp, what_is_not_ethernet_is_refused)
{
    live_need();
    const int tun = rig_tun(65534);
    if (tun < 0)
        cr_skip_test("SKIPPED: no tun device");
    check_refused(RIG_TUN, -EOPNOTSUPP,
                  RIG_TUN ": AF_XDP is for Ethernet interfaces");
    (void)close(tun);
}

/* Leases come home in another order than they went. */
Test(source_afxdp, leases_come_home_in_any_order)
{
    live_need();
    struct weir_source *source = afxdp_open();
    struct weir_err err = {""};
    struct weir_lease leases[4];
    uint32_t frames = 0;
    for (uint32_t round = 0; round < 50; round++) {
        for (uint32_t i = 0; i < 4; i++) {
            rig_send_udp(20, 60);
            cr_assert_eq(source->ops->next(source, &leases[i], &err),
                         WEIR_SOURCE_LEASE, "%s", err.text);
            frames += leases[i].frames;
            /* All is taken: whoever waits now, waits. */
            struct pollfd wait = {.fd = source->fd, .events = POLLIN};
            cr_assert_eq(poll(&wait, 1, 0), 0);
        }
        for (uint32_t i = 0; i < 4; i++)
            source->ops->reclaim(source, &leases[(i + round) * 3 % 4]);
    }
    cr_assert_eq(frames, 50 * 4 * 20);
    source->ops->cut(source);
    struct weir_source_stats stats;
    cr_assert_eq(live_finish(source, &stats, &err), WEIR_SOURCE_END);
    cr_assert_eq(stats.kernel_seen, frames);
    source->ops->close(source);
}

/* While nobody takes frames, what the chunks have no room for is lost, by
 * number; and the first lease behind it says so. */
Test(source_afxdp, overload_is_counted_exactly_and_located)
{
    live_need();
    struct weir_afxdp_config config = afxdp_config();
    struct weir_err err = {""};
    config.buffer_bytes = 1u << 20; /* 512 chunks */
    struct weir_source *source = afxdp_open_config(&config);
    rig_send_udp(2000, 60);
    struct weir_source_stats stats;
    source->ops->stats(source, &stats);
    cr_assert_eq(stats.kernel_seen, 2000);
    cr_assert_eq(stats.kernel_dropped, 2000 - 512);
    uint64_t lost = 0;
    uint32_t frames = 0;
    struct weir_lease lease;
    while (source->ops->next(source, &lease, &err) == WEIR_SOURCE_LEASE) {
        lost += lease.lost_before;
        frames += lease.frames;
        cr_assert_eq(lease.kernel_dropped, 2000 - 512);
        source->ops->reclaim(source, &lease);
    }
    cr_assert_eq(frames, 512);
    cr_assert_eq(lost, 2000 - 512);
    got_count = frames;
    live_cut(source);
}
