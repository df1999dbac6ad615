/* weir record where something is wrong: it says what and where, its files are
 * whole, and its ledger balances. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/cli/command.h"

#define FRAMES 30000
#define MADE   "weir record -q --synth frames=30000,proto=mix,seed=3 "

static void make_input(void)
{
    cr_assert_eq(command_run(MADE "-w in.pcap")->status, 0);
}

/* Stderr names both, whatever else it says. */
static void says(const struct command_result *r, const char *a, const char *b)
{
    cr_expect(strstr(r->err, a) != NULL && strstr(r->err, b) != NULL, "%s",
              r->err);
}

Test(record_fault, bad_input_is_named)
{
    make_input();
    command_complains("weir record -r none -w x", 1, "none", "No such file");
    command_complains("mkdir sub; weir record -r sub -w x", 1, "sub",
                      "Is a directory");
    command_complains("echo this is no capture at all >text; "
                      "weir record -r text -w x",
                      1, "text", "not a pcap or pcapng file");
    command_complains(": >empty; weir record -r empty -w x", 1, "empty",
                      "is empty");
    command_complains("weir record -r in.pcap -w x tcp prot 80", 1,
                      "tcp prot 80", "syntax");
    command_complains("weir record --synth frames=x -w x", 2,
                      "synth: ", "frames");
    command_complains("weir record -i any --source afpacket -w x", 1,
                      "any: afpacket takes", "libpcap takes any");
    command_complains("weir record -i no-such-device -w x", 1,
                      "no-such-device: ", "no ");
    /* Nothing was begun. */
    cr_expect_eq(command_run("test ! -e x")->status, 0);
}

/* No frame would match, and the recording would be empty. */
Test(record_fault, a_filter_for_the_kernel_is_refused_elsewhere)
{
    static const char why[] = "only the kernel knows them, as it captures";
    make_input();
    command_complains("weir record -r in.pcap -w x inbound", 1,
                      "in.pcap: link type 1: filter 'inbound'", why);
    command_complains("weir record --synth frames=1 -w x udp and outbound", 1,
                      "filter 'udp and outbound'", why);
    command_complains("weir flows -r in.pcap ifindex 2", 1, "ifindex 2", why);
    command_complains("weir read -r in.pcap not inbound", 1, "not inbound",
                      why);
    command_complains("weir record -d -r in.pcap inbound", 1, "inbound", why);
    cr_expect_eq(command_run("test ! -e x")->status, 0);
}

Test(record_fault, bad_usage_is_2)
{
    command_complains("weir record", 2, "weir record: ", "-r FILE");
    command_complains("weir record -r a -w - -C 1", 2, "-w -", "next file");
    command_complains("weir record -r a --synth b", 2, "-r", "one of them");
}

Test(record_fault, bad_output_is_named)
{
    make_input();
    command_complains("weir record -r in.pcap -w none/x", 1, "none/x",
                      "No such file");
    command_complains("mkdir sub; weir record -r in.pcap -w sub", 1, "sub",
                      "Is a directory");
    command_complains("weir record -q -r in.pcap --report none/r", 1, "none/r",
                      "No such file");
    command_complains("weir record -q -r in.pcap --report /dev/full", 1,
                      "/dev/full", "No space left");
}

/* Before the first frame, and before an old recording is replaced. */
Test(record_fault, a_report_that_cannot_be_is_known_at_the_start)
{
    make_input();
    (void)command_run("mkdir sub; echo old >x");
    command_complains("weir record -r in.pcap -w x --report none/r", 1,
                      "none/r", "No such file");
    command_complains("weir record -r in.pcap -w x --report sub", 1, "sub",
                      "Is a directory");
    command_complains("weir record -r in.pcap -w x --report ./in.pcap", 2,
                      "--report ./in.pcap: ", "that is what -r names");
    command_complains("weir record -r in.pcap -w x --flows none/f", 1, "none/f",
                      "No such file");
    command_complains("weir record -r in.pcap --dry-run --report none/r", 1,
                      "none/r", "No such file");
    cr_expect_eq(command_run("test \"$(cat x)\" = old")->status, 0);
}

Test(record_fault, the_output_is_the_input)
{
    make_input();
    (void)command_run("cp in.pcap copy.pcap; ln -s in.pcap soft.pcap; "
                      "ln in.pcap hard.pcap");
    command_complains("weir record -r in.pcap -w in.pcap", 1, "in.pcap",
                      "is the input file");
    command_complains("weir record -r in.pcap -w soft.pcap", 1, "soft.pcap",
                      "is the input file");
    command_complains("weir record -r in.pcap -w hard.pcap", 1, "hard.pcap",
                      "is the input file");
    command_complains("weir record -r - -w in.pcap <in.pcap", 1, "in.pcap",
                      "is the input file");
    command_complains("weir record -r in.pcap -w - >>in.pcap", 1,
                      "standard output", "is the input file");
    cr_expect_eq(command_run("cmp in.pcap copy.pcap")->status, 0);
}

/* The first of two recordings to one name goes on and has all its frames; the
 * second is told why it is none. */
Test(record_fault, the_output_is_being_written)
{
    static const char *const names[] = {"x.pcap", "x.pcapng"};
    make_input();
    for (size_t i = 0; i < 2; i++) {
        const struct command_result *r = command_run(
            "mkfifo p%zu; "
            "weir record -q -r - -w %s --report r.json <p%zu & "
            "exec 3>p%zu; head -c 1000 in.pcap >&3; "
            "until test -s %s; do sleep 0.01; done; "
            "weir record -r in.pcap -w %s --dry-run >plan 2>dry && exit 8; "
            "grep -q 'another recording is writing it' dry || exit 7; "
            "weir record -r in.pcap -w %s; s=$?; "
            "tail -c +1001 in.pcap >&3; exec 3>&-; wait $! || exit 9; exit $s",
            i, names[i], i, i, names[i], names[i], names[i]);
        cr_expect_eq(r->status, 1, "%d: %s", r->status, r->err);
        says(r, names[i], "another recording is writing it");
        cr_expect_eq(strchr(r->err, '\n'), strrchr(r->err, '\n'), "%s", r->err);
        cr_expect_eq(command_frames(names[i]), FRAMES);
        command_balances("r.json");
    }
}

Test(record_fault, a_file_cut_short_gives_its_whole_frames)
{
    make_input();
    for (int cut = 1; cut <= 16; cut += 5) {
        const struct command_result *r = command_run(
            "head -c -%d in.pcap >cut.pcap; "
            "weir record -q -r cut.pcap -w out.pcap --report r.json",
            cut);
        cr_expect_eq(r->status, 1);
        says(r, "cut.pcap: ", "offset ");
        cr_expect_eq(command_frames("out.pcap"), FRAMES - 1);
        command_balances("r.json");
        command_sums("r.json", FRAMES - 1);
    }
}

/* Whatever the format and the size, what is there is whole frames, and as
 * many as the ledger says. */
Test(record_fault, a_file_at_its_limit_stays_whole)
{
    static const char *const names[] = {"x.pcap", "x.pcapng"};
    make_input();
    for (int blocks = 1; blocks <= 1000; blocks = blocks * 9 + 1) {
        for (size_t i = 0; i < 2; i++) {
            const struct command_result *r = command_run(
                "(ulimit -f %d; weir record -q -r in.pcap -w %s --report -; "
                "echo $? >status) | cat >r.json; exit $(cat status)",
                blocks, names[i]);
            cr_expect_eq(r->status, 1, "%d", r->status);
            says(r, names[i], "File too large");
            uint64_t written = command_number("r.json", "ledger.written");
            cr_expect_eq(command_frames(names[i]), (long)written, "%s, %d",
                         names[i], blocks);
            cr_expect_gt(command_number("r.json", "ledger.lost.write"), 0);
            command_balances("r.json");
            command_sums("r.json", written);
        }
    }
}

/* In name spaces of its own, so that the file system goes with it. */
Test(record_fault, a_full_disk_leaves_whole_files)
{
    static const char *const names[] = {"x.pcap", "x.pcapng"};
    if (command_run("mkdir disk; unshare -rm mount -t tmpfs -o size=1m none "
                    "disk")
            ->status != 0)
        cr_skip_test("no file system may be mounted here");
    make_input();
    for (size_t i = 0; i < 2; i++) {
        const struct command_result *r = command_run(
            "unshare -rm sh -c 'mount -t tmpfs -o size=1m none disk && "
            "weir record -q -r in.pcap -w disk/%s --report r.json; s=$?; "
            "cp disk/%s %s; exit $s'",
            names[i], names[i], names[i]);
        cr_expect_eq(r->status, 1);
        says(r, names[i], "No space left");
        uint64_t written = command_number("r.json", "ledger.written");
        cr_expect_gt(written, 0);
        cr_expect_eq(command_frames(names[i]), (long)written, "%s", names[i]);
        cr_expect_gt(command_number("r.json", "ledger.lost.write"), 0);
        command_balances("r.json");
        command_sums("r.json", written);
    }
}

/* More than any pipe and pool hold. */
Test(record_fault, a_closed_pipe_is_named)
{
    const struct command_result *r = command_run(
        "{ weir record -q --synth seed=1 -w - --report r.json; "
        "echo $? >status; } | head -c 100000 >/dev/null; cat status");
    cr_expect_eq(strcmp(r->out, "1\n"), 0, "%s", r->out);
    says(r, "standard output", "closed the pipe");
    command_balances("r.json");
    command_sums("r.json", command_number("r.json", "ledger.written"));
}

/* The reader opens the pipe and takes nothing until the command has ended.
 * Signals that come too soon are one, so they go on until it is heeded. */
Test(record_fault, a_stuck_pipe_is_given_up_at_the_second_signal)
{
    const struct command_result *r = command_run(
        "mkfifo stuck go; "
        "{ read end <go; } <stuck & "
        "weir record --synth seed=1 -w - --report r.json >stuck & w=$!; "
        "until grep -q reading .err; do sleep 0.05; done; sleep 0.3; "
        "{ while sleep 0.3; do kill -INT $w; done; } 2>/dev/null & k=$!; "
        "wait $w; s=$?; kill $k; echo end >go; exit $s");
    cr_expect_eq(r->status, 1);
    says(r, "does not read", "abandoned at the second signal");
    cr_expect_gt(command_number("r.json", "ledger.lost.abandoned"), 0);
    cr_expect_eq(command_number("r.json", "ledger.lost.write"), 0);
    command_balances("r.json");
    command_sums("r.json", command_number("r.json", "ledger.written"));
}

Test(record_fault, an_interrupt_is_an_end_like_any)
{
    static const char *const names[] = {"INT", "TERM"};
    for (size_t i = 0; i < 2; i++) {
        const struct command_result *r =
            command_run("weir record --synth seed=1 --report r.json & w=$!; "
                        "until grep -q reading .err; do sleep 0.05; done; "
                        "kill -%s $w; wait $w",
                        names[i]);
        cr_expect_eq(r->status, 0, "%s", names[i]);
        cr_expect_eq(command_number("r.json", "ledger.lost.abandoned"), 0);
        command_balances("r.json");
        command_sums("r.json", command_number("r.json", "frames"));
    }
}

/* SIGKILL after 10 s would show as 137. */
Test(record_fault, a_fifo_that_nobody_reads_can_be_left)
{
    const struct command_result *r =
        command_run("mkfifo f; timeout -k 10 0.5 "
                    "weir record -q --synth frames=9 -w f");
    cr_expect_eq(r->status, 124, "%d", r->status);
}

Test(record_fault, what_fails_before_the_start_costs_no_old_file)
{
    command_run("weir record -q --synth frames=9 -w o.pcap");
    command_complains("weir record -q --synth frames=1 -w o.pcap --cpus 999", 1,
                      "CPU 999", "may use");
    cr_expect_eq(command_frames("o.pcap"), 9);
}

static void put(FILE *file, const uint32_t *words, size_t count)
{
    cr_assert_eq(fwrite(words, sizeof *words, count, file), count);
}

/* Two interfaces, Ethernet and raw IP; five frames, of which two are of the
 * second. */
static void write_mixed(const char *name)
{
    static const uint32_t section[] = {0x0a0d0d0a, 28,         0x1a2b3c4d, 1,
                                       0xffffffff, 0xffffffff, 28};
    FILE *file = fopen(command_path(name), "w");
    cr_assert_not_null(file);
    put(file, section, 7);
    for (uint32_t linktype = 1; linktype <= 101; linktype += 100) {
        const uint32_t iface[] = {1, 20, linktype, 0, 20};
        put(file, iface, 5);
    }
    for (uint32_t i = 0; i < 5; i++) {
        const uint32_t packet[] = {6,    52, i % 2, 0x60a24, i, 20, 20,
                                   0x45, 0,  0,     0,       0, 52};
        put(file, packet, 13);
    }
    cr_assert_eq(fclose(file), 0);
}

Test(record_fault, a_pcap_holds_one_link_type)
{
    write_mixed("m.pcapng");
    cr_expect_eq(command_run("weir record -q -r m.pcapng -w x.pcapng")->status,
                 0);
    const struct command_result *r =
        command_run("weir record -q -r m.pcapng -w x.pcap --report r.json");
    cr_expect_eq(r->status, 1);
    says(r, "x.pcap: a pcap holds one link type", ": 2 frames of others");
    cr_expect_eq(command_frames("x.pcap"), 3);
    cr_expect_eq(command_number("r.json", "ledger.excluded.link_type"), 2);
    cr_expect_eq(command_number("r.json", "ledger.written"), 3);
    command_balances("r.json");
}

/* None of them makes what the link leads to. */
Test(record_fault, a_link_to_nothing_is_told_alike)
{
    static const char *const options[] = {"-w", "--report", "--flows"};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        char script[128];
        snprintf(script, sizeof script,
                 "ln -sf nothing l; weir record -q --synth frames=1 %s l",
                 options[i]);
        command_complains(script, 1,
                          "weir record: l: is a symbolic link to nothing", "");
    }
    cr_expect_eq(command_run("test -e nothing")->status, 1);
}
