/* weir record on an interface: nothing that was received is lost, whatever
 * happens to the recording or to the interface; for each source. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "tests/capture/net_rig.h"
#include "tests/cli/command.h"
#include "tests/live/rec.h"

Test(record_live, an_interrupt_right_behind_a_burst_loses_nothing)
{
    rec_start("-w x.pcap");
    rig_send_udp(3000, 60);
    rec_signal_it("INT");
    rec_expect_end(0);
    rec_expect_all("x.pcap", 3000);
}

/* The sources are opened by root and started by another. */
Test(record_live, another_user_records)
{
    (void)command_run("chmod 777 .");
    rec_start("-w x.pcap -Z nobody");
    rig_send_udp(3000, 60);
    rec_signal_it("INT");
    rec_expect_end(0);
    rec_expect_all("x.pcap", 3000);
    cr_expect_eq(command_run("test $(stat -c %%U x.pcap) = nobody")->status, 0);
}

Test(record_live, without_the_privilege_it_says_what_helps)
{
    if (command_run("setpriv --bounding-set -net_raw true")->status != 0)
        cr_skip_test("no capability can be given up here");
    command_complains("setpriv --bounding-set -net_raw weir record -i lo", 1,
                      "weir record: lo: ", "CAP_NET_RAW (try sudo)\n");
}

Test(record_live, a_count_is_exact)
{
    rec_start("-w x.pcapng -c 100 --workers 3");
    rig_send_udp(300, 60);
    rec_expect_end(0);
    cr_expect_eq(command_frames("x.pcapng"), 100);
    command_balances("r.json");
    command_sums("r.json", 100);
}

Test(record_live, flows_of_all_that_was_recorded)
{
    rec_start("-w x.pcapng --flows f.json --workers 2");
    rig_send_udp(3000, 60);
    rec_signal_it("INT");
    rec_expect_end(0);
    rec_expect_all("x.pcapng", 3000);
    cr_expect_eq(command_number("f.json", "flows_count"), 1);
    cr_expect_eq(command_number("f.json", "totals.packets"), 3000);
    cr_expect_eq(command_number("f.json", "totals.wire_bytes"), 3000 * 60UL);
    cr_expect_eq(command_number("f.json", "untracked.packets"), 0);
}

/* A limit may cut any batch: the outlet counts what it delivered. */
Test(record_live, flows_of_a_count_are_exact)
{
    rec_start("-w x.pcapng -c 100 --flows f.json --workers 3");
    rig_send_udp(300, 60);
    rec_expect_end(0);
    cr_expect_eq(command_number("f.json", "totals.packets"), 100);
}

Test(record_live, a_hangup_begins_the_next_file)
{
    rec_start("-w x.pcap -b packets:1000000");
    rig_send_udp(10, 60);
    rec_wait_until("test $(stat -c %s x_00001_*) -ge 784");
    rec_signal_it("HUP");
    rec_wait_until("test -e x_00002_*");
    rig_send_udp(20, 60);
    rec_signal_it("INT");
    rec_expect_end(0);
    (void)command_run("mv x_00001_* a; mv x_00002_* b");
    cr_expect_eq(command_frames("a"), 10);
    cr_expect_eq(command_frames("b"), 20);
    command_balances("r.json");
    command_sums("r.json", 30);
}

Test(record_live, a_user_signal_prints_the_counts)
{
    rec_start("-w x.pcap");
    rig_send_udp(10, 60);
    rec_wait_for_frames("x.pcap", 10);
    rec_signal_it("USR1");
    rec_wait_until(
        "grep -q '^weir: 10 packets captured, 10 packets received by "
        "filter, 0 packets dropped by kernel$' log");
    rec_signal_it("TERM");
    rec_expect_end(0);
    rec_expect_all("x.pcap", 10);
}

Test(record_live, an_interface_that_goes_down_is_waited_out)
{
    rec_start("-w x.pcap");
    rig_send_udp(10, 60);
    rec_wait_for_frames("x.pcap", 10);
    cr_assert(rig_ip("link set " RIG_RIGHT " down"));
    rec_wait_until("grep -q down log");
    cr_assert(rig_ip("link set " RIG_RIGHT " up"));
    rec_wait_until("grep -q ' up' log");
    cr_assert(rig_carries(RIG_LEFT));
    rig_send_udp(10, 60);
    rec_wait_for_frames("x.pcap", 20);
    rec_signal_it("INT");
    rec_expect_end(0);
    rec_expect_all("x.pcap", 20);
}

Test(record_live, an_interface_that_is_removed_ends_it_with_all_its_frames)
{
    rec_start("-w x.pcap");
    rig_send_udp(1000, 60);
    cr_assert(rig_ip("link del " RIG_LEFT));
    rec_expect_end(1);
    rec_expect_in_log(RIG_RIGHT);
    cr_expect_eq(command_frames("x.pcap"), 1000);
    command_balances("r.json");
    command_sums("r.json", 1000);
}

Test(record_live, killed_it_leaves_a_file_that_can_be_read)
{
    static const char *const options[] = {"-w x.pcap", "-w x.pcapng"};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        const char *name = options[i] + 3;
        (void)command_run("rm -f status log");
        rec_start(options[i]);
        rig_send_udp(50, 100);
        rec_wait_for_frames(name, 50);
        rec_signal_it("KILL");
        rec_expect_end(137);
        cr_expect_eq(command_frames(name), 50);
    }
}

/* No frame pushes another. */
Test(record_live, one_frame_comes_through_alone)
{
    static const char *const options[] = {"-w x.pcap", "-w x.pcapng",
                                          "-w - >fifo"};
    static const char *const names[] = {"x.pcap", "x.pcapng", "x.pipe"};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        (void)command_run("rm -f status log fifo; mkfifo fifo");
        if (i == 2)
            (void)command_run("cat fifo >x.pipe 2>/dev/null &");
        rec_start(options[i]);
        rig_send_udp(1, 60);
        rec_wait_for_frames(names[i], 1);
        rec_signal_it("INT");
        rec_expect_end(0);
    }
}

Test(record_live, the_filter_is_the_kernels)
{
    rec_start("-w x.pcap udp port 2000");
    uint8_t frame[60];
    for (uint32_t i = 0; i < 100; i++) {
        rig_udp(frame, sizeof frame, (uint16_t)(2000 + i % 2), i, 0);
        rig_send(RIG_LEFT, frame, sizeof frame);
    }
    rec_signal_it("INT");
    rec_expect_end(0);
    rec_expect_all("x.pcap", 50);
}

Test(record_live, a_dry_run_makes_no_file)
{
    rec_need();
    const struct command_result *r =
        command_run("weir record -i " RIG_RIGHT " -w x.pcap --dry-run; "
                    "test $? = 0 && test ! -e x.pcap");
    cr_expect_eq(r->status, 0);
    cr_expect_not_null(strstr(r->out, RIG_RIGHT " (live)\n"), "%s", r->out);
}
