#include "capture/source_pcap.h"

#include <criterion/criterion.h>
#include <linux/if_arp.h>
#include <unistd.h>

#include "base/linktype.h"
#include "tests/capture/live_rig.h"
#include "tests/capture/net_rig.h"

#define PACKETS 20

/* Kinds of devices other than Ethernet's, as tun devices can be of any. */
static int need_tun(unsigned short kind)
{
    live_need();
    const int fd = rig_tun(kind);
    if (fd < 0)
        cr_skip_test("SKIPPED: no tun device can be made here");
    return fd;
}

/* UDP and TCP in turn, in and out: IP packets, without a link header. */
static void exchange(int fd)
{
    uint8_t frame[114];
    for (uint32_t i = 0; i < PACKETS; i++) {
        if (i % 2 == 0)
            rig_udp(frame, sizeof frame, 53, i, 0);
        else
            rig_tcp(frame, sizeof frame, 80, i);
        cr_assert_eq(write(fd, frame + 14, 100), 100);
        rig_send(RIG_TUN, frame + 14, 100);
    }
}

static void expect(int fd, const char *filter, uint16_t linktype,
                   uint32_t frames, uint32_t header)
{
    got_count = 0;
    struct weir_source *source = live_open(RIG_TUN, filter);
    cr_assert_eq(source->ifaces->at[0].linktype, linktype);
    cr_assert_null(source->notice);
    exchange(fd);
    live_cut(source);
    cr_assert_eq(got_count, frames, "%s: %u", filter, got_count);
    for (uint32_t i = 0; i < got_count; i++) {
        cr_assert_eq(got[i].len, 100 + header);
        cr_assert_eq(got[i].data[header], 0x45);
    }
}

Test(source_pcap_device, raw_ip)
{
    const int fd = need_tun(ARPHRD_NONE);
    expect(fd, "", WEIR_LINKTYPE_RAW, 2 * PACKETS, 0);
    expect(fd, "udp port 53", WEIR_LINKTYPE_RAW, PACKETS, 0);
    expect(fd, "inbound and tcp", WEIR_LINKTYPE_RAW, PACKETS / 2, 0);
}

Test(source_pcap_device, cooked_because_its_header_is_unknown)
{
    const int fd = need_tun(ARPHRD_PPP);
    expect(fd, "", WEIR_LINKTYPE_LINUX_SLL, 2 * PACKETS, 16);
    expect(fd, "udp port 53", WEIR_LINKTYPE_LINUX_SLL, PACKETS, 16);
    expect(fd, "inbound and tcp", WEIR_LINKTYPE_LINUX_SLL, PACKETS / 2, 16);
    expect(fd, "len = 116", WEIR_LINKTYPE_LINUX_SLL, 2 * PACKETS, 16);
}

/* CAN devices give what they send a second time; a tun device of that kind
 * does not, so only what comes in is left. */
Test(source_pcap_device, can_without_what_is_sent)
{
    const int fd = need_tun(ARPHRD_CAN);
    for (int any = 0; any < 2; any++) {
        got_count = 0;
        struct weir_source *source = live_open(any ? "any" : RIG_TUN, NULL);
        exchange(fd);
        cr_assert_eq(live_cut(source).kernel_seen, PACKETS);
    }
}
