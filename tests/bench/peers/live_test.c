/* Live, with namespaces of the bench's own: what is in the file is counted,
 * and a recorder that breaks in the middle is named.  5000 frames a second
 * for a tenth of one: no machine is too slow for that. */

#include <criterion/criterion.h>

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/peers/fakes.h"

TestSuite(live, .init = fakes_setup, .fini = fakes_teardown, .timeout = 120);

static bool may_have_namespaces(void)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        _exit(unshare(CLONE_NEWNET) == 0 ? 0 : 1);
    bool may = waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
               WEXITSTATUS(status) == 0;
    if (!may)
        fprintf(stderr, "live_test: SKIPPED: no network namespace may be "
                        "made here (needs CAP_SYS_ADMIN)\n");
    return may;
}

/* The fake records with weir, a while, and then breaks. */
Test(live, frames_in_the_file_count_and_a_broken_recorder_is_named)
{
    if (!may_have_namespaces())
        return;
    fakes_make("tcpdump", "while [ \"$1\" != -w ]; do shift; done\n"
                          "cli=$(dirname \"$0\")/weir\n"
                          "\"$cli\" record -q -i weir0 -w \"$2\" &\n"
                          "sleep 1; kill $!; wait; echo broken >&2; exit 7");
    char here[4096];
    char link[4224];
    char weir[4224];
    cr_assert_not_null(getcwd(here, sizeof here));
    snprintf(weir, sizeof weir, "%s/cli/weir", here);
    snprintf(link, sizeof link, "%s/weir", fakes_folder);
    cr_assert_eq(symlink(weir, link), 0);

    cr_assert_eq(fakes_finish(fakes_start("live", "tcpdump")), 1);
    cr_assert_eq(fakes_lines("peer", "peer", "tcpdump"), 0);
    cr_assert_geq(fakes_lines("skip", "why", "broken"), 1);
    cr_assert_eq(fakes_lines("peer", "peer", "weir"), 1);
    long long sent = fakes_round_number("weir", "sent");
    cr_assert_gt(sent, 0);
    cr_assert_eq(fakes_round_number("weir", "recorded"), sent);
    cr_assert_eq(fakes_round_number("weir", "says_captured"), sent);
    cr_assert_eq(fakes_round_number("weir", "repeated"), 0);
    cr_assert_not(fakes_something_is_left());
}

/* One frame has no rate, and tells nothing of what a frame costs. */
Test(live, one_frame_has_no_rate_and_no_ratio)
{
    if (!may_have_namespaces())
        return;
    fakes_rate = "1";
    cr_assert_eq(fakes_finish(fakes_start("live", "weir")), 0);
    cr_assert_eq(fakes_round_number("weir", "sent"), 1);
    cr_assert_eq(fakes_round_number("weir", "recorded"), 1);
    cr_assert_eq(fakes_lines("ratio", "name", ""), 0);
    const char *words = fakes_words();
    cr_assert_null(strstr(words, "nan"), "%s", words);
    cr_assert_null(strstr(words, "inf "), "%s", words);
    cr_assert_not_null(strstr(words, " - "), "%s", words);
}
