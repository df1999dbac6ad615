/* What holds for every live source on an Ethernet device. */

#include <criterion/criterion.h>

#include "base/clock.h"
#include "base/linktype.h"
#include "tests/capture/live_rig.h"
#include "tests/capture/net_rig.h"

Test(live, frames_arrive_whole_and_in_order)
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

Test(live, a_stop_right_after_a_burst_loses_nothing)
{
    live_need();
    struct weir_source *source = live_open(RIG_RIGHT, NULL);
    rig_send_udp(300, 60);
    const struct weir_source_stats stats = live_cut(source);
    cr_assert_eq(got_count, 300);
    cr_assert_eq(stats.kernel_seen, 300);
}

Test(live, what_came_before_the_open_and_after_the_cut_is_not_seen)
{
    live_need();
    rig_send_udp(10, 60);
    struct weir_source *source = live_open(RIG_RIGHT, NULL);
    rig_send_udp(20, 60);
    source->ops->cut(source);
    rig_send_udp(40, 60);
    cr_assert_eq(live_cut(source).kernel_seen, 20);
}

/* Recordings make their memory ready between the two. */
static void check_start(const char *filter)
{
    const struct weir_pcap_config config = live_config(RIG_RIGHT, filter);
    struct weir_source *source = live_open_shut(&config);
    struct weir_err err = {""};
    got_count = 0;
    rig_send_udp(20, 60);
    cr_assert_eq(weir_source_start(source, &err), 0, "%s", err.text);
    rig_send_udp(10, 70);
    live_receive(source, 10);
    cr_assert_eq(live_cut(source).kernel_seen, 10);
    cr_assert_eq(got_count, 10);
    for (uint32_t i = 0; i < 10; i++)
        cr_assert_eq(got[i].len, 70);
}

Test(live, what_came_between_open_and_start_is_not_seen)
{
    live_need();
    check_start(NULL);
    check_start("udp and greater 20");
}

Test(live, drops_are_counted_to_the_frame)
{
    live_need();
    struct weir_pcap_config config = live_config(RIG_RIGHT, NULL);
    config.buffer_bytes = 1u << 20;
    struct weir_source *source = live_open_config(&config);
    rig_send_udp(10000, 60);
    live_receive(source, 1);
    rig_send_udp(10000, 60);
    const struct weir_source_stats stats = live_cut(source);
    cr_assert_eq(stats.kernel_seen, 20000);
    cr_assert_gt(stats.kernel_dropped, 0);
}

/* More than all leases hold, given back as they come. */
Test(live, blocks_fill_and_come_home)
{
    live_need();
    struct weir_source *source = live_open(RIG_RIGHT, NULL);
    for (uint32_t round = 0; round < 4; round++) {
        rig_send_udp(1000, 1400);
        live_receive(source, 1000 * (round + 1));
    }
    cr_assert_eq(live_cut(source).kernel_seen, 4000);
}
