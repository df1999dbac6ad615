/* weir record past the page cache: files that every reader takes for what they
 * are, and that are whole however the recording ended. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/cli/command.h"

#define MADE "weir record -q --synth frames=30000,proto=mix,seed=3 "

/* There are places without direct writes. */
static bool can_be_direct(void)
{
    const struct command_result *r =
        command_run("weir record -q --synth frames=1 -w can.pcapng "
                    "--write direct");
    if (r->status == 0)
        return true;
    cr_expect_not_null(strstr(r->err, "direct writes (O_DIRECT) are not "
                                      "possible there"),
                       "%s", r->err);
    puts("SKIPPED: no direct writes here");
    return false;
}

static void good(const char *script)
{
    const struct command_result *r = command_run("%s", script);
    cr_expect_eq(r->status, 0, "%s: %d: %s%s", script, r->status, r->out,
                 r->err);
}

Test(record_direct, other_readers_see_the_frames_and_nothing_else)
{
    if (!can_be_direct())
        return;
    good(MADE "-w direct.pcapng --write direct --report r.json");
    good("grep -q '\"mode\": \"direct\"' r.json");
    good("test $(($(stat -c %s direct.pcapng) % 4096)) -eq 0");
    good(MADE "-w cached.pcapng --write cached --report r.json");
    good("grep -q '\"mode\": \"cached\"' r.json");
    cr_expect_eq(command_frames("direct.pcapng"), 30000);
    good("for f in direct cached; do "
         "tcpdump -r $f.pcapng -w $f.tcpdump 2>&- && "
         "editcap -F nsecpcap $f.pcapng $f.editcap || exit 1; done; "
         "cmp direct.tcpdump cached.tcpdump && "
         "cmp direct.editcap cached.editcap");
    good("capinfos -Mc direct.pcapng | grep -q 'packets: *30000$'");
    good("test $(tshark -r direct.pcapng 2>&- | wc -l) -eq 30000");
    good("mergecap -w both.pcapng direct.pcapng cached.pcapng && "
         "capinfos -Mc both.pcapng | grep -q 'packets: *60000$'");
    good("weir record -q -r direct.pcapng -w again.pcapng && "
         "weir record -q -r cached.pcapng -w other.pcapng && "
         "cmp again.pcapng other.pcapng");
}

Test(record_direct, rotated_files_are_whole)
{
    if (!can_be_direct())
        return;
    good(MADE "-w x.pcapng -b filesize:1000 --write direct --report r.json");
    command_balances("r.json");
    good("for f in x_*; do test $(($(stat -c %s $f) % 4096)) -eq 0 || exit 1; "
         "done; test $(ls x_* | wc -l) -gt 3");
    good("mergecap -a -w all.pcapng x_*");
    cr_expect_eq(command_frames("all.pcapng"), 30000);
    good("! ls | grep -v '^\\(x_.*\\|all\\|can\\).pcapng$\\|^r.json$'");
}

/* Room that is given back at its end changes a file: the ring has to know it
 * again. */
Test(record_direct, a_ring_keeps_the_newest_files)
{
    if (!can_be_direct())
        return;
    good(MADE "-w r.pcapng -b packets:3000 -b files:3 --write direct");
    good("set -- r_*; test $# -eq 3 && test \"${1#r_00008_}\" != \"$1\"");
    good(MADE "-w c.pcapng -C 1 -W 2 --write direct");
    good("test \"$(echo c*)\" = 'c.pcapng0 c.pcapng1 can.pcapng'");
}

Test(record_direct, what_cannot_be_direct_is_named)
{
    command_complains("weir record --synth frames=1 -w x.pcap --write direct",
                      2, "--write direct", "pcapng");
    command_complains("weir record --synth frames=1 -w x --write past", 2,
                      "--write", "past");
    command_complains("weir record --synth frames=1 --write direct", 2,
                      "--write", "-w");
    command_complains("weir record -q --synth frames=1 -w - --write direct "
                      "--format pcapng | cat",
                      0, "standard output", "direct writes");
}

/* A file at its limit is as good as a full disk, and needs no disk. */
Test(record_direct, a_file_that_cannot_grow_ends_with_a_whole_frame)
{
    if (!can_be_direct())
        return;
    /* In units of 512 bytes: at the end of a page, and within one. */
    static const unsigned limits[] = {101, 128, 203, 512, 1001, 2048, 4099};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        const struct command_result *r = command_run(
            "ulimit -f %u; weir record -q --synth frames=30000,proto=mix "
            "-w x.pcapng --write direct --report r.json",
            limits[i]);
        cr_expect_eq(r->status, 1, "%s", r->err);
        cr_expect_not_null(strstr(r->err, "x.pcapng: write: File too large"),
                           "%s", r->err);
        command_balances("r.json");
        cr_expect_gt(command_number("r.json", "ledger.lost.write"), 0);
        /* The blocks before were written so. */
        good("test $(jq -r .write.mode r.json) = direct");
        cr_expect_eq((uint64_t)command_frames("x.pcapng"),
                     command_number("r.json", "ledger.written"));
    }
}

Test(record_direct, a_killed_recording_is_whole, .timeout = 40)
{
    if (!can_be_direct())
        return;
    for (unsigned i = 0; i < 12; i++) {
        const struct command_result *r = command_run(
            "rm -f x_*; weir record -q --synth frames=100000000,size=700 "
            "-w x.pcapng -b filesize:20000 -b files:3 --write direct & "
            "until ls x_* >x.names 2>&1; do :; done; sleep 0.%03u; "
            "kill -9 $!; wait; for f in x_*; do "
            "test $(($(stat -c %%s $f) %% 4096)) -eq 0 || exit 1; "
            "capinfos -c $f || exit 1; "
            "truncate -s $(stat -c %%s $f) $f; test $(($(stat -c %%b $f) * "
            "512)) -le $(($(stat -c %%s $f) + 65536)) || exit 1; done",
            i * 7);
        cr_expect_eq(r->status, 0, "%s%s", r->out, r->err);
    }
}

/* A small file system of its own, of the kind that takes direct writes. */
Test(record_direct, a_full_disk_ends_the_file_with_a_whole_frame)
{
    const struct command_result *r = command_run(
        "dd if=/dev/zero of=disk bs=1M count=8 2>/dev/null && "
        "PATH=$PATH:/sbin:/usr/sbin mkfs.ext4 -q disk && mkdir there && "
        "unshare -m sh -c 'mount -o loop disk there && "
        "weir record -q --synth frames=100000,size=300 -w there/x.pcapng "
        "--write direct --report r.json; echo status $?; "
        "cp there/x.pcapng x.pcapng; umount there'");
    if (strstr(r->out, "status") == NULL) {
        puts("SKIPPED: no file system may be mounted here");
        return;
    }
    cr_expect_str_eq(r->out, "status 1\n");
    cr_expect_not_null(strstr(r->err, ": write: No space left on device"), "%s",
                       r->err);
    command_balances("r.json");
    cr_expect_gt(command_number("r.json", "ledger.lost.write"), 0);
    good("test $(jq -r .write.mode r.json) = direct");
    cr_expect_gt(command_frames("x.pcapng"), 10000);
    cr_expect_eq((uint64_t)command_frames("x.pcapng"),
                 command_number("r.json", "ledger.written"));
}
