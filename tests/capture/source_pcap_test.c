#include "capture/source_pcap.h"

#include <criterion/criterion.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/linktype.h"
#include "tests/capture/live_rig.h"
#include "tests/capture/net_rig.h"

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
