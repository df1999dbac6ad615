/* weir bench limit, as a user runs it: counts agree, lines are well formed,
 * and whatever goes wrong is told in a line and leaves nothing behind.
 *
 * No time is asserted: every run is bounded by --trials. */

#include <criterion/criterion.h>

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "bench/host/rig.h"
#include "tests/cli/command.h"

/* Where the bench may leave its files, and does not. */
#define RUN "mkdir -p tmp target; TMPDIR=$PWD/tmp; export TMPDIR; "
#define LIMIT                                                                  \
    RUN "weir bench limit --way mmsg --short 0.2 --long 0.3 --trials 5 "       \
        "--results lines "

#define LIMIT_FROM                                                             \
    "weir bench limit -i va --from vb --way mmsg --short 0.2 --long 0.3 "      \
    "--trials 5 --results lines "

/* Waits until a thousand frames have come in there, which nobody but the
 * generator sends, or the shell has become a program that has ended. */
#define WHEN_THEY_FLOW(interface)                                              \
    "until grep -qE \"" interface ": *[0-9]+ +[0-9]{4}\" /proc/net/dev || "    \
    "! kill -0 $$; do sleep 0.05; done; "
#define WHEN_NEAR_FLOWS WHEN_THEY_FLOW(WEIR_RIG_NEAR)
#define WHEN_VA_FLOWS   WHEN_THEY_FLOW("va")

/* A recorder that gets a signal while it records. */
#define SIGNALLED(name, signal)                                                \
    "printf '#!/bin/sh\\n(" WHEN_NEAR_FLOWS "kill -" signal " $$) &\\n"        \
    "exec %%s \"$@\"\\n' $(command -v weir) >" name "; chmod +x " name "; "

static void need_rig(void)
{
    struct weir_rig *rig = NULL;
    struct weir_err err = {.text = ""};
    int ret = weir_rig_open(&rig, 1500, &err);
    if (ret == 0)
        weir_rig_close(rig);
    else
        cr_skip_test("SKIPPED: %s", err.text);
}

/* In a chroot, whose root is no mount, there is none. */
static void need_mounts(void)
{
    if (command_run("unshare -m true")->status != 0)
        cr_skip_test("SKIPPED: no mount namespace of our own");
}

/* No file, and no process that was started for one. */
static void expect_nothing_left(void)
{
    const struct command_result *r = command_run("find tmp target -mindepth 1");
    cr_expect_str_eq(r->out, "");
    r = command_run("cat /proc/[0-9]*/cmdline 2>&1 | tr '\\0' ' ' | "
                    "grep -c \"[r]eport $PWD/tmp\"");
    cr_expect_str_eq(r->out, "0\n");
}

static json_t *next_line(FILE *file)
{
    static char text[16384];
    if (fgets(text, sizeof text, file) == NULL)
        return NULL;
    json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    cr_assert(json_is_object(line), "%s", text);
    return line;
}

static int64_t number(const json_t *line, const char *key)
{
    const json_t *value = json_object_get(line, key);
    cr_assert(json_is_integer(value), "%s", key);
    return json_integer_value(value);
}

static bool is(const json_t *line, const char *key, const char *text)
{
    const char *value = json_string_value(json_object_get(line, key));
    return value != NULL && strcmp(value, text) == 0;
}

static void expect_counts(const json_t *line)
{
    const json_t *before = json_object_get(line, "before");
    const json_t *distinct = json_object_get(line, "distinct");
    cr_expect(json_is_true(json_object_get(line, "valid")));
    cr_expect(json_is_null(json_object_get(line, "void")));
    cr_expect_eq(number(line, "sent"),
                 number(line, "kernel_seen") + number(before, "qdisc") +
                     number(before, "device") + number(before, "backlog"));
    cr_expect_eq(number(line, "kernel_seen"),
                 number(line, "received") + number(line, "kernel_dropped") +
                     number(line, "discards"));
    if (is(line, "target", "none"))
        cr_expect(json_is_null(distinct));
    else
        cr_expect_eq(number(line, "received"), json_integer_value(distinct) +
                                                   number(line, "excluded") +
                                                   number(line, "lost"));
    cr_expect_gt(number(line, "sent"), 0);
    cr_expect_gt(number(line, "memory_bytes"), 0);
    cr_expect_gt(json_real_value(json_object_get(line, "offered_pps")), 0);
    cr_expect_gt(json_array_size(json_object_get(line, "threads")), 4);
}

static void expect_keys(const json_t *line, const char *const *keys)
{
    for (; *keys != NULL; keys++)
        cr_expect_not_null(json_object_get(line, *keys), "%s", *keys);
}

static const char *const trial_keys[] = {
    "row",        "frame",         "target", "workers", "generator", "load_pps",
    "duration_s", "loss_fraction", "limit",  "cpu_ns",  NULL};
static const char *const limit_keys[] = {
    "row",     "frame",   "target",   "workers",
    "ndr_pps", "pdr_pps", "ndr_bits", "ndr_width_fraction",
    "limit",   "cpu_ns",  "trials",   "void_trials",
    NULL};

/* Of the file of lines: how many trials and limits it has. */
static void read_lines(int *trials, int *limits)
{
    FILE *file = fopen(command_path("lines"), "re");
    json_t *line;
    cr_assert_not_null(file);
    *trials = *limits = 0;
    line = next_line(file);
    cr_assert(line != NULL && is(line, "type", "run"));
    cr_expect(is(line, "bench", "limit"));
    json_decref(line);
    while ((line = next_line(file)) != NULL) {
        if (is(line, "type", "trial")) {
            ++*trials;
            expect_counts(line);
            expect_keys(line, trial_keys);
        } else if (is(line, "type", "limit")) {
            ++*limits;
            expect_keys(line, limit_keys);
            cr_expect_eq(number(line, "void_trials"), 0);
        }
        json_decref(line);
    }
    (void)fclose(file);
}

Test(limit, counts_agree_with_and_without_a_file)
{
    int trials, limits;
    need_rig();
    const struct command_result *r =
        command_run(LIMIT "--frame 60,imix -w none,target --workers 1 --ring 2 "
                          "--flows 10 --skew 1");
    cr_assert_eq(r->status, 0, "%s", r->err);
    cr_expect_not_null(strstr(r->out, "row frame"), "%s", r->out);
    cr_expect_not_null(strstr(r->err, "row 4 of 4: frame imix, to target, "
                                      "1 worker, mmsg\n"),
                       "%s", r->err);
    read_lines(&trials, &limits);
    cr_expect_eq(limits, 4);
    cr_expect_geq(trials, 8);
    cr_expect_leq(trials, 20);
    expect_nothing_left();
}

/* By xdp where that is permitted: the way that is usual. */
Test(limit, counts_agree_by_the_fastest_way)
{
    int trials, limits;
    need_rig();
    const struct command_result *r =
        command_run(LIMIT "--way auto -w target --workers 1");
    cr_assert_eq(r->status, 0, "%s", r->err);
    read_lines(&trials, &limits);
    cr_expect_eq(limits, 1);
    cr_expect_geq(trials, 2);
    expect_nothing_left();
}

Test(limit, lines_on_standard_output_are_alone_there)
{
    need_rig();
    const struct command_result *r =
        command_run(LIMIT "--trials 1 --results - | grep -cv '^{.*}$'");
    cr_assert_str_eq(r->out, "0\n");
    cr_expect_not_null(strstr(r->err, "\nrow frame "), "%s", r->err);
}

Test(limit, frames_that_the_kernel_does_not_show_make_a_trial_void)
{
    need_rig();
    const struct command_result *r = command_run(
        "printf '#!/bin/sh\\nexec %%s \"$@\" greater 2000\\n' "
        "$(command -v weir) >picky; chmod +x picky; " LIMIT "--weir ./picky");
    cr_expect_eq(r->status, 1);
    cr_expect_not_null(strstr(r->err, " is not kernel_seen 0 + before 0\n"),
                       "%s", r->err);
    cr_expect_not_null(strstr(r->err, "weir bench limit: row 1: 4 void trials "
                                      "in a row\n"),
                       "%s", r->err);
    expect_nothing_left();
}

Test(limit, a_recorder_that_is_killed_makes_a_trial_void)
{
    need_rig();
    const struct command_result *r =
        command_run(SIGNALLED("doomed", "9") LIMIT
                    "--short 2 --long 2 --trials 1 --weir ./doomed -w target");
    cr_expect_eq(r->status, 1);
    cr_expect_not_null(strstr(r->err, "void: weir record: killed by signal 9"),
                       "%s", r->err);
    expect_nothing_left();
}

Test(limit, a_file_that_cannot_grow_ends_the_row_and_the_rest_goes_on)
{
    need_rig();
    const struct command_result *r =
        command_run("printf '#!/bin/sh\\nulimit -f 100\\nexec %%s \"$@\"\\n' "
                    "$(command -v weir) >small; chmod +x small; " LIMIT
                    "--weir ./small -w target,none");
    cr_expect_eq(r->status, 1);
    cr_expect_not_null(strstr(r->err, "weir bench limit: row 1: weir record: "),
                       "%s", r->err);
    cr_expect_not_null(strstr(r->err, "File too large\n"), "%s", r->err);
    cr_expect_not_null(strstr(r->err, "row 2 of 2"), "%s", r->err);
    cr_expect_not_null(strstr(r->err, "nothing lost of"), "%s", r->err);
    expect_nothing_left();
}

/* There is room when the bench looks, and none when the recorder writes. */
Test(limit, a_target_that_is_filled_by_others_ends_the_row)
{
    need_rig();
    need_mounts();
    const struct command_result *r = command_run(
        "printf '#!/bin/sh\\nfallocate -l 230000000 target/fill 2>&1\\n"
        "exec %%s \"$@\"\\n' $(command -v weir) >greedy; chmod +x greedy; " RUN
        "unshare -m sh -c 'mount -t tmpfs -o size=230000000 none target && "
        "weir bench limit --way mmsg --short 0.2 --long 0.3 --trials 5 "
        "--results lines -w target --weir ./greedy; s=$?; "
        "ls target >left; exit $s'");
    cr_expect_eq(r->status, 1);
    cr_expect_not_null(strstr(r->err, "weir bench limit: row 1: weir record: "),
                       "%s", r->err);
    cr_expect_not_null(strstr(r->err, "No space left on device\n"), "%s",
                       r->err);
    cr_expect_str_eq(command_run("cat left")->out, "fill\n");
    expect_nothing_left();
}

Test(limit, a_target_without_room_is_a_failure)
{
    need_rig();
    need_mounts();
    const struct command_result *r = command_run(
        RUN "unshare -m sh -c 'mount -t tmpfs -o size=1M none target && "
            "weir bench limit --way mmsg --short 0.2 --long 0.3 --trials 5 "
            "--results lines -w target; s=$?; ls target; exit $s'");
    cr_expect_eq(r->status, 1, "%s", r->err);
    cr_expect_not_null(
        strstr(r->err,
               "weir bench limit: row 1: target: a trial may write half "
               "of the 1 MiB that are free; 206 MiB are needed\n"),
        "%s", r->err);
    r = command_run("cat lines");
    cr_expect_not_null(strstr(r->out, "\"skip\""), "%s", r->out);
    expect_nothing_left();
}

/* A link whose ends are in one namespace, which ends with the script. */
#define LINK                                                                   \
    "unshare -n sh -ec 'ip link add va type veth peer name vb; "               \
    "ip link set va up; ip link set vb up; "

Test(limit, from_one_interface_to_another)
{
    int trials, limits;
    need_rig();
    const struct command_result *r =
        command_run(RUN LINK LIMIT_FROM "-w target'");
    cr_assert_eq(r->status, 0, "%s", r->err);
    cr_expect_not_null(strstr(r->err, "note: a real interface"), "%s", r->err);
    read_lines(&trials, &limits);
    cr_expect_eq(limits, 1);
    expect_nothing_left();
}

Test(limit, an_interface_that_is_taken_away_ends_the_row)
{
    need_rig();
    const struct command_result *r = command_run(
        RUN LINK "(" WHEN_VA_FLOWS "ip link del va) 2>log & " LIMIT_FROM
                 "--short 20 --long 20 -w target,none'");
    cr_expect_eq(r->status, 1);
    cr_expect_not_null(strstr(r->err, "weir bench limit: row 1: "), "%s",
                       r->err);
    cr_expect_not_null(strstr(r->err, "weir bench limit: row 2: "), "%s",
                       r->err);
    expect_nothing_left();
}

/* By auto every way fails, and the first has the most to say. */
Test(limit, an_interface_that_is_down_is_called_so)
{
    need_rig();
    const struct command_result *r = command_run(
        LINK "ip link set va down; weir bench limit -i va --trials 1'");
    cr_expect_eq(r->status, 1);
    cr_expect_not_null(strstr(r->err, "va: the interface is down\n"), "%s",
                       r->err);
    r = command_run(LINK "ip link set vb down; weir bench limit -i va "
                         "--from vb --trials 1'");
    cr_expect_eq(r->status, 1);
    cr_expect_not_null(strstr(r->err, "vb: the interface is down\n"), "%s",
                       r->err);
}

/* It is waited for no longer than some seconds. */
Test(limit, a_recorder_that_is_halted_makes_a_trial_void)
{
    need_rig();
    const struct command_result *r =
        command_run(SIGNALLED("halted", "STOP") LIMIT
                    "--short 2 --long 2 --trials 1 --weir ./halted -w target");
    cr_expect_eq(r->status, 1);
    cr_expect_not_null(strstr(r->err, "void: weir record: does not end: a "
                                      "signal has stopped it\n"),
                       "%s", r->err);
    cr_expect_not_null(strstr(r->err, "row 1: every trial was void\n"), "%s",
                       r->err);
    expect_nothing_left();
}

Test(limit, even_sigkill_leaves_nothing)
{
    need_rig();
    const struct command_result *r =
        command_run(RUN "weir bench limit --way mmsg --short 20 --long 20 "
                        "-w target 2>log & pid=$!; "
                        "until [ -s target/*/trial.pcapng ] || "
                        "! kill -0 $pid; do sleep 0.05; done; "
                        "kill -KILL $pid; wait $pid; "
                        "n=0; while [ $n -lt 100 ] && "
                        "[ -n \"$(ls target tmp | grep weir)\" ]; do "
                        "sleep 0.05; n=$((n+1)); done; true");
    cr_expect_eq(r->status, 0, "%s", r->err);
    expect_nothing_left();
}

Test(limit, an_interrupt_prints_what_there_is_and_leaves_nothing)
{
    need_rig();
    const struct command_result *r =
        command_run(RUN "weir bench limit --way mmsg --short 0.2 --long 60 "
                        "-w target --results lines & pid=$!; "
                        "until grep -q '\"trial\"' lines && "
                        "[ -s target/*/trial.pcapng ] || "
                        "! kill -0 $pid; do sleep 0.05; done; "
                        "kill -INT $pid; wait $pid");
    cr_expect_eq(r->status, 1, "%s", r->err);
    cr_expect_not_null(strstr(r->err, "row 1: interrupted\n"), "%s", r->err);
    cr_expect_not_null(strstr(r->out, "row 1: interrupted\n"), "%s", r->out);
    expect_nothing_left();
}

Test(limit, bad_input_is_one_line)
{
    command_complains("weir bench limit -i nonexistent", 1,
                      "weir bench limit: nonexistent: no such interface", "");
    command_complains("weir bench limit --weir /nonexistent", 1,
                      "weir bench limit: ", "/nonexistent");
    command_complains("weir bench limit --frame 7", 2, "--frame", "7");
    need_rig();
    const struct command_result *r = command_run(LIMIT "-w /nonexistent,none");
    cr_expect_eq(r->status, 1);
    cr_expect_not_null(strstr(r->err, "row 1: /nonexistent: No such file"),
                       "%s", r->err);
    cr_expect_not_null(strstr(r->err, "nothing lost of"), "%s", r->err);
}

Test(limit, without_privilege_it_says_what_is_needed)
{
    const struct command_result *r =
        command_run("setpriv --bounding-set -all true");
    if (r->status != 0)
        cr_skip_test("SKIPPED: %s", r->err);
    command_complains("setpriv --bounding-set -all weir bench limit", 1,
                      "weir bench limit: ", "CAP_");
}
