/* weir send, without a device: the bytes of the packet, files, complaints. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/command.h"

struct line {
    const char *options;
    const char *output;
};

/* Each is "LINE" of text, then its bytes. */
static const struct line dry_runs[] = {
    {"--ip-src 192.0.2.1 --ip-dst 192.0.2.9 --udp 40000:53 --payload hello",
     "IP 192.0.2.1.40000 > 192.0.2.9.53: UDP, length 5\n"
     "0000  ff ff ff ff ff ff 00 00 00 00 00 00 08 00 45 00\n"
     "0010  00 21 00 00 00 00 40 11 f6 c1 c0 00 02 01 c0 00\n"
     "0020  02 09 9c 40 00 35 00 0d 9b 81 68 65 6c 6c 6f\n"},
    {"--arp request --ip-src 192.0.2.1 --ip-dst 192.0.2.9 "
     "--eth-src 02:00:00:00:00:01 --vlan 5 --vlan 6:7",
     "vlan 5, p 0, vlan 6, p 7, ARP, Request who-has 192.0.2.9 tell "
     "192.0.2.1, length 28\n"
     "0000  ff ff ff ff ff ff 02 00 00 00 00 01 88 a8 00 05\n"
     "0010  81 00 e0 06 08 06 00 01 08 00 06 04 00 01 02 00\n"
     "0020  00 00 00 01 c0 00 02 01 00 00 00 00 00 00 c0 00\n"
     "0030  02 09\n"},
    {"--arp reply --ip-src 192.0.2.1 --ip-dst 192.0.2.9 "
     "--eth-src 02:00:00:00:00:01 --eth-dst 02:00:00:00:00:09 --len 60",
     "ARP, Reply 192.0.2.1 is-at 02:00:00:00:00:01, length 46\n"
     "0000  02 00 00 00 00 09 02 00 00 00 00 01 08 06 00 01\n"
     "0010  08 00 06 04 00 02 02 00 00 00 00 01 c0 00 02 01\n"
     "0020  02 00 00 00 00 09 c0 00 02 09 00 00 00 00 00 00\n"
     "0030  00 00 00 00 00 00 00 00 00 00 00 00\n"},
    /* RFC 1112 and RFC 2464: the group's address. */
    {"--ip-dst 224.128.0.251 --tcp 1:2 --flags SA --seq 1 --ack 0x20 "
     "--tcp-options 020405b4 --df --id 7 --ttl 1 --tos 0x28 --window 0",
     "IP 0.0.0.0.1 > 224.128.0.251.2: Flags [S.], seq 1, ack 32, win 0, "
     "options [mss 1460], length 0\n"
     "0000  01 00 5e 00 00 fb 00 00 00 00 00 00 08 00 45 28\n"
     "0010  00 2c 00 07 40 00 01 06 98 22 00 00 00 00 e0 80\n"
     "0020  00 fb 00 01 00 02 00 00 00 01 00 00 00 20 60 12\n"
     "0030  00 00 b6 77 00 00 02 04 05 b4\n"},
    {"--ip-src 2001:db8::1 --ip-dst ff02::1:2 --icmp6 echo --icmp-id 0x1234 "
     "--icmp-seq 7 --payload-hex 68:69 --flow 0xabcde --tos 0x12 --ttl 255",
     "IP6 2001:db8::1 > ff02::1:2: ICMP6, echo request, id 4660, seq 7, "
     "length 10\n"
     "0000  33 33 00 01 00 02 00 00 00 00 00 00 86 dd 61 2a\n"
     "0010  bc de 00 0a 3a ff 20 01 0d b8 00 00 00 00 00 00\n"
     "0020  00 00 00 00 00 01 ff 02 00 00 00 00 00 00 00 00\n"
     "0030  00 00 00 01 00 02 80 00 d8 56 12 34 00 07 68 69\n"},
    {"--eth-dst 2:0:0:0:0:2 --eth-src 0:0:00:0:0:0 --eth-type 0x88cc "
     "--payload-hex 0102",
     "00:00:00:00:00:00 > 02:00:00:00:00:02, ethertype LLDP (0x88cc), "
     "length 16\n"
     "0000  02 00 00 00 00 02 00 00 00 00 00 00 88 cc 01 02\n"},
    {"--ip-src 192.0.2.1 --ip-dst 192.0.2.9 --icmp 5/1 --checksum 0xbad0",
     "IP 192.0.2.1 > 192.0.2.9: ICMP redirect host 0.0.0.0, length 8\n"
     "0000  ff ff ff ff ff ff 00 00 00 00 00 00 08 00 45 00\n"
     "0010  00 1c 00 00 00 00 40 01 f6 d6 c0 00 02 01 c0 00\n"
     "0020  02 09 05 01 ba d0 00 00 00 00\n"},
    {"--ip-src 192.0.2.1 --ip-dst 192.0.2.9 --proto 0 --ttl 0 "
     "--ip-options 9404",
     "IP 192.0.2.1 > 192.0.2.9: ip-proto-0, length 0\n"
     "0000  ff ff ff ff ff ff 00 00 00 00 00 00 08 00 46 00\n"
     "0010  00 18 00 00 00 00 00 00 a1 d7 c0 00 02 01 c0 00\n"
     "0020  02 09 94 04 00 00\n"},
};

Test(send, dry_run_prints_the_packet)
{
    for (size_t i = 0; i < sizeof dry_runs / sizeof dry_runs[0]; i++) {
        const struct command_result *r =
            command_run("weir send -n %s", dry_runs[i].options);
        cr_expect_eq(r->status, 0, "%s", r->err);
        cr_expect_str_eq(r->err, "");
        cr_expect_str_eq(r->out, dry_runs[i].output, "%s\n%s",
                         dry_runs[i].options, r->out);
    }
}

/* Our own addresses of the loopback interface. */
Test(send, the_device_has_the_rest)
{
    const struct command_result *r =
        command_run("weir send -n -i lo --ip-dst 127.0.0.2 --udp 1:2");
    cr_expect_eq(r->status, 0, "%s", r->err);
    cr_expect_not_null(strstr(r->out, "IP 127.0.0.1.1 > 127.0.0.2.2: UDP"));
}

Test(send, payloads)
{
    const struct command_result *r = command_run(
        "printf abc >p && weir send -n --payload-file p >a && "
        "printf abc | weir send -n --payload-file - >b && "
        "weir send -n --payload abc >c && weir send -n --payload-hex '61 62 63'"
        " >d && cmp a b && cmp a c && cmp a d && weir send -n --len 14 >e && "
        "weir send -n --payload '' >f && cmp e f");
    cr_expect_eq(r->status, 0, "%s%s", r->out, r->err);
}

Test(send, a_file_has_the_times_that_were_asked_for)
{
    const struct command_result *r = command_run(
        "weir send -w x.pcapng -c 3 -I 10ms --ip-dst 192.0.2.9 --udp 1:2 && "
        "weir read --json -r x.pcapng");
    cr_assert_eq(r->status, 0, "%s", r->err);
    cr_expect_not_null(
        strstr(r->out, "3 frames of 42 bytes written to x.pcapng\n"));
    cr_expect_eq(command_frames("x.pcapng"), 3);
    const char time[] = "\"time\":\"";
    long long times[3];
    const char *at = r->out;
    for (int i = 0; i < 3; i++) {
        at = strstr(at, time);
        cr_assert_not_null(at, "%s", r->out);
        char *rest;
        long long seconds = strtoll(at + strlen(time), &rest, 10);
        cr_assert_eq(*rest, '.');
        times[i] = seconds * 1000000000 + strtoll(rest + 1, NULL, 10);
        at++;
    }
    cr_expect_eq(times[1] - times[0], 10000000);
    cr_expect_eq(times[2] - times[1], 10000000);
}

Test(send, a_file_that_is_too_small_has_as_many_as_it_says)
{
    static const char *const names[] = {"x.pcap", "x.pcapng"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct command_result *r = command_run(
            "trap '' XFSZ; ulimit -f 1300; weir send -w %s -c 2000 -I 0 "
            "--ip-dst 192.0.2.9 --len 1000",
            names[i]);
        char said[64];
        cr_assert_eq(r->status, 1);
        cr_assert_not_null(strstr(r->err, "File too large"), "%s", r->err);
        long frames = command_frames(names[i]);
        cr_assert_gt(frames, 600);
        cr_assert_lt(frames, 2000);
        snprintf(said, sizeof said, "%ld frames of 1000 bytes written",
                 frames >= 1000 ? frames % 1000 : frames);
        cr_assert_not_null(strstr(r->out, said), "%ld: %s", frames, r->out);
    }
}

Test(send, a_file_may_be_standard_output)
{
    const struct command_result *r = command_run(
        "weir send -w - -c 2 -I 0 --ip-dst 192.0.2.9 --udp 1:2 >x.pcap");
    cr_expect_eq(r->status, 0);
    cr_expect_not_null(strstr(r->err, "2 frames of 42 bytes written to -\n"));
    cr_expect_eq(command_frames("x.pcap"), 2);
}

/* Options, and what is said of them with status 2. */
static const struct line wrong[] = {
    {"--payload-file p -w ./p", "-w ./p: that is what --payload-file names"},
    {"", "there is nothing to send: --ip-dst, --payload or --eth-type is "
         "missing"},
    {"--payload x", "-i DEVICE is missing (or -n, or -w FILE)"},
    {"-n x --payload x", "'x' is no option"},
    {"-n -w x --payload x", "-n and -w: one of them at a time"},
    {"-w x -c 0 --payload x", "-c 0: a file cannot be without end"},
    {"-n --flags S --payload x", "--flags: only with --tcp"},
    {"-n --icmp-id 1 --payload x", "--icmp-id: only with --icmp or --icmp6"},
    {"-n --checksum 1 --ip-dst 1.2.3.4",
     "--checksum: only with --tcp, --udp, --icmp or --icmp6"},
    {"-n --tcp 1:2", "--tcp: only with --ip-dst"},
    {"-n --arp request", "--arp: only with --ip-dst"},
    {"-n --ip-dst 1.2.3.4 --tcp 1:2 --udp 1:2",
     "--tcp and --udp: one of them at a time"},
    {"-n --ip-dst 1.2.3.4 --arp reply --udp 1:2",
     "--arp and --udp: one of them at a time"},
    {"-n --payload x --payload-hex 01",
     "--payload and --payload-hex: one of them at a time"},
    {"-n --ip-dst 1.2.3.4 --ip-src ::1",
     "--ip-src and --ip-dst: one is IPv4, one is IPv6"},
    {"-n --ip-dst ::1 --icmp echo", "IPv6 has no --icmp"},
    {"-n --ip-dst 1.2.3.4 --icmp6 echo", "IPv4 has no --icmp6"},
    {"-n --ip-dst ::1 --arp request", "IPv6 has no --arp"},
    {"-n --ip-dst ::1 --df", "IPv6 has no --df"},
    {"-n --ip-dst 1.2.3.4 --flow 1", "IPv4 has no --flow"},
    {"-n --ip-dst 1.2.3.4 --arp reply --ttl 3", "ARP has no --ttl"},
    {"-n --ip-dst 1.2.3", "--ip-dst: '1.2.3' is not an IP address"},
    {"-n --ip-dst 1.2.3.4 --ttl 256", "--ttl: '256' is too large: at most 255"},
    {"-n --ip-dst 1.2.3.4 --tos 0x100",
     "--tos: '0x100' is too large: at most 0xff"},
    {"-n --ip-dst 1.2.3.4 --id 0x", "--id: '0x' is not a number"},
    {"-n --ip-dst 1.2.3.4 --id 0x1g", "--id: '0x1g' is not a number"},
    {"-n --ip-dst 1.2.3.4 --tcp 1", "--tcp: '1' is not two ports (40000:53)"},
    {"-n --ip-dst 1.2.3.4 --tcp 1:65536",
     "--tcp: '1:65536' is not two ports (40000:53)"},
    {"-n --ip-dst 1.2.3.4 --tcp 1:-2",
     "--tcp: '1:-2' is not two ports (40000:53)"},
    {"-n --ip-dst 1.2.3.4 --tcp 1:2 --flags SX",
     "--flags: 'SX' has a flag that is none of FSRPAUECN"},
    {"-n --ip-dst 1.2.3.4 --tcp 1:2 --flags 4096",
     "--flags: '4096' is too large: at most 4095"},
    {"-n --ip-dst 1.2.3.4 --tcp 1:2 --tcp-options "
     "0101010101010101010101010101010101010101"
     "010101010101010101010101010101010101010101",
     "--tcp-options: more than 40 bytes"},
    {"-n --ip-dst 1.2.3.4 --icmp foo",
     "--icmp: 'foo' is none of echo, reply, unreach, exceeded, TYPE, each "
     "perhaps with /CODE"},
    {"-n --ip-dst 1.2.3.4 --icmp echo/256",
     "--icmp: '256' is too large: at most 255"},
    {"-n --ip-dst 1.2.3.4 --icmp 256",
     "--icmp: '256' is too large: at most 255"},
    {"-n --vlan 4096 --payload x",
     "--vlan: '4096' is no tag: an id is at most 4095, a priority 7"},
    {"-n --vlan 1:8 --payload x",
     "--vlan: '1:8' is no tag: an id is at most 4095, a priority 7"},
    {"-n --vlan 1: --payload x", "--vlan: '1:' is not ID or ID:PRIORITY"},
    {"-n --vlan 1 --vlan 2 --vlan 3 --vlan 4 --vlan 5 --payload x",
     "--vlan: at most 4 tags"},
    {"-n --eth-src 02:00:00:00:00 --payload x",
     "--eth-src: '02:00:00:00:00' is not an Ethernet address "
     "(02:00:00:00:00:01)"},
    {"-n --eth-dst 2:0:0:0:0:001 --payload x",
     "--eth-dst: '2:0:0:0:0:001' is not an Ethernet address "
     "(02:00:00:00:00:01)"},
    {"-n --eth-dst 2:0:0:0:0: --payload x",
     "--eth-dst: '2:0:0:0:0:' is not an Ethernet address "
     "(02:00:00:00:00:01)"},
    {"-n --eth-dst 2:0:0:0:0:1: --payload x",
     "--eth-dst: '2:0:0:0:0:1:' is not an Ethernet address "
     "(02:00:00:00:00:01)"},
    {"-n --eth-dst 2-0-0-0-0-1 --payload x",
     "--eth-dst: '2-0-0-0-0-1' is not an Ethernet address "
     "(02:00:00:00:00:01)"},
    {"-n --payload-hex 012",
     "--payload-hex: '012' is not hexadecimal: two digits for each byte"},
    {"-n --payload-file nosuch",
     "--payload-file: nosuch: No such file or directory"},
    {"-n --len 13", "--len: '13' is too small: at least 14"},
    {"-n -c x --payload x", "-c: 'x' is not a number"},
    {"-n -I 1d --payload x",
     "-I: '1d' is not a duration: seconds, or a number with ms, us, s, m or h"},
};

Test(send, wrong_usage)
{
    char said[512];
    (void)command_run("echo hello >p");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct command_result *r =
            command_run("weir send %s", wrong[i].options);
        snprintf(said, sizeof said, "weir send: %s (see weir send --help)\n",
                 wrong[i].output);
        cr_expect_eq(r->status, 2, "%s", wrong[i].options);
        cr_expect_str_eq(r->out, "");
        cr_expect_str_eq(r->err, said, "%s\n%s", wrong[i].options, r->err);
    }
}

Test(send, what_cannot_be)
{
    command_complains("weir send -n --ip-dst 1.2.3.4 --len 20", 2,
                      "--len 20: the frame has 34 bytes", "");
    command_complains("head -c 65520 /dev/zero | weir send -n --payload-file - "
                      "--ip-dst 1.2.3.4 --udp 1:2",
                      2, "65548 bytes are more than the length of IPv4", "");
    command_complains("head -c 65536 /dev/zero | weir send -n --payload-file -",
                      2, "--payload-file: more than 65535 bytes", "");
    command_complains("weir send -n -i nosuch --payload x", 1, "nosuch",
                      "No such device");
    command_complains("weir send -n -i a-name-that-is-too-long --payload x", 1,
                      "a-name-that-is-too-long", "No such device");
    command_complains("weir send -n -i lo --ip-dst fe80::1", 1, "lo",
                      "--ip-src is missing");
}

Test(send, help_is_given)
{
    const struct command_result *r = command_run("weir send --help");
    cr_expect_eq(r->status, 0);
    cr_expect_not_null(strstr(r->out, "usage: weir send -i DEVICE"));
}
