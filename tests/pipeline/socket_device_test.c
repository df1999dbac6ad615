/* A socket and its device: what it is, its addresses, what is sent, what is
 * dumped; by either way. */

#include <criterion/criterion.h>
#include <errno.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/linktype.h"
#include "tests/pipeline/socket_rig.h"

Test(socket_device, it_says_what_it_is)
{
    rig_need();
    struct weir_socket_config config = rig_config("udp");
    config.snaplen = 99;
    struct weir_socket *socket = rig_socket_on(&config);
    struct weir_socket_info info;
    cr_assert_eq(weir_socket_info(socket, &info, NULL), 0);
    cr_assert_str_eq(info.device, RIG_RIGHT);
    cr_assert_str_eq(info.filter, "udp");
    cr_assert_null(info.stop);
    cr_assert_eq(info.way, rig_way());
    cr_assert_eq(info.snaplen, 99);
    cr_assert_eq(info.timeout_ms, 10);
    cr_assert_eq(info.retire_ms, 10);
    cr_assert_eq(info.buffer_bytes, WEIR_SOCKET_BUFFER_BYTES);
    cr_assert_eq(info.linktype, WEIR_LINKTYPE_ETHERNET);
    cr_assert(info.promisc);
    cr_assert_not(info.nonblocking);
    rig_close(socket);
}

Test(socket_device, zeros_are_defaults)
{
    rig_need();
    const struct weir_socket_config config = {.device = RIG_RIGHT};
    struct weir_socket *socket = rig_socket_on(&config);
    struct weir_socket_info info;
    cr_assert_eq(weir_socket_info(socket, &info, NULL), 0);
    cr_assert_null(info.filter);
    cr_assert_eq(info.way, WEIR_SOCKET_AFPACKET);
    cr_assert_eq(info.snaplen, 262144);
    cr_assert_eq(info.timeout_ms, 1000);
    cr_assert_eq(info.retire_ms, 100);
    rig_close(socket);
}

Test(socket_device, it_refuses_what_cannot_be_opened)
{
    rig_need();
    struct weir_err err = {""};
    struct weir_socket *socket = NULL;
    struct weir_socket_config config = rig_config("tcp prot 80");
    cr_assert_eq(weir_socket_open(&socket, &config, &err), -EINVAL);
    cr_assert_not_null(strstr(err.text, "filter 'tcp prot 80'"), "%s",
                       err.text);
    config = rig_config(NULL);
    config.device = "nosuch0";
    cr_assert_eq(weir_socket_open(&socket, &config, &err), -ENODEV);
    cr_assert_str_eq(err.text, "nosuch0: no such device");
    config = rig_config(NULL);
    config.buffer_bytes = 1000;
    cr_assert_eq(weir_socket_open(&socket, &config, &err), -EINVAL);
    config.buffer_bytes = UINT64_C(1) << 31;
    cr_assert_eq(weir_socket_open(&socket, &config, &err), -EINVAL);
    config = rig_config(NULL);
    cr_assert(rig_ip("link set " RIG_RIGHT " down"));
    cr_assert_eq(weir_socket_open(&socket, &config, &err), -ENETDOWN);
    cr_assert_str_eq(err.text, RIG_RIGHT ": the interface is down");
    config.device = "any";
    config.way = WEIR_SOCKET_AFPACKET;
    cr_assert_eq(weir_socket_open(&socket, &config, &err), -EOPNOTSUPP);
    cr_assert_null(socket);
}

static void expect_address(const struct weir_network *address, const char *text)
{
    char is[WEIR_NETWORK_TEXT_MAX];
    cr_assert_eq(weir_network_text(address, is, NULL), 0);
    cr_assert_str_eq(is, text);
}

static void allow_ip6(const char *device)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/disable_ipv6",
             device);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_geq(fputs("0", file), 0);
    (void)fclose(file);
    cr_assert(rig_ip("-6 addr flush dev w6"));
}

Test(socket_device, it_knows_the_addresses_of_its_device)
{
    struct weir_err err = {""};
    uint8_t network[4];
    uint8_t netmask[4];
    static const uint8_t is_network[4] = {192, 0, 2, 64};
    static const uint8_t is_netmask[4] = {255, 255, 255, 192};
    struct weir_network *list = NULL;
    uint32_t count = 99;
    rig_need();
    /* The rig's have no IPv6. */
    cr_assert(rig_ip("link add w6 up type veth peer name w6peer"));
    struct weir_socket_config config = rig_config(NULL);
    config.device = "w6";
    cr_assert(rig_ip("link set w6peer up"));
    allow_ip6("w6");
    struct weir_socket *socket = rig_socket_on(&config);
    cr_assert_eq(weir_socket_network(socket, network, netmask, &err),
                 -EADDRNOTAVAIL);
    cr_assert_str_eq(err.text, "w6: no IPv4 address");
    cr_assert_eq(weir_socket_networks(socket, &list, &count, &err), 0);
    cr_assert_eq(count, 0);
    weir_network_free(list);
    cr_assert(rig_ip("-6 addr add 2001:db8::7/48 dev w6 nodad"));
    cr_assert(rig_ip("addr add 192.0.2.77/26 dev w6"));
    cr_assert(rig_ip("addr add 10.1.2.3/8 label w6:1 dev w6"));
    cr_assert_eq(weir_socket_network(socket, network, netmask, &err), 0, "%s",
                 err.text);
    cr_assert_arr_eq(network, is_network, 4);
    cr_assert_arr_eq(netmask, is_netmask, 4);
    cr_assert_eq(weir_socket_networks(socket, &list, &count, &err), 0);
    cr_assert_eq(count, 3);
    expect_address(&list[0], "192.0.2.77/26");
    expect_address(&list[1], "10.1.2.3/8");
    expect_address(&list[2], "2001:db8::7/48");
    static const uint8_t prefix[16] = {0x20, 0x01, 0x0d, 0xb8};
    cr_assert_arr_eq(list[2].network, prefix, 16);
    weir_network_free(list);
    rig_close(socket);
}

/* A third party sees what is sent once, and the sender does, marked. */
Test(socket_device, what_is_sent_goes_out_and_is_seen)
{
    struct weir_err err = {""};
    rig_need();
    struct weir_socket_config config = rig_config(NULL);
    struct weir_socket *right = rig_socket_on(&config);
    config.device = RIG_LEFT;
    struct weir_socket *left = rig_socket_on(&config);
    uint8_t frame[300];
    for (uint32_t i = 0; i < 20; i++) {
        rig_udp(frame, sizeof frame, 7, i, 0);
        cr_assert_eq(weir_socket_send(right, frame, sizeof frame, &err), 0,
                     "%s", err.text);
    }
    for (uint32_t i = 0; i < 20; i++) {
        rig_udp(frame, sizeof frame, 7, i, 0);
        const struct weir_frame here = rig_next(right);
        const struct weir_frame there = rig_next(left);
        cr_assert_eq(here.caplen, sizeof frame);
        cr_assert_eq(there.caplen, sizeof frame);
        cr_assert_arr_eq(here.data, frame, sizeof frame);
        cr_assert_arr_eq(there.data, frame, sizeof frame);
        if (rig_way() == WEIR_SOCKET_AFPACKET) {
            cr_assert_eq(here.flags, WEIR_FRAME_OUTBOUND);
            cr_assert_eq(there.flags, WEIR_FRAME_INBOUND);
        }
    }
    rig_expect(right, WEIR_NEXT_NOTHING);
    rig_expect(left, WEIR_NEXT_NOTHING);
    rig_close(right);
    rig_close(left);
}

Test(socket_device, what_cannot_be_sent_is_named)
{
    struct weir_err err = {""};
    static uint8_t bytes[70000];
    rig_need();
    struct weir_socket *socket = rig_socket(NULL);
    cr_assert_eq(weir_socket_send(socket, bytes, 13, &err), -EINVAL);
    cr_assert_eq(weir_socket_send(socket, bytes, 0, &err), -EINVAL);
    cr_assert_eq(weir_socket_send(socket, NULL, 60, &err), -EINVAL);
    cr_assert_eq(weir_socket_send(socket, bytes, 1514, &err), 0, "%s",
                 err.text);
    cr_assert_eq(weir_socket_send(socket, bytes, 1600, &err), -EMSGSIZE);
    cr_assert_str_eq(err.text, RIG_RIGHT ": a frame of 1600 bytes is longer "
                                         "than the device takes");
    cr_assert_eq(weir_socket_send(socket, bytes, sizeof bytes, &err),
                 -EMSGSIZE);
    rig_close(socket);
}

/* A device without a link header, by libpcap alone. */
Test(socket_device, packets_go_out_of_a_tunnel)
{
    struct weir_err err = {""};
    uint8_t packet[40] = {0x45, 0, 0, 40, 0, 0, 0, 0, 64, 17};
    uint8_t out[100];
    rig_need();
    const int tun = rig_tun(ARPHRD_NONE);
    if (tun < 0)
        cr_skip_test("SKIPPED: no tun devices here");
    struct weir_socket_config config = rig_config(NULL);
    config.device = RIG_TUN;
    config.way = WEIR_SOCKET_AFPACKET;
    struct weir_socket *socket = NULL;
    cr_assert_eq(weir_socket_open(&socket, &config, &err), -EOPNOTSUPP);
    config.way = WEIR_SOCKET_AUTO;
    socket = rig_socket_on(&config);
    struct weir_socket_info info;
    cr_assert_eq(weir_socket_info(socket, &info, NULL), 0);
    cr_assert_eq(info.way, WEIR_SOCKET_LIBPCAP);
    cr_assert_eq(weir_socket_send(socket, packet, sizeof packet, &err), 0, "%s",
                 err.text);
    cr_assert_eq(read(tun, out, sizeof out), (ssize_t)sizeof packet);
    cr_assert_arr_eq(out, packet, sizeof packet);
    cr_assert_eq(rig_next(socket).len, sizeof packet);
    packet[0] = 0x75;
    cr_assert_eq(weir_socket_send(socket, packet, sizeof packet, &err),
                 -EINVAL);
    cr_assert_eq(weir_socket_send(socket, packet, 0, &err), -EINVAL);
    rig_close(socket);
    (void)close(tun);
}

Test(socket_device, frames_can_be_dumped)
{
    struct weir_err err = {""};
    char path[] = "/tmp/weir-socket-XXXXXX";
    rig_need();
    const int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    struct weir_socket *socket = rig_socket(NULL);
    struct weir_dump *dump = weir_socket_dump(socket);
    cr_assert_not_null(dump);
    cr_assert_eq(weir_dump_open(dump, path, NULL, &err), 0, "%s", err.text);
    cr_assert_eq(weir_dump_open(dump, path, NULL, &err), -EBUSY);
    rig_send_udp(10, 100);
    for (uint32_t i = 0; i < 10; i++) {
        const struct weir_frame frame = rig_next(socket);
        cr_assert_eq(weir_dump_frame(dump, &frame, NULL, &err), 0, "%s",
                     err.text);
    }
    rig_close(socket);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    cr_assert_eq(fseek(file, 0, SEEK_END), 0);
    cr_assert_eq(ftell(file), 24 + 10 * (16 + 100));
    (void)fclose(file);
    (void)close(fd);
    (void)unlink(path);
}

Test(socket_device, loopback_gives_each_frame_twice_or_once)
{
    rig_need();
    cr_assert(rig_ip("link set lo up"));
    struct weir_socket_config config = rig_config("udp");
    config.device = "lo";
    struct weir_socket *socket = rig_socket_on(&config);
    rig_datagrams(10);
    uint32_t copies = 0;
    for (uint32_t inbound = 0; inbound < 10;) {
        const struct weir_frame frame = rig_next(socket);
        if ((frame.flags & WEIR_FRAME_COPY) != 0)
            copies++;
        else
            inbound++;
    }
    cr_assert_eq(copies, rig_way() == WEIR_SOCKET_AFPACKET ? 10 : 0);
    rig_close(socket);
}

/* What of the kernel's is no interface at all, and has no ring.  Nothing logs
 * to it here. */
Test(socket_device, one_that_is_no_packet_socket_waits)
{
    struct weir_err err = {""};
    struct weir_socket *socket = NULL;
    const struct weir_socket_config config = {
        .device = "nflog", .filter = "len > 0", .timeout_ms = 10};
    rig_need();
    if (weir_socket_open(&socket, &config, &err) != 0)
        cr_skip_test("SKIPPED: %s", err.text);
    for (int i = 0; i < 3; i++)
        rig_expect(socket, WEIR_NEXT_NOTHING);
    cr_assert_eq(weir_socket_filter(socket, "len > 100", &err), 0, "%s",
                 err.text);
    rig_expect(socket, WEIR_NEXT_NOTHING);
    rig_close(socket);
}

Test(socket_device, any_is_libpcaps)
{
    struct weir_err err = {""};
    uint8_t network[4] = {1, 1, 1, 1};
    uint8_t netmask[4] = {1, 1, 1, 1};
    static const uint8_t none[4];
    rig_need();
    struct weir_socket_config config = rig_config("udp");
    config.device = "any";
    config.way = WEIR_SOCKET_AUTO;
    struct weir_socket *socket = rig_socket_on(&config);
    struct weir_socket_info info;
    cr_assert_eq(weir_socket_info(socket, &info, NULL), 0);
    cr_assert_eq(info.way, WEIR_SOCKET_LIBPCAP);
    cr_assert_eq(info.linktype, WEIR_LINKTYPE_LINUX_SLL2);
    cr_assert_eq(weir_socket_network(socket, network, netmask, &err), 0);
    cr_assert_arr_eq(network, none, 4);
    cr_assert_arr_eq(netmask, none, 4);
    uint8_t frame[60];
    rig_udp(frame, sizeof frame, 7, 1, 0);
    cr_assert_eq(weir_socket_send(socket, frame, sizeof frame, &err),
                 -EOPNOTSUPP);
    cr_assert_eq(weir_socket_set_promisc(socket, false, &err), 0);
    cr_assert_eq(weir_socket_set_promisc(socket, true, &err), -ENOTSUP);
    rig_send(RIG_LEFT, frame, sizeof frame);
    /* Once as sent, once as received. */
    for (int i = 0; i < 2; i++)
        cr_assert_eq(rig_number(rig_next(socket).data, 20), 1);
    cr_assert_eq(weir_socket_filter(socket, "udp port 8", &err), 0, "%s",
                 err.text);
    rig_send(RIG_LEFT, frame, sizeof frame);
    rig_expect(socket, WEIR_NEXT_NOTHING);
    rig_close(socket);
}
