#include "bench/trial/quiet.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK WEIR_QUIET_LOOK_NS

Test(quiet, looks_in_a_row_make_it_quiet_since_the_first)
{
    struct weir_quiet quiet = {0};
    cr_expect_not(weir_quiet_put(&quiet, 1000, 5000000, false));
    cr_expect_not(weir_quiet_put(&quiet, 1000 + LOOK, 5000000, false));
    cr_expect(weir_quiet_put(&quiet, 1000 + 2 * LOOK, 5000100, false));
    cr_expect_eq(quiet.since_ns, 1000);
}

Test(quiet, work_begins_the_count_anew)
{
    struct weir_quiet quiet = {0};
    int64_t spent = LOOK * 8 / 100;
    cr_expect_not(weir_quiet_put(&quiet, 1, 0, false));
    cr_expect_not(weir_quiet_put(&quiet, 1 + LOOK, 0, false));
    cr_expect_not(weir_quiet_put(&quiet, 1 + 2 * LOOK, spent, false));
    cr_expect_not(weir_quiet_put(&quiet, 1 + 3 * LOOK, spent, false));
    cr_expect(weir_quiet_put(&quiet, 1 + 4 * LOOK, spent, false));
    cr_expect_eq(quiet.since_ns, 1 + 2 * LOOK);
}

Test(quiet, ticks_and_timers_are_no_work)
{
    struct weir_quiet quiet = {0};
    int64_t spent = 0;
    bool is_quiet = false;
    for (int i = 1; i <= 3; i++) {
        spent += LOOK * 4 / 100;
        is_quiet = weir_quiet_put(&quiet, i * LOOK, spent, false);
    }
    cr_expect(is_quiet);
}

Test(quiet, who_waits_for_a_disk_is_not_quiet)
{
    struct weir_quiet quiet = {0};
    for (int i = 1; i < 10; i++)
        cr_expect_not(weir_quiet_put(&quiet, i * LOOK, 0, true));
    cr_expect_not(weir_quiet_put(&quiet, 10 * LOOK, 0, false));
    cr_expect(weir_quiet_put(&quiet, 11 * LOOK, 0, false));
    cr_expect_eq(quiet.since_ns, 9 * LOOK);
}

Test(quiet, who_is_stopped_by_a_signal_is_halted)
{
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            (void)pause();
    }
    cr_expect_not(weir_quiet_halted(pid));
    cr_assert_eq(kill(pid, SIGSTOP), 0);
    cr_assert_eq(waitpid(pid, NULL, WUNTRACED), pid);
    cr_expect(weir_quiet_halted(pid));
    cr_assert_eq(kill(pid, SIGKILL), 0);
    cr_assert_eq(waitpid(pid, NULL, 0), pid);
    cr_expect_not(weir_quiet_halted(pid));
    cr_expect_not(weir_quiet_halted(0));
}
