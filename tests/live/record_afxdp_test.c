/* weir record --source afxdp. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "tests/capture/net_rig.h"
#include "tests/cli/command.h"
#include "tests/live/rec.h"

/* With AF_XDP the host is without its frames until the recording ends; what
 * it gets is counted by a second recording. */
static void start_afxdp(const char *options)
{
    char all[256];
    rec_need();
    const struct command_result *r = command_run(
        "weir record -i " RIG_RIGHT " --source afxdp --dry-run 2>&1");
    if (strstr(r->out, "no privilege") != NULL ||
        strstr(r->out, "no AF_XDP") != NULL)
        cr_skip_test("SKIPPED: %s", r->out);
    cr_assert_eq(r->status, 0, "%s", r->out);
    cr_assert_not_null(strstr(r->out, "capture  afxdp, 65536 KiB: AF_XDP takes "
                                      "what " RIG_RIGHT " receives away from "
                                      "the host (native XDP, copy mode)\n"));
    snprintf(all, sizeof all, "--source afxdp %s", options);
    rec_start(all);
}

static void start_host(void)
{
    (void)command_run("(weir record -i " RIG_RIGHT
                      " --source pcap -a duration:60 -w host.pcap 2>host.log; "
                      "touch host.end) >/dev/null 2>&1 & echo $! >host.pid");
    rec_wait_until("grep -q listening host.log");
}

static void expect_host(long frames)
{
    rec_wait_for_frames("host.pcap", frames);
    (void)command_run("pkill -INT -P $(cat host.pid)");
    rec_wait_until("test -e host.end");
    cr_expect_eq(command_frames("host.pcap"), frames);
}

Test(record_afxdp, takes_every_frame_and_gives_them_back)
{
    start_afxdp("-w x.pcapng");
    start_host();
    rec_expect_in_log(
        "weir: AF_XDP takes what " RIG_RIGHT " receives away from the "
        "host (native XDP, copy mode), until the recording ends\n");
    rig_send_udp(3000, 60);
    rec_signal_it("INT");
    rec_expect_end(0);
    rig_send_udp(7, 60);
    expect_host(7);
    rec_expect_all("x.pcapng", 3000);
}

Test(record_afxdp, after_a_kill_the_host_has_its_frames)
{
    start_afxdp("-w x.pcapng");
    rig_send_udp(100, 60);
    rec_wait_for_frames("x.pcapng", 100);
    rec_signal_it("KILL");
    rec_wait_until("test -e status");
    start_host();
    rig_send_udp(7, 60);
    expect_host(7);
    cr_expect_eq(command_frames("x.pcapng"), 100);
}

Test(record_afxdp, has_no_direction_to_filter_by)
{
    rec_need();
    command_complains("weir record -i " RIG_RIGHT
                      " --source afxdp -a duration:1 -w x.pcapng inbound",
                      1, "filter 'inbound'", "only the kernel knows them");
    cr_expect_eq(command_run("test ! -e x.pcapng")->status, 0);
}

Test(record_afxdp, filter_and_snapshot_length)
{
    uint8_t frame[60];
    start_afxdp("-s 40 -w x.pcapng arp");
    rig_send_udp(50, 60);
    rig_arp(frame);
    for (int i = 0; i < 5; i++)
        rig_send(RIG_LEFT, frame, sizeof frame);
    rec_wait_for_frames("x.pcapng", 5);
    rec_signal_it("INT");
    rec_expect_end(0);
    cr_expect_eq(command_number("r.json", "ledger.kernel_seen"), 55);
    cr_expect_eq(command_number("r.json", "ledger.excluded.filter"), 50);
    cr_expect_eq(command_number("r.json", "ledger.written"), 5);
    command_balances("r.json");
    cr_expect_eq(command_run("test $(weir read -r x.pcapng --json | "
                             "grep -c '\"len\":60,\"caplen\":40') = 5")
                     ->status,
                 0);
}

/* More than the memory holds comes at once: what is lost has a number. */
Test(record_afxdp, overload_is_in_the_ledger)
{
    start_afxdp("-B 128K -w x.pcapng");
    for (int i = 0; i < 20; i++)
        rig_send_udp(2000, 60);
    rec_signal_it("INT");
    rec_expect_end(0);
    command_balances("r.json");
    cr_expect_eq(command_number("r.json", "ledger.kernel_seen"), 40000);
    cr_expect_eq(command_number("r.json", "ledger.received") +
                     command_number("r.json", "ledger.kernel_dropped"),
                 40000);
    cr_expect_eq((uint64_t)command_frames("x.pcapng"),
                 command_number("r.json", "ledger.received"));
}

Test(record_afxdp, says_nothing_when_asked_to_be_quiet)
{
    start_afxdp("-a duration:1");
    rec_expect_end(0);
    const struct command_result *r = command_run(
        "weir record -i " RIG_RIGHT " --source afxdp -q -a duration:0.1 2>&1");
    cr_expect_eq(r->status, 0);
    cr_expect_str_eq(r->out, "");
}

Test(record_afxdp, refusals_are_one_line)
{
    rec_need();
    const struct command_result *r =
        command_run("weir record -i " RIG_RIGHT " --source afxdp --queue 9");
    cr_expect_eq(r->status, 1);
    r = command_run("weir record -i " RIG_RIGHT " --source afxdp -B 64K 2>&1");
    cr_expect_eq(r->status, 1);
    cr_expect_str_eq(r->out, "weir record: -B: AF_XDP's buffer has 128 KiB at "
                             "least\n");
}

/* How many of five plain and ten tagged frames the filter passes. */
static void expect_passed(const char *source, const char *filter, long frames)
{
    uint8_t frame[64];
    char options[128];
    snprintf(options, sizeof options, "--source %s -w x.pcapng %s", source,
             filter);
    (void)command_run("rm -f status log x.pcapng");
    rec_start(options);
    for (uint32_t i = 0; i < 15; i++) {
        rig_udp(frame, sizeof frame, 53, i, i < 10 ? 7 : 0);
        rig_send(RIG_LEFT, frame, sizeof frame);
    }
    rec_signal_it("INT");
    rec_expect_end(0);
    cr_expect_eq(command_frames("x.pcapng"), frames, "%s, %s: %ld", source,
                 filter, command_frames("x.pcapng"));
    command_balances("r.json");
}

/* As the manual says: the kernel takes the tag out before it asks a filter,
 * and in AF_XDP's frames, as in a file's, it is there. */
Test(record_afxdp, filters_see_the_tag)
{
    start_afxdp("-a duration:0.1");
    rec_expect_end(0);
    expect_passed("afpacket", "udp port 53", 15);
    expect_passed("pcap", "udp port 53", 15);
    expect_passed("afxdp", "udp port 53", 5);
    expect_passed("afpacket", "vlan 7 and udp port 53", 10);
    expect_passed("afxdp", "vlan 7 and udp port 53", 10);
    expect_passed("afxdp", "udp port 53 or \\( vlan and udp port 53 \\)", 15);
    expect_passed("afpacket", "udp port 53 or \\( vlan and udp port 53 \\)",
                  15);
}

/* A lane for each receive queue, in one file. */
Test(record_afxdp, two_lanes_of_two_queues)
{
    uint8_t frame[60];
    rec_need();
    if (!rig_ip("link add w2left numtxqueues 2 numrxqueues 2 type veth "
                "peer name w2right numtxqueues 2 numrxqueues 2") ||
        !rig_ip("link set w2left arp off up") ||
        !rig_ip("link set w2right arp off up"))
        cr_skip_test("SKIPPED: no veth pair with two queues");
    start_afxdp("-a duration:0.1");
    rec_expect_end(0);
    (void)command_run("rm -f status log");
    rec_start_on("w2right", "--source afxdp --lanes 2 -w x.pcapng");
    rec_expect_in_log("receives on queue 0 of its 2 away");
    rec_expect_in_log("receives on queue 1 of its 2 away");
    for (uint32_t i = 0; i < 200; i++) {
        rig_udp(frame, sizeof frame, (uint16_t)(2000 + i % 50), i, 0);
        rig_send("w2left", frame, sizeof frame);
    }
    rec_signal_it("INT");
    rec_expect_end(0);
    rec_expect_all("x.pcapng", 200);
    /* Flows went to both. */
    cr_expect_eq(command_run("grep -qE '^  w2right 0 +[1-9]' log && "
                             "grep -qE '^  w2right 1 +[1-9]' log")
                     ->status,
                 0);
}
