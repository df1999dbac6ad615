/* weir record on an interface: nothing that was received is lost, whatever
 * happens to the recording or to the interface.
 *
 * Every recording is bounded by -a duration, also one that a failed test left
 * behind. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/capture/net_rig.h"
#include "tests/cli/command.h"

/* Waits are for what must come; each is given up after ten seconds. */
#define STEP_US   50000
#define STEPS_MAX 200

static void need(void)
{
    static bool open;
    const char *reason;
    if (!open && !rig_open(&reason))
        cr_skip_test("SKIPPED: %s", reason);
    open = true;
}

static void give_up(const char *what)
{
    (void)command_run("kill -KILL $(cat pid)");
    cr_assert_fail("%s: %s", what, command_run("cat log")->out);
}

/* Until the script ends with 0. */
static void wait_until(const char *script)
{
    for (int i = 0; command_run("%s", script)->status != 0; i++) {
        if (i == STEPS_MAX)
            give_up(script);
        (void)usleep(STEP_US);
    }
}

static void wait_for_frames(const char *name, long frames)
{
    for (int i = 0; command_frames(name) != frames; i++) {
        if (i == STEPS_MAX)
            give_up(name);
        (void)usleep(STEP_US);
    }
}

/* Begins a recording of the right side; it is listening. */
static void start(const char *options)
{
    need();
    (void)command_run("(sh -c 'echo $$ >pid; exec weir record -i " RIG_RIGHT
                      " -a duration:60 --report r.json %s' 2>log; "
                      "echo $? >.status; mv .status status) >/dev/null 2>&1 &",
                      options);
    wait_until("test -e status || grep -q listening log");
    cr_assert_eq(command_run("test -e status; cat log")->status, 0);
}

static void signal_it(const char *name)
{
    (void)command_run("kill -%s $(cat pid)", name);
}

static void expect_end(int status)
{
    wait_until("test -e status");
    const struct command_result *r = command_run("cat log; exit $(cat status)");
    cr_expect_eq(r->status, status, "%d: %s", r->status, r->out);
}

static void expect_in_log(const char *text)
{
    const struct command_result *r = command_run("cat log");
    cr_expect(strstr(r->out, text) != NULL, "%s not in: %s", text, r->out);
}

static void expect_all(const char *file, long frames)
{
    cr_expect_eq(command_frames(file), frames);
    cr_expect_eq(command_number("r.json", "ledger.kernel_seen"),
                 (uint64_t)frames);
    cr_expect_eq(command_number("r.json", "ledger.kernel_dropped"), 0);
    command_balances("r.json");
    command_sums("r.json", (uint64_t)frames);
}

Test(record_live, an_interrupt_right_behind_a_burst_loses_nothing)
{
    start("-w x.pcap");
    rig_send_udp(3000, 60);
    signal_it("INT");
    expect_end(0);
    expect_all("x.pcap", 3000);
}

Test(record_live, a_count_is_exact)
{
    start("-w x.pcapng -c 100 --workers 3");
    rig_send_udp(300, 60);
    expect_end(0);
    cr_expect_eq(command_frames("x.pcapng"), 100);
    command_balances("r.json");
    command_sums("r.json", 100);
}

Test(record_live, a_hangup_begins_the_next_file)
{
    start("-w x.pcap -b packets:1000000");
    rig_send_udp(10, 60);
    wait_until("test $(stat -c %s x_00001_*) -ge 784");
    signal_it("HUP");
    wait_until("test -e x_00002_*");
    rig_send_udp(20, 60);
    signal_it("INT");
    expect_end(0);
    (void)command_run("mv x_00001_* a; mv x_00002_* b");
    cr_expect_eq(command_frames("a"), 10);
    cr_expect_eq(command_frames("b"), 20);
    command_balances("r.json");
    command_sums("r.json", 30);
}

Test(record_live, a_user_signal_prints_the_counts)
{
    start("-w x.pcap");
    rig_send_udp(10, 60);
    wait_for_frames("x.pcap", 10);
    signal_it("USR1");
    wait_until("grep -q '^weir: 10 packets captured, 10 packets received by "
               "filter, 0 packets dropped by kernel$' log");
    signal_it("TERM");
    expect_end(0);
    expect_all("x.pcap", 10);
}

Test(record_live, an_interface_that_goes_down_is_waited_out)
{
    start("-w x.pcap");
    rig_send_udp(10, 60);
    wait_for_frames("x.pcap", 10);
    cr_assert(rig_ip("link set " RIG_RIGHT " down"));
    wait_until("grep -q down log");
    cr_assert(rig_ip("link set " RIG_RIGHT " up"));
    wait_until("grep -q ' up' log");
    rig_send_udp(10, 60);
    wait_for_frames("x.pcap", 20);
    signal_it("INT");
    expect_end(0);
    expect_all("x.pcap", 20);
}

Test(record_live, an_interface_that_is_removed_ends_it_with_all_its_frames)
{
    start("-w x.pcap");
    rig_send_udp(1000, 60);
    cr_assert(rig_ip("link del " RIG_LEFT));
    expect_end(1);
    expect_in_log(RIG_RIGHT);
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
        start(options[i]);
        rig_send_udp(50, 100);
        wait_for_frames(name, 50);
        signal_it("KILL");
        expect_end(137);
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
        start(options[i]);
        rig_send_udp(1, 60);
        wait_for_frames(names[i], 1);
        signal_it("INT");
        expect_end(0);
    }
}

Test(record_live, the_filter_is_the_kernels)
{
    start("-w x.pcap udp port 2000");
    uint8_t frame[60];
    for (uint32_t i = 0; i < 100; i++) {
        rig_udp(frame, sizeof frame, (uint16_t)(2000 + i % 2), i, 0);
        rig_send(RIG_LEFT, frame, sizeof frame);
    }
    signal_it("INT");
    expect_end(0);
    expect_all("x.pcap", 50);
}

Test(record_live, a_dry_run_makes_no_file)
{
    need();
    const struct command_result *r =
        command_run("weir record -i " RIG_RIGHT " -w x.pcap --dry-run; "
                    "test $? = 0 && test ! -e x.pcap");
    cr_expect_eq(r->status, 0);
    cr_expect_not_null(strstr(r->out, RIG_RIGHT " (live)\n"), "%s", r->out);
}

/* With AF_XDP the host is without its frames until the recording ends; what
 * it gets is counted by a second recording. */
static void start_afxdp(const char *options)
{
    char all[256];
    need();
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
    start(all);
}

static void start_host(void)
{
    (void)command_run("(weir record -i " RIG_RIGHT
                      " --source pcap -a duration:60 -w host.pcap 2>host.log; "
                      "touch host.end) >/dev/null 2>&1 & echo $! >host.pid");
    wait_until("grep -q listening host.log");
}

static void expect_host(long frames)
{
    wait_for_frames("host.pcap", frames);
    (void)command_run("pkill -INT -P $(cat host.pid)");
    wait_until("test -e host.end");
    cr_expect_eq(command_frames("host.pcap"), frames);
}

Test(record_live, afxdp_takes_every_frame_and_gives_them_back)
{
    start_afxdp("-w x.pcapng");
    start_host();
    expect_in_log("weir: AF_XDP takes what " RIG_RIGHT
                  " receives away from the "
                  "host (native XDP, copy mode), until the recording ends\n");
    rig_send_udp(3000, 60);
    signal_it("INT");
    expect_end(0);
    rig_send_udp(7, 60);
    expect_host(7);
    expect_all("x.pcapng", 3000);
}

Test(record_live, afxdp_after_a_kill_the_host_has_its_frames)
{
    start_afxdp("-w x.pcapng");
    rig_send_udp(100, 60);
    wait_for_frames("x.pcapng", 100);
    signal_it("KILL");
    wait_until("test -e status");
    start_host();
    rig_send_udp(7, 60);
    expect_host(7);
    cr_expect_eq(command_frames("x.pcapng"), 100);
}

Test(record_live, afxdp_filter_and_snapshot_length)
{
    uint8_t frame[60];
    start_afxdp("-s 40 -w x.pcapng arp");
    rig_send_udp(50, 60);
    rig_arp(frame);
    for (int i = 0; i < 5; i++)
        rig_send(RIG_LEFT, frame, sizeof frame);
    wait_for_frames("x.pcapng", 5);
    signal_it("INT");
    expect_end(0);
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
Test(record_live, afxdp_overload_is_in_the_ledger)
{
    start_afxdp("-B 128K -w x.pcapng");
    for (int i = 0; i < 20; i++)
        rig_send_udp(2000, 60);
    signal_it("INT");
    expect_end(0);
    command_balances("r.json");
    cr_expect_eq(command_number("r.json", "ledger.kernel_seen"), 40000);
    cr_expect_eq(command_number("r.json", "ledger.received") +
                     command_number("r.json", "ledger.kernel_dropped"),
                 40000);
    cr_expect_eq((uint64_t)command_frames("x.pcapng"),
                 command_number("r.json", "ledger.received"));
}

Test(record_live, afxdp_says_nothing_when_asked_to_be_quiet)
{
    start_afxdp("-a duration:1");
    expect_end(0);
    const struct command_result *r = command_run(
        "weir record -i " RIG_RIGHT " --source afxdp -q -a duration:0.1 2>&1");
    cr_expect_eq(r->status, 0);
    cr_expect_str_eq(r->out, "");
}

Test(record_live, afxdp_refusals_are_one_line)
{
    need();
    const struct command_result *r =
        command_run("weir record -i " RIG_RIGHT " --source afxdp --queue 9");
    cr_expect_eq(r->status, 1);
    r = command_run("weir record -i " RIG_RIGHT " --source afxdp -B 64K 2>&1");
    cr_expect_eq(r->status, 1);
    cr_expect_str_eq(r->out, "weir record: -B: AF_XDP's buffer has 128 KiB at "
                             "least\n");
}
