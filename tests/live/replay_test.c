/* weir replay in a namespace of the test's own: what it says of each frame is
 * what comes in at the other end. */

#include <criterion/criterion.h>

#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/capture/net_rig.h"
#include "tests/cli/command.h"
#include "tests/live/replay_rig.h"
#include "tests/sink/sender_rig.h"

static uint8_t bytes[2048];

TestSuite(replay, .init = replay_rig_open, .timeout = 40);

Test(replay, every_frame_arrives_as_it_was_and_in_order)
{
    static const char *const ways[] = {
        "",
        "-x 100",
        "-p 100k",
        "--rate 10Gbit",
        "-t",
        "-t --qdisc-path",
        "-p 1M --qdisc-bypass",
        "-t --preload",
        "--max-gap 1us",
    };
    replay_make(2000, 10);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        int ear = sender_ear_open(RIG_RIGHT);
        const struct command_result *r = replay_run(ways[i]);
        cr_assert_eq(r->status, 0, "%s: %s", ways[i], r->err);
        cr_assert_not_null(
            strstr(r->err, "2,000 of 2,000 frames out of " RIG_LEFT), "%s",
            r->err);
        replay_expect(ear, 2000);
        cr_assert(sender_ear_silent(ear));
        cr_assert_eq(command_number("r.json", "frames.sent"), 2000);
        replay_balanced();
        (void)close(ear);
    }
}

Test(replay, files_of_every_kind_and_way_to_come)
{
    static const char *const scripts[] = {
        "weir record -q -r x.pcap -w y.pcapng 2>&1 && "
        "weir replay y.pcapng -t -i " RIG_LEFT,
        "weir replay -r x.pcap -t -i " RIG_LEFT,
        "weir replay - -t -i " RIG_LEFT " <x.pcap",
        "cat x.pcap | weir replay -t - -i " RIG_LEFT,
        "{ head -c 1000 x.pcap; sleep 0.2; tail -c +1001 x.pcap; } | "
        "weir replay -p 1M - --interface " RIG_LEFT,
    };
    replay_make(700, 10);
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        int ear = sender_ear_open(RIG_RIGHT);
        const struct command_result *r = command_run("%s", scripts[i]);
        cr_assert_eq(r->status, 0, "%s: %s", scripts[i], r->err);
        replay_expect(ear, 700);
        cr_assert(sender_ear_silent(ear));
        (void)close(ear);
    }
}

Test(replay, loops_and_limits_are_exact)
{
    replay_make(100, 1);
    int ear = sender_ear_open(RIG_RIGHT);
    cr_assert_eq(replay_run("--loop 3")->status, 0);
    cr_assert_eq(command_number("r.json", "passes"), 3);
    for (int pass = 0; pass < 3; pass++)
        replay_expect(ear, 100);
    cr_assert_eq(replay_run("-t -l 0 -L 250")->status, 0);
    cr_assert_eq(command_number("r.json", "frames.sent"), 250);
    replay_expect(ear, 100);
    replay_expect(ear, 100);
    replay_expect(ear, 50);
    cr_assert(sender_ear_silent(ear));
    /* Not to be opened anew, though it is a file. */
    cr_assert_eq(
        command_run("weir replay - -t -l 2 -i " RIG_LEFT " <x.pcap")->status,
        0);
    replay_expect(ear, 100);
    replay_expect(ear, 100);
    /* A stream is held for it. */
    const struct command_result *r =
        command_run("cat x.pcap | weir replay - -t -l 2 -i " RIG_LEFT);
    cr_assert_eq(r->status, 0, "%s", r->err);
    replay_expect(ear, 100);
    replay_expect(ear, 100);
    cr_assert(sender_ear_silent(ear));
    (void)close(ear);
}

/* The frames have the type 0x88b5, and their number behind it. */
Test(replay, a_filter_takes_what_it_wants)
{
    replay_make(300, 1);
    int ear = sender_ear_open(RIG_RIGHT);
    cr_assert_eq(replay_run("-t 'less 100'")->status, 0);
    uint64_t sent = command_number("r.json", "frames.sent");
    cr_assert_eq(command_number("r.json", "frames.read"), 300);
    cr_assert_eq(command_number("r.json", "frames.excluded"), 300 - sent);
    cr_assert_eq(command_number("r.json", "frames.asked"), sent);
    cr_assert_gt(sent, 0);
    for (uint64_t i = 0; i < sent; i++)
        cr_assert_leq(sender_ear_take(ear, bytes, sizeof bytes), 100);
    cr_assert(sender_ear_silent(ear));
    cr_assert_eq(replay_run("-l 0 -t ip")->status, 0);
    cr_assert_eq(command_number("r.json", "frames.asked"), 0);
    command_complains("weir replay x.pcap -i " RIG_LEFT " tcp prot 80", 1,
                      "filter 'tcp prot 80'", "syntax error");
    (void)close(ear);
}

Test(replay, frames_that_cannot_go_are_named_and_the_others_go)
{
    FILE *file = replay_file("x.pcap", 1);
    replay_put(file, (uint32_t[]){1700000000, 0, 0, 0}, 4); /* without bytes */
    replay_record(file, 0, replay_size(0), 1);
    replay_record(file, 9, 1515, 1);
    replay_record(file, 9, 5, 1);
    replay_record(file, 1, replay_size(1), 1);
    cr_assert_eq(fclose(file), 0);
    int ear = sender_ear_open(RIG_RIGHT);
    const struct command_result *r = replay_run("");
    cr_assert_eq(r->status, 1);
    cr_assert_not_null(strstr(r->err, "not sent  1 too_long: longer than"));
    cr_assert_not_null(strstr(r->err, "not sent  2 too_short: "));
    replay_balanced();
    replay_expect(ear, 2);
    cr_assert(sender_ear_silent(ear));
    /* None of it is Ethernet. */
    file = replay_file("x.pcap", 113);
    for (uint32_t i = 0; i < 10; i++)
        replay_record(file, i, 60, 1);
    cr_assert_eq(fclose(file), 0);
    r = replay_run("-t");
    cr_assert_eq(r->status, 1);
    cr_assert_not_null(strstr(r->err, "not sent  10 other_link: of another "
                                      "link type (113) than the interface's "
                                      "(1)"),
                       "%s", r->err);
    replay_balanced();
    cr_assert(sender_ear_silent(ear));
    (void)close(ear);
}

/* 100 of 1000 bytes were captured. */
Test(replay, a_frame_that_was_cut_is_sent_so_and_told)
{
    FILE *file = replay_file("x.pcap", 1);
    replay_record(file, 0, 60, 1);
    sender_frame(bytes, 100, 1);
    replay_put(file, (uint32_t[]){1700000000, 0, 100, 1000}, 4);
    cr_assert_eq(fwrite(bytes, 1, 100, file), 100);
    cr_assert_eq(fclose(file), 0);
    int ear = sender_ear_open(RIG_RIGHT);
    const struct command_result *r = replay_run("-t");
    cr_assert_eq(r->status, 0, "%s", r->err);
    cr_assert_not_null(strstr(r->err, "cut       1 frame was captured"));
    cr_assert_eq(command_number("r.json", "frames.cut_short"), 1);
    cr_assert_eq(sender_ear_take(ear, bytes, sizeof bytes), 60);
    cr_assert_eq(sender_ear_take(ear, bytes, sizeof bytes), 100);
    (void)close(ear);
    /* Only what was sent was sent so. */
    file = replay_file("x.pcap", 113);
    replay_put(file, (uint32_t[]){1700000000, 0, 100, 1000}, 4);
    cr_assert_eq(fwrite(bytes, 1, 100, file), 100);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(replay_run("-t")->status, 1);
    cr_assert_eq(command_number("r.json", "frames.cut_short"), 0);
}

/* A tun device has no header of its own: IP packets, by two link types. */
Test(replay, ip_packets_go_out_of_a_tunnel)
{
    static const uint32_t linktypes[] = {101, 228};
    for (int i = 0; i < 2; i++) {
        int tun = rig_tun(ARPHRD_NONE);
        if (tun < 0)
            cr_skip_test("no tun device");
        FILE *file = replay_file("x.pcap", linktypes[i]);
        const uint8_t packet[20] = {0x45, [3] = 20, [8] = 64, [9] = 1};
        replay_put(
            file, (uint32_t[]){1700000000, 0, sizeof packet, sizeof packet}, 4);
        cr_assert_eq(fwrite(packet, 1, sizeof packet, file), sizeof packet);
        cr_assert_eq(fclose(file), 0);
        const struct command_result *r =
            command_run("weir replay x.pcap -i " RIG_TUN);
        cr_assert_eq(r->status, 0, "%s", r->err);
        cr_assert_eq(read(tun, bytes, sizeof bytes), (ssize_t)sizeof packet);
        cr_assert_arr_eq(bytes, packet, sizeof packet);
        (void)close(tun);
    }
}

/* A check sequence of 4 bytes: the interface makes its own. */
Test(replay, a_captured_check_sequence_is_left_out)
{
    FILE *file = replay_file("x.pcap", 1u | 0x04000000u | 2u << 28);
    replay_record(file, 0, replay_size(0) + 4, 1);
    cr_assert_eq(fclose(file), 0);
    int ear = sender_ear_open(RIG_RIGHT);
    cr_assert_eq(replay_run("-t")->status, 0);
    cr_assert_eq(sender_ear_take(ear, bytes, sizeof bytes), replay_size(0));
    /* Cut within it, and right before it: that is all of the frame. */
    file = replay_file("x.pcap", 1u | 0x04000000u | 2u << 28);
    sender_frame(bytes, 104, 1);
    for (uint32_t caplen = 99; caplen <= 104; caplen++) {
        replay_put(file, (uint32_t[]){1700000000, 0, caplen, 104}, 4);
        cr_assert_eq(fwrite(bytes, 1, caplen, file), caplen);
    }
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(replay_run("-t")->status, 0);
    cr_assert_eq(command_number("r.json", "frames.cut_short"), 1);
    cr_assert_eq(sender_ear_take(ear, bytes, sizeof bytes), 99);
    for (uint32_t caplen = 100; caplen <= 104; caplen++)
        cr_assert_eq(sender_ear_take(ear, bytes, sizeof bytes), 100);
    (void)close(ear);
}

Test(replay, a_broken_file_is_sent_up_to_where_it_breaks)
{
    replay_make(100, 1);
    (void)command_run("truncate -s -10 x.pcap");
    int ear = sender_ear_open(RIG_RIGHT);
    const struct command_result *r = replay_run("-t --loop 3");
    cr_assert_eq(r->status, 1);
    cr_assert_not_null(strstr(r->err, "weir replay: x.pcap: cut off in"));
    cr_assert_eq(command_number("r.json", "frames.sent"), 99);
    replay_expect(ear, 99);
    cr_assert(sender_ear_silent(ear));
    command_complains("weir replay nothing.pcap -i " RIG_LEFT, 1,
                      "weir replay: nothing.pcap", "No such file");
    command_complains("echo hello | weir replay - -i " RIG_LEFT, 1,
                      "standard input", "is not a pcap or pcapng file");
    (void)close(ear);
}

/* What it says at the start, and in between. */
Test(replay, a_replay_tells_how_far_it_is)
{
    replay_make(31, 100000);
    const struct command_result *r = replay_run("");
    static const char first[] =
        "weir: sending x.pcap out of " RIG_LEFT
        ", by the file's times (ring): 31 frames, 3.000 s\n0:00:01  1";
    cr_assert_eq(strncmp(r->err, first, sizeof first - 1), 0, "%s", r->err);
    cr_assert_not_null(strstr(r->err, " of 31 frames "), "%s", r->err);
    cr_assert_not_null(strstr(r->err, "  0:00:02 left\n0:00:02  2"), "%s",
                       r->err);
    cr_assert_not_null(strstr(r->err, "  0:00:01 left\n"), "%s", r->err);
    cr_assert_null(strstr(r->err, "interrupted"));
    cr_assert_eq(command_number("r.json", "frames.left"), 0);
    cr_assert_eq(command_run("grep '\"interrupted\": false' r.json")->status,
                 0);
    /* As often as was asked for, or never. */
    r = replay_run("-x 10 --stats 0.1");
    cr_assert_geq(command_lines(r->err), 5, "%s", r->err);
    cr_assert_not_null(strstr(r->err, "10 times as fast (ring): 31 frames, "
                                      "0.300 s\n"),
                       "%s", r->err);
    r = replay_run("-x 2 --stats 0");
    cr_assert_eq(command_lines(r->err), 4, "%s", r->err);
    cr_assert_str_eq(replay_run("-p 20 -q")->err, "");
}

Test(replay, what_is_expected_is_of_all_passes)
{
    static const struct {
        const char *arguments, *says;
    } cases[] = {
        {"-x 100 -l 3", "100 times as fast (ring): 93 frames, 0.092 s\n"},
        {"-x 100 -l 3 -L 40", "(ring): 40 frames, 0.039 s\n"},
        {"-x 100 -l 0 -L 32", "(ring): 32 frames, 0.031 s\n"},
        {"-x 100 --max-gap 0 -L 5", "(ring): 5 frames, 0.000 s\n"},
        {"-p 1000 -l 2", ", 1,000 pps (ring): 62 frames, 0.061 s\n"},
        {"--rate 1Gbit -L 1", ", 1.00 Gbit/s (ring): 1 frame, 0.000 s\n"},
        {"-t -l 2", "as fast as possible (ring, past the queueing discipline)"
                    ": 62 frames\n"},
        {"-t ip", "past the queueing discipline): 0 frames\n"},
    };
    replay_make(31, 100000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct command_result *r = replay_run(cases[i].arguments);
        cr_assert_eq(r->status, 0, "%s", r->err);
        cr_assert_not_null(strstr(r->err, cases[i].says), "%s: %s",
                           cases[i].arguments, r->err);
    }
    /* Nobody knows. */
    const struct command_result *r =
        command_run("cat x.pcap | weir replay - -x 100 -i " RIG_LEFT);
    cr_assert_not_null(strstr(r->err,
                              "weir: sending standard input out of " RIG_LEFT
                              ", by the file's times, "
                              "100 times as fast (ring)\n"),
                       "%s", r->err);
}

Test(replay, a_name_may_be_any_bytes)
{
    replay_make(3, 1);
    const struct command_result *r = command_run(
        "cp x.pcap '\377\n.pcap' && weir replay '\377\n.pcap' -i " RIG_LEFT
        " --report r.json");
    cr_assert_eq(r->status, 0, "%s", r->err);
    cr_assert_eq(command_number("r.json", "frames.sent"), 3);
    r = command_run("ip link set " RIG_LEFT " down name 'w\033x' && "
                    "ip link set 'w\033x' up && "
                    "weir replay x.pcap -t -i 'w\033x' && "
                    "ip link set 'w\033x' down name " RIG_LEFT);
    cr_assert_eq(r->status, 0, "%s", r->err);
    cr_assert_not_null(strstr(r->err, "3 of 3 frames out of w?x"), "%s",
                       r->err);
}

Test(replay, without_the_privilege_it_says_which)
{
    replay_make(1, 1);
    if (command_run("setpriv --bounding-set -net_raw true")->status != 0)
        cr_skip_test("no capability can be given up here");
    command_complains("setpriv --bounding-set -net_raw weir replay x.pcap "
                      "-i " RIG_LEFT,
                      1, "weir replay: " RIG_LEFT ": packet socket",
                      "CAP_NET_RAW is needed");
    (void)rig_ip("link set " RIG_LEFT " down");
    command_complains("weir replay x.pcap -i " RIG_LEFT, 1,
                      "weir replay: ", RIG_LEFT ": the interface is down");
}

/* More than is held, and so read while it is sent, again and again. */
Test(replay, a_file_that_is_not_held_is_read_in_blocks)
{
    const struct command_result *r = command_run(
        "weir record -q --synth frames=90000,size=1514 -w big.pcap && "
        "weir replay big.pcap -t -i " RIG_LEFT " --report r.json && "
        "grep -q '\"held\": false' r.json");
    cr_assert_eq(r->status, 0, "%s", r->err);
    cr_assert_eq(command_number("r.json", "frames.sent"), 90000);
    r = command_run("weir record -q --synth frames=180000,size=1514 "
                    "-w big.pcap && weir replay big.pcap -t -l 2 -i " RIG_LEFT
                    " --report r.json && grep -q '\"held\": false' r.json; "
                    "status=$?; rm big.pcap; exit $status");
    cr_assert_eq(r->status, 0, "%s", r->err);
    cr_assert_eq(command_number("r.json", "frames.sent"), 360000);
    cr_assert_eq(command_number("r.json", "frames.read"), 360000);
    replay_balanced();
}
