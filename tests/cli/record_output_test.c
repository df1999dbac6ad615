/* weir record: outputs that cannot be, or are one, are known before anything
 * is recorded; and what --dry-run makes of them. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "tests/cli/command.h"

static void make_input(void)
{
    cr_assert_eq(command_run("weir record -q --synth "
                             "frames=30000,proto=mix,seed=3 -w in.pcap")
                     ->status,
                 0);
}

/* Whether the file is there or is to be made, and before anything is. */
Test(record_output, one_file_by_two_names_is_known_at_the_start)
{
    static const struct {
        const char *line;
        const char *why;
    } cases[] = {
        {"-w x.pcapng --flows ./x.pcapng",
         "--flows ./x.pcapng: that is what -w names"},
        {"-w x.pcapng --report sub/../x.pcapng",
         "--report sub/../x.pcapng: that is what -w names"},
        {"-w here/x.pcapng --flows x.pcapng",
         "--flows x.pcapng: that is what -w names"},
        {"--flows keep --report ./keep", "--report ./keep: the flows go there"},
        {"--flows keep --report soft", "--report soft: the flows go there"},
        {"--flows new.json --report $PWD/new.json",
         "/new.json: the flows go there"},
        {"-w y --report - >y", "--report -: that is what -w names"},
        {"-w - --flows ./y >y", "--flows ./y: that is what -w names"},
        {"--flows hard.pcap", "--flows hard.pcap: that is what -r names"},
        {"--report here/in.pcap",
         "--report here/in.pcap: that is what -r names"},
    };
    make_input();
    (void)command_run("mkdir sub; ln -s . here; echo old >keep; ln -s keep "
                      "soft; cp in.pcap copy.pcap; ln in.pcap hard.pcap");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct command_result *r =
            command_run("weir record -q -r in.pcap %s", cases[i].line);
        cr_expect(r->status == 2 && command_lines(r->err) == 1 &&
                      strstr(r->err, cases[i].why) != NULL,
                  "%s: %d: %s", cases[i].line, r->status, r->err);
    }
    command_complains("weir record -q -r - --report in.pcap <in.pcap", 2,
                      "--report in.pcap: ", "that is what -r names");
    command_complains("weir record -q --synth frames=1 --lanes 2 --lane-files "
                      "-w z --report ./z_lane1; s=$?; test ! -e z_lane0 || "
                      "exit 9; exit $s",
                      1, "--report ./z_lane1: ", "is the recording");
    cr_expect_eq(command_run("cmp in.pcap copy.pcap && "
                             "test \"$(cat keep)\" = old && "
                             "test ! -e x.pcapng && test ! -e new.json")
                     ->status,
                 0);
    /* Others that are alike are two. */
    cr_expect_eq(command_run("weir record -q -r in.pcap -w x.pcapng --flows "
                             "sub/x.pcapng --report sub/keep && weir record -q "
                             "-r in.pcap --flows /dev/null --report /dev/zero")
                     ->status,
                 0);
}

/* Whose name nobody knows before it is made. */
Test(record_output, the_report_is_no_file_of_a_series)
{
    command_complains("weir record -q --synth frames=9 -w o.pcap -b packets:99 "
                      "--report ./o_00001_20231114221320.pcap",
                      1, "--report ./o_00001_", "is the recording");
    cr_expect_eq(command_frames("o_00001_20231114221320.pcap"), 9);
}

/* A dry run refuses what the recording would, in the same words, and leaves
 * everything as it was. */
Test(record_output, a_dry_run_refuses_what_cannot_run)
{
    static const char *const lines[] = {
        "-r in.pcap -w none/x",
        "-r in.pcap -w /",
        "-r in.pcap -w sub",
        "-r in.pcap -w old/x",
        "-r in.pcap -w nowhere",
        "-r in.pcap -w in.pcap",
        "-r in.pcap -w here/in.pcap",
        "-r in.pcap -w $(printf %0300d 1)",
        "-r in.pcap -w none/x -C 1",
        "-r in.pcap -w none/x -b packets:9",
        "-r in.pcap -w none/%H -G 1",
        "-r in.pcap -w $(printf %0300d 1) -C 1",
        "-r in.pcap -w - --format pcapng --write direct >f",
        "--synth frames=1 --lanes 2 --lane-files -w none/x",
    };
    make_input();
    (void)command_run(
        "mkdir sub; echo old >old; ln -s gone nowhere; "
        "ln -s . here; cp in.pcap copy.pcap; touch f before; ls >before");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const struct command_result *r =
            command_run("weir record -q --dry-run %s", lines[i]);
        char dry[sizeof r->err];
        (void)snprintf(dry, sizeof dry, "%s", r->err);
        cr_expect(r->status == 1 && command_lines(dry) == 1, "%s: %d: %s",
                  lines[i], r->status, r->err);
        r = command_run("weir record -q %s", lines[i]);
        cr_expect_str_eq(r->err, dry, "%s", lines[i]);
    }
    cr_expect_eq(command_run("cmp in.pcap copy.pcap && ls | cmp - before && "
                             "test $(cat old) = old")
                     ->status,
                 0);
    const struct command_result *r =
        command_run("weir record -q --dry-run -r in.pcap -w x.pcap && "
                    "test ! -e x.pcap && weir record -q --dry-run -r in.pcap "
                    "-w old && cat old | tail -n 1");
    cr_expect_eq(r->status, 0, "%s", r->err);
}

Test(record_output, a_dry_run_is_the_user_that_the_recording_would_be)
{
    if (command_run("weir record -q --synth frames=1 -Z nobody")->status != 0)
        cr_skip_test("SKIPPED: no other user can be had");
    const struct command_result *r = command_run(
        "d=$(mktemp -d /tmp/weir.XXXXXX); chmod 755 $d; mkdir -m 1777 "
        "$d/sticky; mkdir -m 755 $d/others; touch $d/others/x $d/sticky/x; "
        "for f in sticky/x others/x others/y; do for dry in --dry-run ''; do "
        "weir record -q -Z nobody --synth frames=1 -w $d/$f $dry 2>$d/err && "
        "echo $f; sed 's/.*weir.*: //' $d/err; done; done; rm -r $d");
    cr_expect_str_eq(r->out, "Operation not permitted\n"
                             "Operation not permitted\n"
                             "Permission denied\nPermission denied\n"
                             "Permission denied\nPermission denied\n");
}

Test(record_output, a_plan_that_is_not_told_is_a_failure)
{
    const struct command_result *r =
        command_run("{ (ulimit -f 0; weir record --synth frames=1 --dry-run "
                    ">f); echo $?; } 2>&1 | cat");
    cr_expect_str_eq(r->out,
                     "weir record: standard output: File too large\n1\n");
    r = command_run("weir record --synth frames=1 --dry-run | head -n 1");
    cr_expect_eq(r->status, 0);
    cr_expect_str_empty(r->err);
}
