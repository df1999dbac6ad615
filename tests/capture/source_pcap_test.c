#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/linktype.h"
#include "capture/filter.h"
#include "capture/source_pcap.h"
#include "tests/capture/net_rig.h"

#define KEEP   96
#define FRAMES 32768

/* What was received, as far as a test looks at it. */
struct got {
    uint32_t caplen;
    uint32_t len;
    int64_t time_ns;
    uint16_t flags;
    uint8_t data[KEEP];
};

static struct got *got;
static uint32_t got_count;

static void need_rig(void)
{
    const char *reason = NULL;
    if (!rig_open(&reason))
        cr_skip_test("SKIPPED: %s", reason);
    got = calloc(FRAMES, sizeof *got);
    cr_assert_not_null(got);
}

static struct weir_pcap_config config_of(const char *device, const char *filter)
{
    return (struct weir_pcap_config){
        .source = {.leases = 4, .block_bytes = 524288, .filter = filter},
        .device = device,
        .promisc = true,
        .buffer_bytes = 8u << 20,
        .timeout_ms = 20,
    };
}

static struct weir_source *open_config(const struct weir_pcap_config *config)
{
    struct weir_err err = {""};
    struct weir_source *source = NULL;
    const int rc = weir_pcap_source_open(&source, config, &err);
    cr_assert_eq(rc, 0, "%s", err.text);
    cr_assert(source->live && source->fd >= 0);
    cr_assert_eq(weir_ifaces_count(source->ifaces), 1);
    return source;
}

static struct weir_source *open_device(const char *device, const char *filter)
{
    const struct weir_pcap_config config = config_of(device, filter);
    return open_config(&config);
}

static void keep(const struct weir_lease *lease)
{
    struct weir_walk walk = {0};
    struct weir_frame frame;
    uint32_t n = 0;
    while (lease->walk(lease, &walk, &frame, 1) == 1) {
        cr_assert_lt(got_count, (uint32_t)FRAMES);
        struct got *one = &got[got_count++];
        one->caplen = frame.caplen;
        one->len = frame.len;
        one->time_ns = frame.time_ns;
        one->flags = frame.flags;
        memcpy(one->data, frame.data,
               frame.caplen < KEEP ? frame.caplen : KEEP);
        n++;
    }
    cr_assert_eq(n, lease->frames);
}

/* One call of next, and what a capture thread does with its answer. */
static int step(struct weir_source *source, struct weir_err *err)
{
    struct weir_lease lease;
    const int rc = source->ops->next(source, &lease, err);
    if (rc == WEIR_SOURCE_LEASE) {
        keep(&lease);
        source->ops->reclaim(source, &lease);
    } else if (rc == WEIR_SOURCE_WAIT) {
        cr_assert_gt(source->wait_ms, 0);
        struct pollfd wait = {.fd = source->fd, .events = POLLIN};
        (void)poll(&wait, 1, source->wait_ms);
    }
    return rc;
}

/* Until `want` frames are there, at most 5 s. */
static void receive(struct weir_source *source, uint32_t want)
{
    struct weir_err err = {""};
    const int64_t end = weir_clock_mono_ns() + 5 * WEIR_NS_PER_S;
    while (got_count < want && weir_clock_mono_ns() < end)
        cr_assert_geq(step(source, &err), 0, "%s", err.text);
}

static int finish(struct weir_source *source, struct weir_source_stats *stats,
                  struct weir_err *err)
{
    const int64_t end = weir_clock_mono_ns() + 5 * WEIR_NS_PER_S;
    int rc = WEIR_SOURCE_WAIT;
    while (rc > 0 && rc != WEIR_SOURCE_END && weir_clock_mono_ns() < end)
        rc = step(source, err);
    source->ops->stats(source, stats);
    return rc;
}

/* Ends the source and looks at the equation. */
static struct weir_source_stats cut(struct weir_source *source)
{
    struct weir_err err = {""};
    struct weir_source_stats stats;
    source->ops->cut(source);
    const int rc = finish(source, &stats, &err);
    cr_assert_eq(rc, WEIR_SOURCE_END, "%d %s", rc, err.text);
    cr_assert_eq(stats.kernel_seen, got_count + stats.kernel_dropped);
    cr_assert_eq(stats.discards[WEIR_DISCARD_UNREAD], 0);
    cr_assert_not(stats.derived);
    source->ops->close(source);
    return stats;
}

static void send_udp(uint32_t n, size_t len)
{
    uint8_t frame[2048];
    for (uint32_t i = 0; i < n; i++) {
        rig_udp(frame, len, 2000, i, 0);
        rig_send(RIG_LEFT, frame, len);
    }
}

Test(source_pcap, frames_arrive_whole_and_in_order)
{
    need_rig();
    struct weir_source *source = open_device(RIG_RIGHT, "");
    cr_assert_eq(source->ifaces->at[0].linktype, WEIR_LINKTYPE_ETHERNET);
    cr_assert_eq(source->ifaces->at[0].tsresol, 9);
    cr_assert_str_eq(source->ifaces->at[0].name, RIG_RIGHT);
    cr_assert_null(source->notice);
    uint8_t frame[1514];
    for (uint32_t i = 0; i < 2000; i++) {
        const size_t len = 60 + i % 1455;
        rig_udp(frame, len, 2000, i, 0);
        rig_send(RIG_LEFT, frame, len);
    }
    receive(source, 2000);
    cr_assert_eq(got_count, 2000);
    for (uint32_t i = 0; i < 2000; i++) {
        const uint32_t len = 60 + i % 1455;
        rig_udp(frame, len, 2000, i, 0);
        cr_assert_eq(got[i].len, len);
        cr_assert_eq(got[i].caplen, len);
        cr_assert_arr_eq(got[i].data, frame, len < KEEP ? len : KEEP);
        cr_assert(i == 0 || got[i].time_ns >= got[i - 1].time_ns);
    }
    const int64_t age_ns = weir_clock_real_ns() - got[0].time_ns;
    cr_assert(age_ns >= 0 && age_ns < 60 * WEIR_NS_PER_S);
    cr_assert_eq(cut(source).kernel_dropped, 0);
}

Test(source_pcap, a_stop_right_after_a_burst_loses_nothing)
{
    need_rig();
    struct weir_source *source = open_device(RIG_RIGHT, NULL);
    send_udp(300, 60);
    const struct weir_source_stats stats = cut(source);
    cr_assert_eq(got_count, 300);
    cr_assert_eq(stats.kernel_seen, 300);
}

Test(source_pcap, what_came_before_the_open_and_after_the_cut_is_not_seen)
{
    need_rig();
    send_udp(10, 60);
    struct weir_source *source = open_device(RIG_RIGHT, NULL);
    send_udp(20, 60);
    source->ops->cut(source);
    send_udp(40, 60);
    cr_assert_eq(cut(source).kernel_seen, 20);
}

Test(source_pcap, drops_are_counted_to_the_frame)
{
    need_rig();
    struct weir_pcap_config config = config_of(RIG_RIGHT, NULL);
    config.buffer_bytes = 524288;
    struct weir_source *source = open_config(&config);
    send_udp(10000, 60);
    receive(source, 1);
    send_udp(10000, 60);
    const struct weir_source_stats stats = cut(source);
    cr_assert_eq(stats.kernel_seen, 20000);
    cr_assert_gt(stats.kernel_dropped, 0);
}

/* More than all leases hold, given back as they come. */
Test(source_pcap, blocks_fill_and_come_home)
{
    need_rig();
    struct weir_source *source = open_device(RIG_RIGHT, NULL);
    for (uint32_t round = 0; round < 4; round++) {
        send_udp(1000, 1400);
        receive(source, 1000 * (round + 1));
    }
    cr_assert_eq(cut(source).kernel_seen, 4000);
}

Test(source_pcap, a_frame_is_held_for_others_no_longer_than_asked)
{
    need_rig();
    struct weir_pcap_config config = config_of(RIG_RIGHT, NULL);
    config.hold_ms = 150;
    struct weir_source *source = open_config(&config);
    struct weir_err err = {""};
    send_udp(1, 60);
    uint32_t waits = 0;
    while (got_count == 0 && waits < 1000)
        if (step(source, &err) == WEIR_SOURCE_WAIT)
            waits++;
    cr_assert_eq(got_count, 1);
    const int64_t age_ns = weir_clock_real_ns() - got[0].time_ns;
    cr_assert_geq(age_ns, 140 * WEIR_NS_PER_MS);
    cr_assert_eq(cut(source).kernel_seen, 1);
}

Test(source_pcap, loopback_counts_once)
{
    need_rig();
    struct weir_source *source = open_device("lo", NULL);
    rig_datagrams(50);
    receive(source, 50);
    cr_assert_eq(cut(source).kernel_seen, 50);
}

Test(source_pcap, any_sees_each_side_once_and_loopback_once)
{
    need_rig();
    struct weir_source *source = open_device("any", NULL);
    cr_assert_eq(source->ifaces->at[0].linktype, WEIR_LINKTYPE_LINUX_SLL2);
    cr_assert_null(source->notice);
    send_udp(200, 60);
    rig_datagrams(50);
    receive(source, 450);
    uint32_t out = 0;
    uint32_t in = 0;
    for (uint32_t i = 0; i < got_count; i++) {
        out += got[i].flags == WEIR_FRAME_OUTBOUND;
        in += got[i].flags == WEIR_FRAME_INBOUND;
    }
    cr_assert_eq(out, 200);
    cr_assert_eq(in, 250);
    cr_assert_eq(cut(source).kernel_seen, 450);
}

/* Without tags on `any`: there the kernel has taken the tag out of a frame
 * that comes in before it asks the filter, and libpcap has no filter for
 * what it does then. */
static void send_mix(bool tags)
{
    uint8_t frame[600];
    for (uint32_t i = 0; i < 20; i++) {
        rig_udp(frame, 60 + 10 * i, 53, i, 0);
        rig_send(RIG_LEFT, frame, 60 + 10 * i);
        rig_tcp(frame, 60 + 20 * i, i % 2 == 0 ? 80 : 81, i);
        rig_send(RIG_RIGHT, frame, 60 + 20 * i);
        rig_arp(frame);
        rig_send(RIG_LEFT, frame, 60);
        rig_udp(frame, 100, 53, i, (uint16_t)(tags ? 5 + i % 2 : 0));
        rig_send(RIG_LEFT, frame, 100);
    }
    rig_datagrams(10);
}

/* The kernel's verdict on live frames against weir's on the same frames,
 * taken by a second source without a filter. */
static void compare_verdicts(const char *device, const char *text,
                             bool in_kernel, bool some)
{
    struct weir_source *all = open_device(device, NULL);
    struct weir_source *some_of = open_device(device, text);
    const uint16_t linktype = all->ifaces->at[0].linktype;
    cr_assert_eq(some_of->ifaces->at[0].filter == NULL, in_kernel, "%s", text);
    cr_assert_eq(some_of->notice == NULL, in_kernel, "%s", text);
    send_mix(linktype == WEIR_LINKTYPE_ETHERNET);
    got_count = 0;
    cut(all);
    const uint32_t all_count = got_count;
    struct got *want = calloc(all_count, sizeof *want);
    cr_assert_not_null(want);
    struct weir_filter *filter = NULL;
    struct weir_err err = {""};
    cr_assert_eq(weir_filter_compile(&filter, text, linktype, 0, &err), 0, "%s",
                 err.text);
    uint32_t count = 0;
    for (uint32_t i = 0; i < all_count; i++)
        if (weir_filter_match(filter, got[i].data,
                              got[i].caplen < KEEP ? got[i].caplen : KEEP,
                              got[i].len))
            want[count++] = got[i];
    got_count = 0;
    cut(some_of);
    if (!in_kernel) {
        cr_assert_eq(got_count, all_count, "%s", text);
    } else {
        cr_assert_eq(got_count, count, "%s on %s: %u, not %u", text, device,
                     got_count, count);
        cr_assert_eq(count > 0 && count < all_count, some, "%s: %u", text,
                     count);
        for (uint32_t i = 0; i < count; i++)
            cr_assert_arr_eq(got[i].data, want[i].data,
                             want[i].caplen < KEEP ? want[i].caplen : KEEP);
    }
    weir_filter_free(filter);
    free(want);
}

Test(source_pcap, any_filters_in_the_kernel_as_weir_would)
{
    static const char *const texts[] = {
        "ip",
        "tcp port 80",
        "udp and not port 53",
        "arp",
        "inbound",
        "outbound and tcp",
        "host 10.0.0.2",
        "host 127.0.0.1 or arp",
        "greater 150",
        "less 100 and udp",
        "len = 80 or len = 90 or (len > 200 and tcp port 81)",
        "ip[2:2] > 200",
        "udp[8:4] = 0x05000000",
        "ifindex 2",
        "link[8:2] = 1",
        "ip6 or (ip and ip[8] = 64)",
    };
    need_rig();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        compare_verdicts("any", texts[i], true, true);
}

Test(source_pcap, any_filters_in_weir_what_the_kernel_cannot)
{
    need_rig();
    compare_verdicts("any", "link[12:2] = 0x0200", false, true);
}

Test(source_pcap, ethernet_filters_in_the_kernel_as_weir_would)
{
    static const char *const texts[] = {
        "tcp port 80",
        "arp",
        "vlan",
        "vlan 5",
        "vlan 6 and udp port 53",
        "not vlan and greater 200",
    };
    need_rig();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        compare_verdicts(RIG_RIGHT, texts[i], true, true);
}

Test(source_pcap, the_vlan_tag_is_kept)
{
    need_rig();
    struct weir_source *source = open_device(RIG_RIGHT, "vlan 5");
    uint8_t frame[100];
    for (uint32_t i = 0; i < 40; i++) {
        rig_udp(frame, sizeof frame, 53, i, (uint16_t)(5 + i % 2));
        rig_send(RIG_LEFT, frame, sizeof frame);
    }
    const struct weir_source_stats stats = cut(source);
    cr_assert_eq(stats.kernel_seen, 20);
    for (uint32_t i = 0; i < got_count; i++) {
        rig_udp(frame, sizeof frame, 53, 2 * i, 5);
        cr_assert_eq(got[i].len, sizeof frame);
        cr_assert_eq(got[i].caplen, sizeof frame);
        cr_assert_arr_eq(got[i].data, frame, KEEP);
    }
}

Test(source_pcap, any_keeps_the_vlan_tag_of_both_sides)
{
    need_rig();
    struct weir_source *source = open_device("any", NULL);
    uint8_t frame[100];
    for (uint32_t i = 0; i < 20; i++) {
        rig_udp(frame, sizeof frame, 53, i, 5);
        rig_send(RIG_LEFT, frame, sizeof frame);
    }
    cr_assert_eq(cut(source).kernel_seen, 40);
    for (uint32_t i = 0; i < got_count; i++) {
        rig_udp(frame, sizeof frame, 53, rig_number(got[i].data, 24), 5);
        /* SLL2's 20 bytes stand for Ethernet's 14. */
        cr_assert_eq(got[i].len, sizeof frame + 6);
        cr_assert_eq(got[i].caplen, sizeof frame + 6);
        cr_assert_arr_eq(got[i].data, frame + 12, 2);
        cr_assert_arr_eq(got[i].data + 20, frame + 14, KEEP - 20);
    }
}

/* The ring has no room for the whole frames, so it is the kernel that cuts
 * them, also where there is no filter. */
static void check_snaplen(const char *device, uint32_t len)
{
    struct weir_pcap_config config = config_of(device, NULL);
    config.source.snaplen = 64;
    config.buffer_bytes = 1u << 20;
    config.timeout_ms = 200;
    got_count = 0;
    struct weir_source *source = open_config(&config);
    send_udp(1000, 1400);
    const struct weir_source_stats stats = cut(source);
    cr_assert_eq(stats.kernel_dropped, 0);
    cr_assert_geq(got_count, 1000);
    for (uint32_t i = 0; i < got_count; i++) {
        cr_assert_eq(got[i].len, len);
        cr_assert_eq(got[i].caplen, 64);
    }
}

Test(source_pcap, the_kernel_cuts_frames)
{
    need_rig();
    check_snaplen(RIG_RIGHT, 1400);
    check_snaplen("any", 1400 - 14 + 20);
}

Test(source_pcap, an_interface_that_was_down_goes_on)
{
    need_rig();
    struct weir_err err = {""};
    struct weir_source *source = open_device(RIG_RIGHT, NULL);
    send_udp(100, 60);
    cr_assert(rig_ip("link set " RIG_RIGHT " down"));
    receive(source, 100);
    for (int i = 0; i < 20 && source->notice == NULL; i++)
        cr_assert_geq(step(source, &err), 0, "%s", err.text);
    cr_assert_not_null(source->notice);
    cr_assert_not_null(strstr(source->notice, RIG_RIGHT " is down"));
    const uint32_t generation = source->notice_generation;
    cr_assert(rig_ip("link set " RIG_RIGHT " name wother"));
    for (int i = 0; i < 5; i++)
        cr_assert_geq(step(source, &err), 0, "%s", err.text);
    cr_assert(rig_ip("link set wother up"));
    for (int i = 0; i < 20 && source->notice_generation == generation; i++)
        cr_assert_geq(step(source, &err), 0, "%s", err.text);
    cr_assert_not_null(strstr(source->notice, "up again"));
    send_udp(100, 60);
    receive(source, 200);
    cr_assert_eq(cut(source).kernel_seen, 200);
}

static void check_removal(bool down_first)
{
    struct weir_err err = {""};
    struct weir_source_stats stats;
    got_count = 0;
    struct weir_source *source = open_device(RIG_RIGHT, NULL);
    send_udp(200, 60);
    if (down_first) {
        cr_assert(rig_ip("link set " RIG_RIGHT " down"));
        for (int i = 0; i < 20 && source->notice == NULL; i++)
            cr_assert_geq(step(source, &err), 0, "%s", err.text);
    }
    cr_assert(rig_ip("link del " RIG_LEFT));
    cr_assert_eq(finish(source, &stats, &err), -ENODEV);
    cr_assert_str_eq(err.text, RIG_RIGHT ": the interface was removed");
    cr_assert_eq(got_count, 200);
    cr_assert_eq(stats.kernel_seen, 200);
    cr_assert_eq(stats.interface_dropped, 0);
    struct weir_lease lease;
    cr_assert_eq(source->ops->next(source, &lease, &err), -ENODEV);
    source->ops->close(source);
}

Test(source_pcap, a_removed_interface_gives_all_and_then_a_message)
{
    need_rig();
    check_removal(false);
}

Test(source_pcap, an_interface_removed_while_down_too)
{
    need_rig();
    check_removal(true);
}

static void check_refused(const char *device, const char *filter, int code,
                          const char *text)
{
    struct weir_err err = {""};
    struct weir_source *source = NULL;
    const struct weir_pcap_config config = config_of(device, filter);
    const int rc = weir_pcap_source_open(&source, &config, &err);
    cr_assert_eq(rc, code, "%s: %d", err.text, rc);
    cr_assert_null(source);
    cr_assert_str_eq(err.text, text);
}

Test(source_pcap, what_cannot_be_opened_says_why)
{
    need_rig();
    check_refused("nosuch0", NULL, -ENODEV, "nosuch0: no such device");
    check_refused("a-name-that-is-longer-than-any", NULL, -ENODEV,
                  "a-name-that-is-longer-than-any: no such device");
    check_refused("bad\nname", NULL, -ENODEV, "bad?name: no such device");
    check_refused(RIG_RIGHT, "port banana", -EINVAL,
                  "filter 'port banana': unknown port 'banana'");
    cr_assert(rig_ip("link set " RIG_RIGHT " down"));
    check_refused(RIG_RIGHT, NULL, -ENETDOWN,
                  RIG_RIGHT ": the interface is down");
}

Test(source_pcap, without_privilege_it_says_which)
{
    if (getuid() == 0)
        cr_assert_eq(setresuid(65534, 65534, 65534), 0);
    check_refused("lo", NULL, -EPERM,
                  "lo: no privilege to capture: that takes CAP_NET_RAW (try "
                  "sudo)");
}
