#include "capture/source_pcap.h"

#include <criterion/criterion.h>

#include "tests/capture/live_rig.h"
#include "tests/capture/live_verdict.h"
#include "tests/capture/net_rig.h"

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
        live_compare_verdicts("any", texts[i], true, true);
}

Test(source_pcap_filter, any_filters_in_weir_what_the_kernel_cannot)
{
    live_need();
    live_compare_verdicts("any", "link[12:2] = 0x0200", false, true);
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

Test(source_pcap_filter, any_has_its_frames_cut_too)
{
    live_need();
    live_check_snaplen("any", 1400 - 14 + 20);
}
