/* What the command does with peers that crash, hang, lie or are not there.
 * The peers are shell scripts, which PATH names first; weir is the real one.
 * Nothing here needs privilege. */

#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/peers/fakes.h"

TestSuite(fault, .init = fakes_setup, .fini = fakes_teardown, .timeout = 120);

Test(fault, right_result)
{
    fakes_make("capinfos", "echo Number of packets: 1000");
    cr_assert_eq(fakes_finish(fakes_start("count", "capinfos")), 0);
    cr_assert_eq(fakes_lines("peer", "peer", "capinfos"), 1);
    cr_assert_eq(fakes_lines("peer", "version", "9.8.7"), 1);
    cr_assert_eq(fakes_lines("peer", "peer", "weir"), 1);
    cr_assert_eq(fakes_lines("ratio", "name", "weir over capinfos, rate"), 1);
    cr_assert_eq(fakes_lines("skip", "why", ""), 0);
    cr_assert_not(fakes_something_is_left());
}

Test(fault, wrong_count_is_void_and_named)
{
    fakes_make("capinfos", "echo Number of packets: 999");
    cr_assert_eq(fakes_finish(fakes_start("count", "capinfos")), 1);
    cr_assert_eq(fakes_lines("skip", "why", "it says that it took 999 of 1000"),
                 2);
    cr_assert_eq(
        fakes_lines("skip", "what", "count, 60 bytes: capinfos, round 2"), 1);
    cr_assert_eq(fakes_lines("peer", "peer", "capinfos"), 0);
    cr_assert_eq(fakes_lines("ratio", "name", ""), 0);
    cr_assert_eq(fakes_lines("peer", "peer", "weir"), 1);
}

Test(fault, crash_and_exit_status_are_named)
{
    fakes_make("capinfos", "kill -SEGV $$");
    fakes_make("tcpstat", "echo first >&2; echo last words >&2; exit 3");
    cr_assert_eq(fakes_finish(fakes_start("count", "capinfos,tcpstat")), 1);
    cr_assert_eq(fakes_lines("skip", "why", "it crashed: signal 11"), 2);
    cr_assert_eq(fakes_lines("skip", "why", "exit status 3: last words"), 2);
    cr_assert_eq(fakes_lines("peer", "peer", "weir"), 1);
    cr_assert_not(fakes_something_is_left());
}

Test(fault, copy_that_differs_is_void)
{
    fakes_make("tcpdump", "while [ \"$1\" != -r ]; do shift; done\n"
                          "head -c 5000 \"$2\" >\"$4\"");
    fakes_make("editcap", ":");
    cr_assert_eq(fakes_finish(fakes_start("copy", "tcpdump,editcap")), 1);
    cr_assert_eq(fakes_lines("skip", "why", "its copy differs"), 2);
    cr_assert_eq(fakes_lines("skip", "why", "its copy has 0 of 1000 frames"),
                 2);
    cr_assert_eq(fakes_lines("peer", "peer", "weir"), 1);
}

Test(fault, copy_that_is_right_but_came_with_more_files)
{
    fakes_make("tcpdump", "while [ \"$1\" != -r ]; do shift; done\n"
                          "cp \"$2\" \"$4\"; cp \"$2\" \"$4.second\"");
    cr_assert_eq(fakes_finish(fakes_start("copy", "tcpdump")), 1);
    cr_assert_eq(fakes_lines("skip", "why", "it left 2 files instead of one"),
                 2);
}

Test(fault, missing_peer_is_named)
{
    char path[4096];
    snprintf(path, sizeof path, "%s", getenv("PATH"));
    cr_assert_eq(setenv("PATH", "/nonexistent", 1), 0);
    cr_assert_eq(fakes_finish(fakes_start("count", "capinfos")), 0);
    cr_assert_eq(setenv("PATH", path, 1), 0);
    cr_assert_eq(fakes_lines("skip", "what", "count, 60 bytes: capinfos"), 1);
    cr_assert_eq(fakes_lines("skip", "why",
                             "capinfos is not installed (Debian's package "
                             "wireshark-common)"),
                 1);
    cr_assert_eq(fakes_lines("peer", "peer", "weir"), 1);
}

/* Once is enough: it is left out from then on.  The others must have done
 * within that time. */
Test(fault, hang_is_ended_and_named)
{
    fakes_patience = "5";
    fakes_make("tcpstat", "sleep 300");
    fakes_make("capinfos", "echo Number of packets: 1000");
    cr_assert_eq(fakes_finish(fakes_start("count", "tcpstat,capinfos")), 1);
    cr_assert_eq(fakes_lines("skip", "why", "it hung: ended after"), 1);
    cr_assert_eq(fakes_lines("skip", "what", "tcpstat, round 1"), 1);
    cr_assert_eq(fakes_lines("peer", "peer", "capinfos"), 1);
    cr_assert_not(fakes_something_is_left());
}

/* A round that is void is no failure of the command if others are not. */
Test(fault, void_round_beside_a_good_one)
{
    char script[256];
    snprintf(script, sizeof script,
             "[ -e %s/ran ] || { : >%s/ran; exit 3; }\n"
             "echo Number of packets: 1000",
             fakes_folder, fakes_folder);
    fakes_make("capinfos", script);
    cr_assert_eq(fakes_finish(fakes_start("count", "capinfos")), 0);
    cr_assert_eq(fakes_lines("skip", "why", "exit status 3"), 1);
    cr_assert_eq(fakes_lines("peer", "peer", "capinfos"), 1);
}

Test(fault, task_without_any_figure)
{
    fakes_unprivileged = true;
    cr_assert_eq(fakes_finish(fakes_start("live", "tcpdump")), 1);
    cr_assert_eq(fakes_lines("skip", "why", "needs root"), 1);
    cr_assert_eq(fakes_lines("peer", "peer", ""), 0);
    cr_assert_not_null(strstr(fakes_words(), "needs root"));
}

/* It is not tried, and the rest goes on. */
Test(fault, peer_that_needs_what_is_not_there)
{
    fakes_make("unshare", "exit 1");
    fakes_make("ndpiReader", ":");
    fakes_make("softflowd", "echo Packets processed: 1000");
    cr_assert_eq(fakes_finish(fakes_start("flows", "ndpiReader,softflowd")), 0);
    cr_assert_eq(fakes_lines("skip", "why", "ndpiReader needs root"), 1);
    cr_assert_eq(fakes_lines("skip", "what", "round"), 0);
    cr_assert_eq(fakes_lines("peer", "peer", "softflowd"), 1);
}

/* A thousand frames are of as many flows, of 46 bytes of IP each. */
#define NFDUMP(flows)                                                          \
    "printf 'Ident: none\\nFlows: " flows "\\nPackets: 1000\\n'\n"             \
    "printf 'Bytes: 46000\\n'"

Test(fault, rates_of_the_same_flows_are_compared)
{
    fakes_make("nfpcapd", ":");
    fakes_make("nfdump", NFDUMP("1000"));
    cr_assert_eq(fakes_finish(fakes_start("flows", "nfpcapd")), 0);
    cr_assert_eq(fakes_lines("ratio", "name", "weir over nfpcapd, rate"), 1);
    cr_assert_eq(fakes_round_number("weir", "flows"), 1000);
    cr_assert_eq(fakes_round_number("weir", "flow_bytes"), 46000);
    cr_assert_eq(fakes_lines("note", "text", "no ratio"), 0);
}

Test(fault, rates_of_other_flows_are_not)
{
    fakes_make("nfpcapd", ":");
    fakes_make("nfdump", NFDUMP("999"));
    cr_assert_eq(fakes_finish(fakes_start("flows", "nfpcapd")), 0);
    cr_assert_eq(fakes_lines("ratio", "name", ""), 0);
    cr_assert_eq(fakes_lines("note", "text",
                             "did not find the same: 1000 flows of 46000 "
                             "bytes, 999 flows of 46000 bytes"),
                 1);
    cr_assert_eq(fakes_lines("peer", "peer", "nfpcapd"), 1);
}

static void nap(void)
{
    const struct timespec time = {.tv_nsec = 20000000};
    (void)nanosleep(&time, NULL);
}

/* Hangs for longer than any test, and would write after its end. */
Test(fault, interrupt_while_a_peer_hangs)
{
    char ran[64];
    char late[64];
    char script[256];
    snprintf(ran, sizeof ran, "%s/ran", fakes_folder);
    snprintf(late, sizeof late, "%s/late", fakes_folder);
    snprintf(script, sizeof script, "trap '' INT\n: >%s\nsleep 300\n: >%s", ran,
             late);
    fakes_make("tcpstat", script);
    pid_t pid = fakes_start("count", "tcpstat");
    while (access(ran, F_OK) != 0)
        nap();
    cr_assert_eq(kill(pid, SIGINT), 0);
    cr_assert_eq(fakes_finish(pid), 1);
    cr_assert_neq(access(late, F_OK), 0);
    cr_assert_not(fakes_something_is_left());
}

/* The bench is killed: its fakes_folder goes all the same. */
Test(fault, kill_leaves_nothing)
{
    char ran[64];
    char script[256];
    snprintf(ran, sizeof ran, "%s/ran", fakes_folder);
    snprintf(script, sizeof script, ": >%s\nsleep 300", ran);
    fakes_make("tcpstat", script);
    pid_t pid = fakes_start("count", "tcpstat");
    while (access(ran, F_OK) != 0)
        nap();
    cr_assert_eq(kill(pid, SIGKILL), 0);
    cr_assert_eq(waitpid(pid, NULL, 0), pid);
    while (fakes_something_is_left())
        nap();
}
