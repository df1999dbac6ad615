/* weir record from files and made frames: what it writes, and what it says
 * it has written. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/cli/command.h"

/* Every protocol in turn; the first frame is of 2023-11-14 22:13:20. */
#define FRAMES 30000
#define MIX    "--synth frames=30000,proto=mix,flows=50,seed=3 "

static const struct command_result *good(const char *script)
{
    const struct command_result *r = command_run("%s", script);
    cr_assert_eq(r->status, 0, "%s: %s%s", script, r->out, r->err);
    return r;
}

static void skip(const char *tool)
{
    cr_skip_test("%s is not installed", tool);
}

static bool has(const char *tool)
{
    return command_run("command -v %s", tool)->status == 0;
}

Test(record, a_count_is_exact)
{
    good("weir record -q " MIX "-w in.pcap");
    cr_assert_eq(command_frames("in.pcap"), FRAMES);
    for (int workers = 1; workers <= 4; workers++) {
        const struct command_result *r = command_run(
            "weir record -q -r in.pcap -c 12345 --workers %d -w all.pcap "
            "--report all.json && "
            "weir record -q -r in.pcap -c 1234 --workers %d -w tcp.pcap "
            "--report tcp.json tcp && "
            "weir record -q -r in.pcap -c 1234 --workers %d "
            "--report count.json tcp",
            workers, workers, workers);
        cr_assert_eq(r->status, 0, "%s", r->err);
        cr_expect_eq(command_frames("all.pcap"), 12345);
        cr_expect_eq(command_frames("tcp.pcap"), 1234);
        /* The first frames, and no others. */
        good("n=$(stat -c %s all.pcap); cmp -n $n all.pcap in.pcap");
        good("test -e first.pcap || cp tcp.pcap first.pcap; "
             "cmp tcp.pcap first.pcap");
        command_balances("all.json");
        command_sums("all.json", 12345);
        command_balances("tcp.json");
        command_sums("tcp.json", 1234);
        command_balances("count.json");
        command_sums("count.json", 1234);
    }
}

Test(record, a_packet_limit_is_a_count)
{
    good("weir record -q " MIX "-a packets:77 -w x.pcapng --report r.json");
    cr_expect_eq(command_frames("x.pcapng"), 77);
    command_balances("r.json");
    command_sums("r.json", 77);
}

Test(record, surplus_is_named_and_in_no_statistics)
{
    good("weir record -q " MIX "-c 1000 --report r.json");
    command_balances("r.json");
    command_sums("r.json", 1000);
    cr_expect_eq(command_number("r.json", "ledger.received"),
                 1000 + command_number("r.json", "ledger.excluded.surplus"));
}

Test(record, files_of_so_many_packets)
{
    for (int workers = 1; workers <= 4; workers++) {
        const struct command_result *r = command_run(
            "mkdir w%d && weir record -q " MIX "--workers %d -b packets:7000 "
            "-w w%d/x.pcap && diff -r w1 w%d && ls w%d",
            workers, workers, workers, workers, workers);
        cr_assert_eq(r->status, 0, "%s%s", r->out, r->err);
        cr_expect_str_eq(r->out, "x_00001_20231114221320.pcap\n"
                                 "x_00002_20231114221320.pcap\n"
                                 "x_00003_20231114221320.pcap\n"
                                 "x_00004_20231114221320.pcap\n"
                                 "x_00005_20231114221320.pcap\n");
    }
    cr_expect_eq(command_frames("w1/x_00001_20231114221320.pcap"), 7000);
    cr_expect_eq(command_frames("w1/x_00004_20231114221320.pcap"), 7000);
    cr_expect_eq(command_frames("w1/x_00005_20231114221320.pcap"), 2000);
}

/* tcpdump gives up root before it writes, unless told not to. */
#define TCPDUMP "tcpdump $(test $(id -u) = 0 && echo -Z root) "

Test(record, files_of_tcpdumps_sizes_are_tcpdumps)
{
    static const char *const options[] = {"-C 1", "-C 1 -W 2", "-C 1 -W 3",
                                          "-C 1 -W 12"};
    if (!has("tcpdump"))
        skip("tcpdump");
    good("weir record -q " MIX "-w in.pcap");
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        const struct command_result *r = command_run(
            "rm -rf t w && mkdir t w && (cd t && " TCPDUMP "-r ../in.pcap %s "
            "-w x.pcap 2>&1) && (cd w && weir record -q -r ../in.pcap %s "
            "-w x.pcap) && diff -r t w",
            options[i], options[i]);
        cr_expect_eq(r->status, 0, "%s: %s%s", options[i], r->out, r->err);
    }
}

static void put(FILE *file, const uint32_t *words, size_t count, bool swapped)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t word = swapped ? __builtin_bswap32(words[i]) : words[i];
        cr_assert_eq(fwrite(&word, sizeof word, 1, file), 1);
    }
}

/* Five frames, 0 to 25 seconds behind the first; the version's two halves
 * change places with the byte order. */
static void write_slow(const char *name, bool swapped)
{
    static const uint32_t seconds[] = {0, 4, 9, 10, 25};
    const uint32_t version = swapped ? 2U << 16 | 4 : 4U << 16 | 2;
    const uint32_t header[] = {0xa1b2c3d4, version, 0, 0, 65535, 1};
    const char data[60] = "slow";
    FILE *file = fopen(command_path(name), "w");
    cr_assert_not_null(file);
    put(file, header, 6, swapped);
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        const uint32_t record[] = {1700000000 + seconds[i], 999999, 60, 70};
        put(file, record, 4, swapped);
        cr_assert_eq(fwrite(data, sizeof data, 1, file), 1);
    }
    cr_assert_eq(fclose(file), 0);
}

/* By the frames' time; tcpdump goes by the clock, also for a file. */
Test(record, files_of_so_many_seconds)
{
    write_slow("slow.pcap", false);
    const struct command_result *r =
        good("mkdir w && cd w && "
             "weir record -q -r ../slow.pcap -w %H%M%S.pcap -G 10 && "
             "weir record -q -r ../slow.pcap -w two%S.pcap -G 10 -W 2 && ls");
    cr_expect_str_eq(r->out, "221320.pcap\n221330.pcap\n221340.pcap\n"
                             "two20.pcap\ntwo30.pcap\n");
    cr_expect_eq(command_frames("w/221320.pcap"), 3);
    cr_expect_eq(command_frames("w/221330.pcap"), 1);
    cr_expect_eq(command_frames("w/221340.pcap"), 1);
    cr_expect_eq(command_frames("w/two20.pcap"), 3);
}

Test(record, an_end_by_size_and_by_files)
{
    good("weir record -q " MIX "-w x.pcap -a filesize:100 --report s.json");
    long frames = command_frames("x.pcap");
    cr_expect_gt(frames, 1000);
    command_balances("s.json");
    command_sums("s.json", (uint64_t)frames);
    good("test $(stat -c %s x.pcap) -ge 100000; "
         "test $(stat -c %s x.pcap) -lt 100200");
    const struct command_result *r =
        good("weir record -q " MIX "-w y.pcap -b packets:100 -a files:3 "
             "--report f.json; ls y_*");
    cr_expect_str_eq(r->out, "y_00001_20231114221320.pcap\n"
                             "y_00002_20231114221320.pcap\n"
                             "y_00003_20231114221320.pcap\n");
    command_balances("f.json");
    command_sums("f.json", 300);
}

Test(record, a_ring_keeps_the_newest)
{
    const struct command_result *r =
        good("weir record -q " MIX "-w y.pcap -b packets:7000 -b files:2 "
             "--report f.json; ls y_*");
    cr_expect_str_eq(r->out, "y_00004_20231114221320.pcap\n"
                             "y_00005_20231114221320.pcap\n");
    command_sums("f.json", FRAMES);
}

Test(record, streams)
{
    good("weir record -q " MIX "-w in.pcap; "
         "weir record -q -r in.pcap -w - | cmp - in.pcap && "
         "weir record -q -r - -w file.pcap <in.pcap && cmp file.pcap in.pcap "
         "&& cat in.pcap | weir record -q -r - -w - | cmp - in.pcap");
    good("weir record -q -r in.pcap -w - --format pcapng >x.pcapng");
    cr_expect_eq(command_frames("x.pcapng"), FRAMES);
}

Test(record, a_pcap_comes_out_as_it_went_in)
{
    good("weir record -q " MIX "-w in.pcap");
    for (int workers = 1; workers <= 4; workers++)
        cr_expect_eq(command_run("weir record -q -r in.pcap --workers %d -w "
                                 "out.pcap && cmp in.pcap out.pcap",
                                 workers)
                         ->status,
                     0);
    /* Through other formats, and back. */
    good("weir record -q -r in.pcap -w ns.pcap --format pcap-ns && "
         "weir record -q -r ns.pcap -w us.pcap && cmp in.pcap us.pcap");
    good("weir record -q -r in.pcap -w x.pcapng && "
         "weir record -q -r x.pcapng -w x.pcap && cmp in.pcap x.pcap");
    good("test \"$(od -An -tx4 -N4 --endian=little ns.pcap)\" = ' a1b23c4d'");
    cr_expect_eq(command_frames("ns.pcap"), FRAMES);
}

Test(record, the_other_byte_order)
{
    write_slow("le.pcap", false);
    write_slow("be.pcap", true);
    good("weir record -q -r be.pcap -w x.pcap && cmp -i 24 x.pcap le.pcap && "
         "weir record -q -r be.pcap -w y.pcapng && "
         "weir record -q -r y.pcapng -w y.pcap && cmp x.pcap y.pcap");
    cr_expect_eq(command_frames("x.pcap"), 5);
}

/* A section of pcapng: an interface whose times are from `offset_s` on, and
 * frames of 60 bytes at these milliseconds. */
static void put_section(FILE *file, int64_t offset_s, const uint64_t *ms,
                        uint32_t n)
{
    const uint32_t shb[] = {0x0a0d0d0a, 28, 0x1a2b3c4d, 1, ~0U, ~0U, 28};
    uint32_t idb[] = {1, 44, 1, 65535, 1 << 16 | 9, 3, 8 << 16 | 14,
                      0, 0,  0, 44};
    uint32_t epb[23] = {6, 92, 0, 0, 0, 60, 60};
    memcpy(idb + 7, &offset_s, sizeof offset_s);
    epb[22] = 92;
    cr_assert_eq(fwrite(shb, sizeof shb, 1, file), 1);
    cr_assert_eq(fwrite(idb, sizeof idb, 1, file), 1);
    for (uint32_t i = 0; i < n; i++) {
        epb[3] = (uint32_t)(ms[i] >> 32);
        epb[4] = (uint32_t)ms[i];
        cr_assert_eq(fwrite(epb, sizeof epb, 1, file), 1);
    }
}

/* The time of each, with the sign that the block's stamps have not. */
Test(record, frames_before_1970_keep_their_times)
{
    static const uint64_t early[] = {0, 1, 999, 1000, 3000000000000, 2500};
    static const uint64_t late[] = {1700000000123};
    FILE *file = fopen(command_path("early.pcapng"), "wb");
    cr_assert_not_null(file);
    put_section(file, -2000000000, early, 6);
    put_section(file, 0, late, 1);
    put_section(file, INT64_MIN, late, 1); /* before all that can be told */
    cr_assert_eq(fclose(file), 0);
    const struct command_result *r =
        good("stamps() { weir read -r $1 --json | head -n 7 | "
             "grep -o '\"time\":\"[-0-9.]*' | cut -d '\"' -f 4; }; "
             "weir record -q -r early.pcapng -w x.pcapng; "
             "stamps early.pcapng >a; stamps x.pcapng | cmp - a; "
             "weir record -q -r x.pcapng -w y.pcapng -b packets:2; "
             "for f in $(ls y_*); do stamps $f; done | cmp - a; "
             "weir record -q -r early.pcapng -b duration:1 -w z.pcapng; "
             "ls z_* | wc -l; cat a");
    cr_expect_str_eq(r->out, "4\n-2000000000.000000000\n"
                             "-1999999999.999000000\n"
                             "-1999999999.001000000\n"
                             "-1999999999.000000000\n"
                             "1000000000.000000000\n"
                             "-1999999997.500000000\n"
                             "1700000000.123000000\n");
}

Test(record, frames_are_cut_to_the_snapshot_length)
{
    const struct command_result *r =
        good("weir record -q --synth frames=3,size=200 -w in.pcap && "
             "weir record -q -r in.pcap -s 50 -w x.pcap && "
             "stat -c %s x.pcap && od -An -td4 -j32 -N8 x.pcap | tr -s ' '; "
             "length() { od -An -td4 -j16 -N4 $1 | tr -d ' '; }; "
             "length x.pcap; length in.pcap; "
             "weir record -q -r x.pcap -s 90 -w y.pcap && length y.pcap");
    cr_expect_str_eq(r->out, "222\n 50 200\n50\n262144\n50\n");
    cr_expect_eq(command_frames("x.pcap"), 3);
}

Test(record, the_report_says_what_the_manual_says)
{
    static const char *const numbers[] = {"duration_ns",
                                          "frames",
                                          "bytes",
                                          "ledger.received",
                                          "ledger.written",
                                          "ledger.excluded.filter",
                                          "ledger.lost.write",
                                          "ledger.excluded.surplus",
                                          "ledger.lost.abandoned",
                                          "ledger.excluded.link_type",
                                          "ledger.in_flight",
                                          "oversized",
                                          "starved",
                                          "freezes",
                                          "write_ns"};
    const struct command_result *r =
        good("weir record -q " MIX "-c 500 --report r.json; "
             "sed -n 's/^  \"\\([a-z_]*\\)\".*/\\1/p' r.json | tr '\\n' ' '; "
             "sed -n '/ledger/,/balanced/s/^    \"\\([a-z_]*\\)\".*/\\1/p' "
             "r.json | tr '\\n' ' '");
    cr_expect_str_eq(r->out, "version source duration_ns frames bytes ledger "
                             "protocols sizes talkers talkers_other malformed "
                             "oversized write starved freezes write_ns threads "
                             "late late_ns hurried copied_for_sinks flows "
                             "received written excluded lost in_flight "
                             "kernel_seen kernel_dropped discards balanced ");
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        (void)command_number("r.json", numbers[i]);
    r = good("weir record -q " MIX "-c 5 --report -");
    cr_expect_eq(r->out[0], '{', "%s", r->out);
}

Test(record, the_report_has_each_thread_and_its_time)
{
    const struct command_result *r =
        good("weir record -q " MIX "-c 200000 -w x.pcapng --workers 2 "
             "--report r.json; "
             "sed -n '/\"threads\"/,$s/^ *\"name\": \"\\(.*\\)\".*/"
             "\\1/p' r.json | tr '\\n' ' '");
    cr_expect_str_eq(r->out, "weir-capture weir-work-0 weir-work-1 weir-write "
                             "weir-stats ");
    cr_expect_gt(command_number("r.json", "write_ns"), 0);
    r = good("grep -c '\"cpu_ns\": [1-9]' r.json");
    cr_expect_str_eq(r->out, "5\n");
}

Test(record, a_dry_run_makes_no_file)
{
    const struct command_result *r =
        good("weir record " MIX "-w x.pcap --dry-run --workers 2 --cpus 0 "
             "udp; test ! -e x.pcap");
    cr_expect_str_eq(r->err, "");
    cr_expect_not_null(strstr(r->out, "filter   udp\n"), "%s", r->out);
    cr_expect_not_null(strstr(r->out, "sink     x.pcap\n"), "%s", r->out);
    cr_expect_not_null(strstr(r->out, "write    cached\n"), "%s", r->out);
    cr_expect_not_null(strstr(r->out, "weir-work-1      0\n"), "%s", r->out);
    cr_expect_null(strstr(r->out, "weir-work-2"), "%s", r->out);
}

/* Lanes share the frames; a text of each, sorted, tells whether all are there
 * once, whatever their order. */
Test(record, lanes_into_one_file_or_a_file_each_hold_the_same_frames)
{
    good("weir record -q " MIX "-w one.pcap; "
         "weir record -q " MIX "--lanes 3 --workers 1 -w all.pcap "
         "--report r.json; "
         "weir record -q " MIX "--lanes 3 --lane-files -w each.pcap "
         "--report each.json");
    cr_expect_eq(command_frames("all.pcap"), FRAMES);
    good("weir read -r one.pcap | sort >one; weir read -r all.pcap | sort | "
         "cmp one -; for i in 0 1 2; do weir read -r each_lane$i.pcap; done | "
         "sort | cmp one -");
    command_balances("r.json");
    command_sums("r.json", FRAMES);
    command_balances("each.json");
    command_sums("each.json", FRAMES);
    /* What can be waited for is. */
    cr_expect_eq(command_number("r.json", "hurried"), 0);
    cr_expect_eq(command_number("each.json", "late"), 0);
    const struct command_result *r =
        good("grep -o '\"name\": \"synth.*\"' r.json | tr '\\n' ' '");
    cr_expect_str_eq(r->out, "\"name\": \"synth 0\" \"name\": \"synth 1\" "
                             "\"name\": \"synth 2\" ");
}

Test(record, a_lanes_file_has_the_lane_before_its_suffix)
{
    const struct command_result *r =
        good("mkdir a.b; for f in a.b/x .hidden x.y.pcap t-%H.pcapng; do "
             "weir record -q --synth frames=2 --lanes 2 --lane-files -w $f; "
             "done; ls -A a.b; ls -A | grep lane");
    cr_expect_str_eq(r->out, "x_lane0\nx_lane1\n.hidden_lane0\n.hidden_lane1\n"
                             "t-%H_lane0.pcapng\nt-%H_lane1.pcapng\n"
                             "x.y_lane0.pcap\nx.y_lane1.pcap\n");
    good("weir record -q " MIX "--lanes 2 --lane-files -w n.pcap "
         "-b packets:8000");
    r = good("ls n_*");
    cr_expect_str_eq(r->out, "n_lane0_00001_20231114221320.pcap\n"
                             "n_lane0_00002_20231114221320.pcap\n"
                             "n_lane1_00001_20231114221320.pcap\n"
                             "n_lane1_00002_20231114221320.pcap\n");
}

Test(record, the_report_is_not_any_lanes_file)
{
    command_complains("weir record -q --synth frames=9 --lanes 2 --lane-files "
                      "-w x.pcap --report x_lane1.pcap",
                      1, "--report x_lane1.pcap", "is the recording");
}

Test(record, workers_are_for_the_cpus_that_may_be_used)
{
    const struct command_result *r = command_run(
        "taskset -c $(taskset -cp $$ | sed 's/.*: *\\([0-9]*\\).*/\\1/') "
        "weir record --synth frames=1 --dry-run");
    cr_expect_eq(r->status, 0, "%s", r->err);
    cr_expect_not_null(strstr(r->out, "weir-work-0"), "%s", r->out);
    cr_expect_null(strstr(r->out, "weir-work-1"), "%s", r->out);
}

/* Frames, frames a second and bits a second are of the same frames. */
Test(record, the_live_line_is_of_what_is_written)
{
    const struct command_result *r = command_run(
        "weir record --synth size=60 -a duration:0.4 --stats 0.05 tcp 2>log; "
        "grep ' pps ' log >lines; test -s lines && "
        "grep -v ' 0 frames      0 pps      0 bit/s .* excluded' lines");
    cr_expect_eq(r->status, 1, "%s", r->out);
    cr_expect_str_empty(r->out);
}
