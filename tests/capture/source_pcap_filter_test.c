#include "capture/source_pcap.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/linktype.h"
#include "capture/filter.h"
#include "tests/capture/live_rig.h"
#include "tests/capture/net_rig.h"

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
    struct weir_source *all = live_open(device, NULL);
    struct weir_source *some_of = live_open(device, text);
    const uint16_t linktype = all->ifaces->at[0].linktype;
    cr_assert_eq(some_of->ifaces->at[0].filter == NULL, in_kernel, "%s", text);
    cr_assert_eq(some_of->notice == NULL, in_kernel, "%s", text);
    send_mix(linktype == WEIR_LINKTYPE_ETHERNET);
    got_count = 0;
    live_cut(all);
    const uint32_t all_count = got_count;
    struct live_got *want = calloc(all_count, sizeof *want);
    cr_assert_not_null(want);
    struct weir_filter *filter = NULL;
    struct weir_err err = {""};
    cr_assert_eq(weir_filter_compile(&filter, text, linktype, 0, &err), 0, "%s",
                 err.text);
    uint32_t count = 0;
    for (uint32_t i = 0; i < all_count; i++)
        if (weir_filter_match(filter, got[i].data,
                              got[i].caplen < LIVE_KEEP ? got[i].caplen
                                                        : LIVE_KEEP,
                              got[i].len))
            want[count++] = got[i];
    got_count = 0;
    live_cut(some_of);
    if (!in_kernel) {
        cr_assert_eq(got_count, all_count, "%s", text);
    } else {
        cr_assert_eq(got_count, count, "%s on %s: %u, not %u", text, device,
                     got_count, count);
        cr_assert_eq(count > 0 && count < all_count, some, "%s: %u", text,
                     count);
        for (uint32_t i = 0; i < count; i++)
            cr_assert_arr_eq(got[i].data, want[i].data,
                             want[i].caplen < LIVE_KEEP ? want[i].caplen
                                                        : LIVE_KEEP);
    }
    weir_filter_free(filter);
    free(want);
}

Test(source_pcap_filter, any_filters_in_the_kernel_as_weir_would)
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
    live_need();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        compare_verdicts("any", texts[i], true, true);
}

Test(source_pcap_filter, any_filters_in_weir_what_the_kernel_cannot)
{
    live_need();
    compare_verdicts("any", "link[12:2] = 0x0200", false, true);
}

Test(source_pcap_filter, ethernet_filters_in_the_kernel_as_weir_would)
{
    static const char *const texts[] = {
        "tcp port 80",
        "arp",
        "vlan",
        "vlan 5",
        "vlan 6 and udp port 53",
        "not vlan and greater 200",
    };
    live_need();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        compare_verdicts(RIG_RIGHT, texts[i], true, true);
}

Test(source_pcap_filter, the_vlan_tag_is_kept)
{
    live_need();
    struct weir_source *source = live_open(RIG_RIGHT, "vlan 5");
    uint8_t frame[100];
    for (uint32_t i = 0; i < 40; i++) {
        rig_udp(frame, sizeof frame, 53, i, (uint16_t)(5 + i % 2));
        rig_send(RIG_LEFT, frame, sizeof frame);
    }
    const struct weir_source_stats stats = live_cut(source);
    cr_assert_eq(stats.kernel_seen, 20);
    for (uint32_t i = 0; i < got_count; i++) {
        rig_udp(frame, sizeof frame, 53, 2 * i, 5);
        cr_assert_eq(got[i].len, sizeof frame);
        cr_assert_eq(got[i].caplen, sizeof frame);
        cr_assert_arr_eq(got[i].data, frame, LIVE_KEEP);
    }
}

Test(source_pcap_filter, any_keeps_the_vlan_tag_of_both_sides)
{
    live_need();
    struct weir_source *source = live_open("any", NULL);
    uint8_t frame[100];
    for (uint32_t i = 0; i < 20; i++) {
        rig_udp(frame, sizeof frame, 53, i, 5);
        rig_send(RIG_LEFT, frame, sizeof frame);
    }
    cr_assert_eq(live_cut(source).kernel_seen, 40);
    for (uint32_t i = 0; i < got_count; i++) {
        rig_udp(frame, sizeof frame, 53, rig_number(got[i].data, 24), 5);
        /* SLL2's 20 bytes stand for Ethernet's 14. */
        cr_assert_eq(got[i].len, sizeof frame + 6);
        cr_assert_eq(got[i].caplen, sizeof frame + 6);
        cr_assert_arr_eq(got[i].data, frame + 12, 2);
        cr_assert_arr_eq(got[i].data + 20, frame + 14, LIVE_KEEP - 20);
    }
}

/* The ring has no room for the whole frames, so it is the kernel that cuts
 * them, also where there is no filter. */
static void check_snaplen(const char *device, uint32_t len)
{
    struct weir_pcap_config config = live_config(device, NULL);
    config.source.snaplen = 64;
    config.buffer_bytes = 1u << 20;
    config.timeout_ms = 200;
    got_count = 0;
    struct weir_source *source = live_open_config(&config);
    rig_send_udp(1000, 1400);
    const struct weir_source_stats stats = live_cut(source);
    cr_assert_eq(stats.kernel_dropped, 0);
    cr_assert_geq(got_count, 1000);
    for (uint32_t i = 0; i < got_count; i++) {
        cr_assert_eq(got[i].len, len);
        cr_assert_eq(got[i].caplen, 64);
    }
}

Test(source_pcap_filter, the_kernel_cuts_frames)
{
    live_need();
    check_snaplen(RIG_RIGHT, 1400);
    check_snaplen("any", 1400 - 14 + 20);
}
