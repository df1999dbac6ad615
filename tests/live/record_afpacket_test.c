/* weir record from the kernel's own blocks: what only this source does. */

#include <criterion/criterion.h>

#include <poll.h>
#include <string.h>

#include "tests/capture/net_rig.h"
#include "tests/cli/command.h"
#include "tests/live/rec.h"

static void expect_good(const char *script)
{
    const struct command_result *r = command_run("%s", script);
    cr_expect_eq(r->status, 0, "%s: %s%s", script, r->out, r->err);
}

/* Sizes of which a block is turned in place, tags, both directions. */
static void send_mix(void)
{
    static uint8_t frame[1514];
    for (uint32_t i = 0; i < 3000; i++) {
        const size_t len = 600 + i * 7 % 915;
        rig_udp(frame, len, 53, i, (uint16_t)(i % 4 == 1 ? 9 : 0));
        rig_send(i % 5 == 2 ? RIG_RIGHT : RIG_LEFT, frame, len);
    }
}

/* A reference beside it by tcpdump: every program reads the same frames from
 * both, in the same number and order. */
Test(record_afpacket, every_reader_finds_the_frames_of_a_reference)
{
    rec_need();
    if (command_run("command -v tcpdump tshark capinfos mergecap editcap")
            ->status != 0)
        cr_skip_test("SKIPPED: tcpdump or wireshark's programs are missing");
    (void)command_run("sh -c 'echo $$ >ref.pid; exec tcpdump -i " RIG_RIGHT
                      " -B 65536 -U -c 3000 -w ref.pcap 2>ref.log' "
                      ">/dev/null 2>&1 &");
    rec_wait_until("grep -q listening ref.log");
    rec_start("-w x.pcapng --write direct");
    send_mix();
    rec_signal_it("INT");
    rec_expect_end(0);
    /* It ends behind these, or is ended. */
    rec_wait_for_frames("ref.pcap", 3000);
    (void)command_run("kill $(cat ref.pid)");
    rec_expect_all("x.pcapng", 3000);
    cr_expect_gt(command_number("r.json", "write.in_place"), 0);
    expect_good("for f in ref.pcap x.pcapng; do tcpdump -t -nn -xx -r $f "
                "2>/dev/null | md5sum; done | uniq | wc -l | grep -qx 1");
    expect_good("for f in ref.pcap x.pcapng; do tshark -r $f -T fields "
                "-e frame.number -e frame.len -e frame.cap_len -e eth.type "
                "-e vlan.id -e udp.payload 2>/dev/null | md5sum; done | "
                "uniq | wc -l | grep -qx 1");
    expect_good("capinfos -Mc x.pcapng | grep -q '3000$'");
    expect_good("mergecap -w m.pcapng x.pcapng x.pcapng && "
                "capinfos -Mc m.pcapng | grep -q '6000$'");
    expect_good("editcap -F pcap x.pcapng e.pcap && "
                "capinfos -Mc e.pcap | grep -q '3000$'");
}

Test(record_afpacket, sent_copies_are_excluded_by_name)
{
    rec_need();
    rec_start_on("lo", "-w x.pcapng");
    rig_datagrams(500);
    rec_signal_it("INT");
    rec_expect_end(0);
    cr_expect_eq(command_frames("x.pcapng"), 500);
    cr_expect_eq(command_number("r.json", "ledger.kernel_seen"), 1000);
    cr_expect_eq(command_number("r.json", "ledger.excluded.outgoing"), 500);
    command_balances("r.json");
    command_sums("r.json", 500);
}

/* A reader that takes nothing for a while holds up everything: the loss is the
 * kernel's, and the end is in order. */
Test(record_afpacket, a_slow_pipe_is_loss_with_a_name)
{
    rec_need();
    (void)command_run("mkfifo fifo; (exec 3<fifo; sleep 2; "
                      "cat <&3 >x.pcap) >/dev/null 2>&1 &");
    rec_start("-B 4 -w - >fifo");
    const int child = rig_flood(RIG_LEFT, 400000);
    (void)poll(NULL, 0, 1500);
    rig_flood_end(child);
    rec_signal_it("INT");
    rec_expect_end(0);
    cr_expect_gt(command_number("r.json", "ledger.kernel_dropped"), 0);
    cr_expect_gt(command_number("r.json", "freezes"), 0);
    command_balances("r.json");
    rec_wait_for_frames("x.pcap",
                        (long)command_number("r.json", "ledger.written"));
}

static void expect_merged_told(const char *options)
{
    static uint8_t frame[3000];
    rec_need();
    cr_assert(rig_ip("link set " RIG_LEFT " mtu 3000"));
    rec_start(options);
    /* What is merged before it is captured comes so. */
    cr_assert(rig_ip("link set " RIG_RIGHT " mtu 3000"));
    rig_udp(frame, sizeof frame, 53, 1, 0);
    rig_send(RIG_LEFT, frame, sizeof frame);
    rig_send_udp(3, 1514);
    rec_signal_it("INT");
    rec_expect_end(0);
    cr_expect_eq(command_number("r.json", "oversized"), 1);
    rec_expect_in_log("weir record: " RIG_RIGHT
                      ": frames come merged, longer than");
}

Test(record_afpacket, frames_longer_than_the_interface_can_send_are_told)
{
    expect_merged_told("-w x.pcapng");
    rec_expect_in_log("1 frame is longer than the interface can send.");
}

Test(record_afpacket, they_are_told_without_a_live_line)
{
    expect_merged_told("--stats 0 -w x.pcapng");
}

Test(record_afpacket, a_dry_run_shows_the_ring)
{
    rec_need();
    const struct command_result *r =
        command_run("weir record -i " RIG_RIGHT " --dry-run -B 16 "
                    "--block-size 256 --retire-timeout 7");
    cr_expect_not_null(strstr(r->out,
                              "capture  afpacket, ring of 16384 KiB: 64 "
                              "blocks of 256 KiB, retired after 7 ms\n"),
                       "%s", r->out);
    r = command_run("weir record -i " RIG_RIGHT " --dry-run --source pcap");
    cr_expect_not_null(strstr(r->out, "capture  libpcap\n"), "%s", r->out);
    r = command_run("weir record -i any --dry-run");
    cr_expect_not_null(strstr(r->out, "capture  libpcap\n"), "%s", r->out);
}

Test(record_afpacket, refusals_are_one_line)
{
    rec_need();
    command_complains("weir record -i " RIG_RIGHT " -B 1", 1, "-B: a ring of",
                      "may be lent out");
    command_complains("weir record -i any --source afpacket", 1, "any",
                      "takes Ethernet devices and loopback");
    command_complains("weir record -i " RIG_RIGHT " -j adapter", 1, RIG_RIGHT,
                      "the host can");
    command_complains("weir record -i " RIG_RIGHT " -j adapter --source pcap",
                      1, RIG_RIGHT, "the host can");
}
