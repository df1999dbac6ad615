/* weir replay that does not come to its end: its interface goes, or somebody
 * ends it. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/capture/net_rig.h"
#include "tests/cli/command.h"
#include "tests/live/replay_rig.h"
#include "tests/sink/sender_rig.h"

TestSuite(replay_stop, .init = replay_rig_open, .timeout = 40);

/* In a script: until a frame has arrived. */
#define UNTIL_SENT                                                             \
    "until awk '/" RIG_RIGHT                                                   \
    ":/ {exit !($3 > 0)}' /proc/net/dev; do sleep 0.02; done; "

/* In a script, of what was started in the background, and ignores the signal
 * until it has said otherwise: the signal until it ends. */
#define IGNORED "trap '' INT TERM; "
#define UNTIL_ENDED(signal)                                                    \
    "while kill -" signal " $!; do sleep 0.05; done 2>/dev/null; wait $!"

Test(replay_stop, an_interface_that_goes_down_in_the_middle_is_told)
{
    replay_make(300, 10000);
    int ear = sender_ear_open(RIG_RIGHT);
    const struct command_result *r = command_run(
        "weir replay x.pcap -i " RIG_LEFT " --report r.json & " UNTIL_SENT
        "ip link set " RIG_LEFT " down; wait $!");
    cr_assert_eq(r->status, 1);
    cr_assert_not_null(strstr(r->err, "link_down: the interface was down"),
                       "%s", r->err);
    replay_balanced();
    cr_assert_eq(command_number("r.json", "frames.asked"), 300);
    uint64_t sent = command_number("r.json", "frames.sent");
    cr_assert_lt(sent, 300);
    /* What is on its way while the interface closes may be dropped. */
    uint64_t doubtful = command_number("r.json", "frames.doubtful");
    replay_expect(ear, (uint32_t)(sent - doubtful));
    (void)close(ear);
}

/* One that is made anew under the same name is another. */
Test(replay_stop, an_interface_that_is_removed_ends_it)
{
    static const char *const ways[] = {"-t", "-p 1k", "-p 1M --qdisc-bypass"};
    replay_make(100, 1);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        const struct command_result *r = command_run(
            "timeout 20 weir replay x.pcap -l 0 %s -i " RIG_LEFT
            " --report r.json & " UNTIL_SENT "ip link del " RIG_LEFT "; "
            "ip link add " RIG_LEFT " type veth peer name " RIG_RIGHT "; "
            "ip link set " RIG_LEFT " up; ip link set " RIG_RIGHT " up; "
            "wait $!",
            ways[i]);
        cr_assert_eq(r->status, 1, "%s: %d %s", ways[i], r->status, r->err);
        cr_assert_not_null(strstr(r->err, "weir replay: " RIG_LEFT
                                          ": the interface was removed\n"),
                           "%s", r->err);
        cr_assert_gt(command_number("r.json", "frames.not_sent.gone"), 0);
        replay_balanced();
    }
}

Test(replay_stop, an_interrupt_ends_it_with_the_report)
{
    replay_make(1000, 1000000);
    int ear = sender_ear_open(RIG_RIGHT);
    const struct command_result *r =
        command_run("weir replay x.pcap -i " RIG_LEFT
                    " --report r.json & " UNTIL_SENT "kill -INT $!; wait $!");
    cr_assert_eq(r->status, 0, "%s", r->err);
    replay_balanced();
    uint64_t sent = command_number("r.json", "frames.sent");
    cr_assert_lt(sent, 1000);
    /* Not that of the frame that it waited for. */
    cr_assert_eq(command_number("r.json", "asked.duration_ns"),
                 (sent - 1) * 1000000000);
    replay_expect(ear, (uint32_t)sent);
    cr_assert(sender_ear_silent(ear));
    (void)close(ear);
    char said[64];
    snprintf(said, sizeof said, "sent      %u of 1,000 frames out of ",
             (unsigned)sent);
    cr_assert_not_null(strstr(r->err, said), "%s", r->err);
    cr_assert_not_null(strstr(r->err, "; interrupted\n"), "%s", r->err);
    cr_assert_eq(command_number("r.json", "frames.left"), 1000 - sent);
    cr_assert_eq(command_run("grep '\"interrupted\": true' r.json")->status, 0);
    r = command_run(IGNORED "weir replay x.pcap -i " RIG_LEFT
                            " -t -l 0 --report r.json & " UNTIL_ENDED("TERM"));
    cr_assert_eq(r->status, 0, "%s", r->err);
    replay_balanced();
    cr_assert_not_null(strstr(r->err, "; interrupted\n"), "%s", r->err);
    cr_assert_eq(command_run("grep '\"left\": null' r.json")->status, 0);
}

Test(replay_stop, an_interrupt_ends_the_wait_for_a_stream)
{
    replay_make(10, 1);
    for (int passes = 1; passes <= 2; passes++) {
        const struct command_result *r = command_run(
            IGNORED "mkfifo pipe; { cat x.pcap; exec sleep 9; } >pipe & "
                    "other=$!; weir replay - -t -l %d -i " RIG_LEFT
                    " <pipe & " UNTIL_ENDED(
                        "INT") "; status=$?; "
                               "kill -KILL $other; rm pipe; exit $status",
            passes);
        cr_assert_eq(r->status, 0, "%d: %d %s", passes, r->status, r->err);
        cr_assert_not_null(strstr(r->err, "frames out of"), "%s", r->err);
    }
}

/* In a script: one signal to what was started in the background, as soon as
 * it heeds it; from a moment before it waits to one after.  weir catches TERM
 * and INT; the shell's child, before it is weir, catches INT alone, and then
 * ignores it for a while: an INT of that time is lost. */
#define HEEDED_ONCE(signal)                                                    \
    "until grep -q '^SigCgt:.*[4-7c-f]..[2367abef]$' /proc/$!/status; "        \
    "do :; done; "                                                             \
    "sleep 0.00%d; kill -" signal " $!; wait $!"

/* There is nothing to report then. */
Test(replay_stop, an_interrupt_ends_the_wait_for_a_file_header)
{
    static const char *const inputs[] = {
        "pipe",              /* without a writer */
        "pipe 9<>pipe",      /* that is silent */
        "- <>pipe",          /* the standard input */
        "- -l 2 <>pipe",     /* to be held */
        "pipe -K -l 0 -p 9", /* by another pace */
    };
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++)
        for (int wait = 0; wait < 9; wait += 2) {
            const struct command_result *r =
                command_run("rm -f pipe; mkfifo pipe; weir replay -i " RIG_LEFT
                            " %s & " HEEDED_ONCE("INT"),
                            inputs[i], wait);
            cr_assert_eq(r->status, 0, "%s: %d %s", inputs[i], r->status,
                         r->err);
            cr_assert_str_eq(r->err,
                             "weir replay: stopped before a frame had come\n");
        }
}
