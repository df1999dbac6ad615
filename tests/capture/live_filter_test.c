/* Filters and snapshot lengths of every live source on an Ethernet device. */

#include <criterion/criterion.h>

#include "tests/capture/live_rig.h"
#include "tests/capture/live_verdict.h"
#include "tests/capture/net_rig.h"

Test(live_filter, ethernet_filters_in_the_kernel_as_weir_would)
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
        live_compare_verdicts(RIG_RIGHT, texts[i], true, true);
}

Test(live_filter, the_vlan_tag_is_kept)
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

/* The ring has no room for the whole frames, so it is the kernel that cuts
 * them, also where there is no filter. */
Test(live_filter, the_kernel_cuts_frames)
{
    live_need();
    live_check_snaplen(RIG_RIGHT, 1400);
}
