#include "tests/live/rec.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/capture/net_rig.h"
#include "tests/cli/command.h"

/* Waits are for what must come; each is given up after ten seconds. */
#define STEP_US   50000
#define STEPS_MAX 200

void rec_need(void)
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

void rec_wait_until(const char *script)
{
    for (int i = 0; command_run("%s", script)->status != 0; i++) {
        if (i == STEPS_MAX)
            give_up(script);
        (void)usleep(STEP_US);
    }
}

void rec_wait_for_frames(const char *name, long frames)
{
    for (int i = 0; command_frames(name) != frames; i++) {
        if (i == STEPS_MAX)
            give_up(name);
        (void)usleep(STEP_US);
    }
}

void rec_start_on(const char *device, const char *options)
{
    const char *source = getenv("LIVE_SOURCE");
    rec_need();
    (void)command_run("(sh -c 'echo $$ >pid; exec weir record -i %s --source %s"
                      " -a duration:60 --report r.json %s' 2>log; "
                      "echo $? >.status; mv .status status) >/dev/null 2>&1 &",
                      device, source != NULL ? source : "auto", options);
    rec_wait_until("test -e status || grep -q listening log");
    cr_assert_eq(command_run("test -e status; cat log")->status, 0);
}

void rec_start(const char *options)
{
    rec_start_on(RIG_RIGHT, options);
}

void rec_signal_it(const char *name)
{
    (void)command_run("kill -%s $(cat pid)", name);
}

void rec_expect_end(int status)
{
    rec_wait_until("test -e status");
    const struct command_result *r = command_run("cat log; exit $(cat status)");
    cr_expect_eq(r->status, status, "%d: %s", r->status, r->out);
}

void rec_expect_in_log(const char *text)
{
    const struct command_result *r = command_run("cat log");
    cr_expect(strstr(r->out, text) != NULL, "%s not in: %s", text, r->out);
}

void rec_expect_all(const char *file, long frames)
{
    cr_expect_eq(command_frames(file), frames);
    cr_expect_eq(command_number("r.json", "ledger.kernel_seen"),
                 (uint64_t)frames);
    cr_expect_eq(command_number("r.json", "ledger.kernel_dropped"), 0);
    command_balances("r.json");
    command_sums("r.json", (uint64_t)frames);
}
