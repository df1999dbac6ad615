#include "capture/source_pcap.h"

#include <criterion/criterion.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/linktype.h"
#include "tests/capture/live_rig.h"
#include "tests/capture/net_rig.h"

Test(source_pcap, frames_arrive_whole_and_in_order)
{
    live_need();
    struct weir_source *source = live_open(RIG_RIGHT, "");
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
    live_receive(source, 2000);
    cr_assert_eq(got_count, 2000);
    for (uint32_t i = 0; i < 2000; i++) {
        const uint32_t len = 60 + i % 1455;
        rig_udp(frame, len, 2000, i, 0);
        cr_assert_eq(got[i].len, len);
        cr_assert_eq(got[i].caplen, len);
        cr_assert_arr_eq(got[i].data, frame, len < LIVE_KEEP ? len : LIVE_KEEP);
        cr_assert(i == 0 || got[i].time_ns >= got[i - 1].time_ns);
    }
    const int64_t age_ns = weir_clock_real_ns() - got[0].time_ns;
    cr_assert(age_ns >= 0 && age_ns < 60 * WEIR_NS_PER_S);
    cr_assert_eq(live_cut(source).kernel_dropped, 0);
}

Test(source_pcap, a_stop_right_after_a_burst_loses_nothing)
{
    live_need();
    struct weir_source *source = live_open(RIG_RIGHT, NULL);
    rig_send_udp(300, 60);
    const struct weir_source_stats stats = live_cut(source);
    cr_assert_eq(got_count, 300);
    cr_assert_eq(stats.kernel_seen, 300);
}

Test(source_pcap, what_came_before_the_open_and_after_the_cut_is_not_seen)
{
    live_need();
    rig_send_udp(10, 60);
    struct weir_source *source = live_open(RIG_RIGHT, NULL);
    rig_send_udp(20, 60);
    source->ops->cut(source);
    rig_send_udp(40, 60);
    cr_assert_eq(live_cut(source).kernel_seen, 20);
}

Test(source_pcap, drops_are_counted_to_the_frame)
{
    live_need();
    struct weir_pcap_config config = live_config(RIG_RIGHT, NULL);
    config.buffer_bytes = 524288;
    struct weir_source *source = live_open_config(&config);
    rig_send_udp(10000, 60);
    live_receive(source, 1);
    rig_send_udp(10000, 60);
    const struct weir_source_stats stats = live_cut(source);
    cr_assert_eq(stats.kernel_seen, 20000);
    cr_assert_gt(stats.kernel_dropped, 0);
}

/* More than all leases hold, given back as they come. */
Test(source_pcap, blocks_fill_and_come_home)
{
    live_need();
    struct weir_source *source = live_open(RIG_RIGHT, NULL);
    for (uint32_t round = 0; round < 4; round++) {
        rig_send_udp(1000, 1400);
        live_receive(source, 1000 * (round + 1));
    }
    cr_assert_eq(live_cut(source).kernel_seen, 4000);
}

Test(source_pcap, a_frame_is_held_for_others_no_longer_than_asked)
{
    live_need();
    struct weir_pcap_config config = live_config(RIG_RIGHT, NULL);
    config.hold_ms = 150;
    struct weir_source *source = live_open_config(&config);
    struct weir_err err = {""};
    rig_send_udp(1, 60);
    uint32_t waits = 0;
    while (got_count == 0 && waits < 1000)
        if (live_step(source, &err) == WEIR_SOURCE_WAIT)
            waits++;
    cr_assert_eq(got_count, 1);
    const int64_t age_ns = weir_clock_real_ns() - got[0].time_ns;
    cr_assert_geq(age_ns, 140 * WEIR_NS_PER_MS);
    cr_assert_eq(live_cut(source).kernel_seen, 1);
}

Test(source_pcap, loopback_counts_once)
{
    live_need();
    struct weir_source *source = live_open("lo", NULL);
    rig_datagrams(50);
    live_receive(source, 50);
    cr_assert_eq(live_cut(source).kernel_seen, 50);
}

Test(source_pcap, any_sees_each_side_once_and_loopback_once)
{
    live_need();
    struct weir_source *source = live_open("any", NULL);
    cr_assert_eq(source->ifaces->at[0].linktype, WEIR_LINKTYPE_LINUX_SLL2);
    cr_assert_null(source->notice);
    rig_send_udp(200, 60);
    rig_datagrams(50);
    live_receive(source, 450);
    uint32_t out = 0;
    uint32_t in = 0;
    for (uint32_t i = 0; i < got_count; i++) {
        out += got[i].flags == WEIR_FRAME_OUTBOUND;
        in += got[i].flags == WEIR_FRAME_INBOUND;
    }
    cr_assert_eq(out, 200);
    cr_assert_eq(in, 250);
    cr_assert_eq(live_cut(source).kernel_seen, 450);
}
