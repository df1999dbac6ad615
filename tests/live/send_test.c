/* weir send on an interface: what comes out of its other side is what was
 * asked for, and as often. */

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/capture/net_rig.h"
#include "tests/cli/command.h"
#include "tests/live/rec.h"

static void add_addresses(void)
{
    cr_assert(rig_ip("addr add 192.0.2.1/24 dev " RIG_LEFT));
    cr_assert(rig_carries(RIG_LEFT));
}

static const char *const packets[] = {
    "--arp request --ip-dst 192.0.2.9 --len 60",
    "--ip-dst 192.0.2.9 --udp 1:2 --payload x -c 20",
    "--vlan 5 --vlan 6 --ip-dst 224.0.0.9 --tcp 1:2",
    "--ip-src 2001:db8::1 --ip-dst ff02::2 --icmp6 echo --len 1514",
    "--eth-dst 02:00:00:00:00:09 --payload-hex 00",
};

/* What is recorded is what the same options write to a file, in tcpdump's
 * eyes, but for the times. */
Test(send_live, every_layer)
{
    rec_need();
    add_addresses();
    rec_start("-w got.pcap");
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
        const struct command_result *r =
            command_run("weir send -i " RIG_LEFT " -I 0 %s && "
                        "weir send -i " RIG_LEFT " -I 0 %s -w want.pcap && "
                        "tcpdump -tnexxr want.pcap 2>/dev/null >>want.txt",
                        packets[i], packets[i]);
        cr_expect_eq(r->status, 0, "%s: %s", packets[i], r->err);
        cr_expect_not_null(strstr(r->out, " sent on " RIG_LEFT), "%s", r->out);
    }
    rec_signal_it("INT");
    rec_expect_end(0);
    rec_expect_all("got.pcap", 24);
    const struct command_result *r =
        command_run("tcpdump -tnexxr got.pcap 2>/dev/null >got.txt; "
                    "test $(grep -c 0x0000: got.txt) = 24 && "
                    "diff got.txt want.txt");
    cr_expect_eq(r->status, 0, "%s%s", r->out, r->err);
}

/* As many as a ring is used for, and not one is lost. */
Test(send_live, many)
{
    rec_need();
    add_addresses();
    rec_start("-w got.pcap");
    const struct command_result *r = command_run(
        "weir send -i " RIG_LEFT " -c 20000 -I 0 --ip-dst 192.0.2.9 --udp 1:2");
    cr_expect_eq(r->status, 0, "%s", r->err);
    cr_expect_not_null(strstr(r->out, "20,000 frames of 42 bytes sent on"),
                       "%s", r->out);
    rec_signal_it("INT");
    rec_expect_end(0);
    rec_expect_all("got.pcap", 20000);
}

Test(send_live, the_devices_own_addresses)
{
    rec_need();
    add_addresses();
    cr_assert(rig_ip("link set " RIG_LEFT " address 02:00:00:00:00:77"));
    const struct command_result *r = command_run(
        "weir send -n -i " RIG_LEFT " --arp request --ip-dst 192.0.2.9");
    cr_expect_eq(r->status, 0, "%s", r->err);
    cr_expect_not_null(strstr(r->out, "Request who-has 192.0.2.9 tell "
                                      "192.0.2.1, length 28"));
    cr_expect_not_null(strstr(r->out, "0000  ff ff ff ff ff ff 02 00 00 00 00 "
                                      "77 08 06"));
    command_complains("weir send -i " RIG_RIGHT " --ip-dst 192.0.2.9", 1,
                      RIG_RIGHT " has no IPv4 address", "--ip-src");
    cr_assert(rig_ip("addr add 198.51.100.1/24 label " RIG_RIGHT
                     ":1 dev " RIG_RIGHT));
    r = command_run("weir send -n -i " RIG_RIGHT " --ip-dst 192.0.2.9");
    cr_expect_eq(r->status, 0, "%s", r->err);
    cr_expect_not_null(strstr(r->out, "IP 198.51.100.1 > 192.0.2.9"));
}

/* At an interval, without end, until it is interrupted. */
Test(send_live, an_interrupt_ends_it_with_a_summary)
{
    rec_need();
    add_addresses();
    rec_start("-w got.pcap");
    const struct command_result *r = command_run(
        "weir send -i " RIG_LEFT " -c 0 -I 5ms --ip-dst 192.0.2.9 --udp 1:2 "
        ">send.txt & n=0; while test $n -lt 100 && ! test -s send.txt; do "
        "sleep 0.05; n=$((n + 1)); done; sleep 0.2; kill -INT $!; wait $! && "
        "cat send.txt");
    cr_expect_eq(r->status, 0, "%s", r->err);
    const char *summary = strchr(r->out, '\n');
    cr_assert_not_null(summary, "%s", r->out);
    char *rest;
    long frames = strtol(summary, &rest, 10);
    cr_expect_eq(strncmp(rest, " frames of 42 bytes sent on", 27), 0, "%s",
                 r->out);
    cr_expect_not_null(strstr(summary, "pps\n"), "%s", r->out);
    rec_signal_it("INT");
    rec_expect_end(0);
    rec_expect_all("got.pcap", frames);
}

Test(send_live, what_the_kernel_refuses)
{
    rec_need();
    add_addresses();
    const struct command_result *r = command_run(
        "weir send -i " RIG_LEFT " --ip-dst 192.0.2.9 --udp 1:2 --len 1600");
    cr_expect_eq(r->status, 1);
    cr_expect_eq(command_lines(r->err), 1, "%s", r->err);
    cr_expect_not_null(strstr(r->err, RIG_LEFT), "%s", r->err);
    cr_assert(rig_ip("link set " RIG_LEFT " down"));
    r = command_run("weir send -i " RIG_LEFT " --payload x");
    cr_expect_eq(r->status, 1);
    cr_expect_eq(command_lines(r->err), 1, "%s", r->err);
    cr_expect_not_null(strstr(r->err, RIG_LEFT), "%s", r->err);
    r = command_run("setpriv --bounding-set=-net_raw --inh-caps=-net_raw "
                    "weir send -i " RIG_RIGHT " --payload x");
    cr_expect_eq(r->status, 1, "%s", r->err);
    cr_expect_eq(command_lines(r->err), 1, "%s", r->err);
    cr_expect_not_null(strstr(r->err, RIG_RIGHT), "%s", r->err);
}

/* A device without a link layer carries the IP packet alone. */
Test(send_live, a_tunnel)
{
    rec_need();
    int fd = rig_tun(65534 /* ARPHRD_NONE */);
    if (fd < 0)
        cr_skip_test("no tun devices here");
    const struct command_result *r =
        command_run("weir send -i " RIG_TUN " --ip-src 192.0.2.1 --ip-dst "
                    "192.0.2.9 --udp 40000:53 --payload hello");
    cr_expect_eq(r->status, 0, "%s", r->err);
    cr_expect_not_null(strstr(r->out, "1 frame of 33 bytes sent on " RIG_TUN),
                       "%s", r->out);
    uint8_t got[256];
    cr_expect_eq(read(fd, got, sizeof got), 33);
    cr_expect_arr_eq(got, "\x45\0\0\x21", 4);
    cr_expect_arr_eq(got + 28, "hello", 5);
    command_complains("weir send -i " RIG_TUN " --ip-src 192.0.2.1 --ip-dst "
                      "192.0.2.9 --vlan 1",
                      2, RIG_TUN, "without a link layer");
    close(fd);
}
