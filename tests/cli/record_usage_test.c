/* What a command line of `weir record` may not ask for. */

#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include <stdio.h>

#include "base/args.h"
#include "base/memory.h"
#include "cli/record_options.h"
#include "tests/cli/record_line.h"

/* Status 2, and one line on stderr that is all of `why`. */
struct wrong {
    const char *line;
    const char *why;
};

static void expect_wrong(const struct wrong *cases, size_t count)
{
    static char all[8192];
    size_t used = 0;
    cr_redirect_stderr();
    for (size_t i = 0; i < count; i++) {
        struct record_options o;
        cr_expect_eq(record_line_parse(&o, cases[i].line), WEIR_EXIT_USAGE,
                     "%s", cases[i].line);
        record_options_free(&o);
        used += (size_t)snprintf(all + used, sizeof all - used,
                                 "weir record: %s (see weir record --help)\n",
                                 cases[i].why);
        cr_assert_lt(used, sizeof all);
    }
    (void)fflush(stderr);
    cr_assert_stderr_eq_str(all);
}

#define EXPECT_WRONG(cases) expect_wrong(cases, sizeof(cases) / sizeof *(cases))

Test(record_usage, what_does_not_go_together)
{
    static const struct wrong cases[] = {
        {"", "where from? -i DEVICE, -r FILE or --synth"},
        {"-i a -r b", "-i, -r and --synth: one of them at a time"},
        {"-r b --synth c", "-i, -r and --synth: one of them at a time"},
        {"-L -r b", "-L goes with -i"},
        {"-r b -B 1", "-B and -p go with -i"},
        {"-r b -p", "-B and -p go with -i"},
        {"-r b --source pcap", "--source and -j go with -i"},
        {"-r b -j adapter", "--source and -j go with -i"},
        {"-i a --source afxdp -j adapter",
         "-j adapter goes with --source afpacket or pcap"},
        {"-i a --queue 0", "--queue goes with --source afxdp"},
        {"-i a --source afxdp --block-size 256",
         "--block-size and --retire-timeout go with --source afpacket"},
        {"-i a --source pcap --block-size 256",
         "--block-size and --retire-timeout go with --source afpacket"},
        {"-r b --lanes 2", "--lanes goes with -i or --synth"},
        {"-i a --fanout cpu",
         "--fanout goes with --lanes and --source afpacket"},
        {"--synth frames=1 --lanes 2 --fanout cpu",
         "--fanout goes with --lanes and --source afpacket"},
        {"-i a -w f --lane-files",
         "--lane-files goes with --lanes or several -i"},
        {"-i a --lanes 2 --lane-files", "--lane-files goes with -w FILE"},
        {"-i a -i b -w - --lane-files", "--lane-files goes with -w FILE"},
        {"-i a -f udp tcp",
         "a filter by -f and another by the words at the end"},
        {"-i a -C 1", "a limit for files goes with -w"},
        {"-i a -b packets:1", "a limit for files goes with -w"},
        {"-i a -a filesize:1", "a limit for files goes with -w"},
        {"-i a -a files:1", "a limit for files goes with -w"},
        {"-i a --format pcap", "--format goes with -w"},
        {"-i a -w - -C 1", "-w -: a stream has no next file"},
        {"-i a -w - -b files:1", "-w -: a stream has no next file"},
        {"-i a -w f -a files:2", "-a files: goes with -b, -C or -G"},
        {"-i a -w f -b files:2",
         "-b files: goes with another -b that says when the next file begins"},
        {"-i a -w f -W 2", "-W goes with -C or -G"},
        {"-i a -w - --report -", "--report -: that is what -w names"},
        {"-i a -w f --report f", "--report f: that is what -w names"},
        {"-r f --report f", "--report f: that is what -r names"},
        {"-i a -w f -C 1 -b files:1",
         "-b files: files are named as dumpcap does (-b) or as tcpdump does "
         "(-C, -G, -W), not both"},
        {"-i a -w f -b files:1 -G 1",
         "-G: files are named as dumpcap does (-b) or as tcpdump does (-C, "
         "-G, -W), not both"},
        {"-i a -w f -w g", "-w: 'f' or 'g'? Only one of them can be"},
        {"-r f -w x -r g", "-r: 'f' or 'g'? Only one of them can be"},
        {"-i a --report f --report g",
         "--report: 'f' or 'g'? Only one of them can be"},
        {"-i a --flows f --flows g",
         "--flows: 'f' or 'g'? Only one of them can be"},
        {"--synth frames=1 --synth frames=2",
         "--synth: 'frames=1' or 'frames=2'? Only one of them can be"},
        {"-i a -Z b -Z c", "-Z: 'b' or 'c'? Only one of them can be"},
        {"-i a -f tcp -f udp",
         "-f: 'tcp' or 'udp'? Only one of them can be, or both with 'and'"},
    };
    EXPECT_WRONG(cases);
}

Test(record_usage, values_out_of_bounds)
{
    static const struct wrong cases[] = {
        {"-i a -c 0", "-c: '0' is too small: at least 1"},
        {"-i a -c x", "-c: 'x' is not a number"},
        {"-i a -s 262145", "-s: '262145' is too large: at most 262144"},
        {"-i a -B 0", "-B: '0' is too small: afpacket takes "
                      "at least 1664 KiB, and 512 KiB more for each worker "
                      "beyond one"},
        {"-i a -B 1048577", "-B: '1048577' is too large: at most 1024 GiB"},
        {"-i a --block-size 64",
         "--block-size: '64' is too small: at least 128 KiB"},
        {"-i a --block-size 384",
         "--block-size: '384' is not 128, 256, 512 or 1024 (KiB)"},
        {"-i a --retire-timeout 0",
         "--retire-timeout: '0' is too small: at least 1"},
        {"-i a --retire-timeout 1001",
         "--retire-timeout: 1001 ms is longer than --flush, 1 s"},
        {"-i a --flush 20ms --retire-timeout 100",
         "--retire-timeout: 100 ms is longer than --flush, 0.02 s"},
        {"-i a --source raw",
         "--source: 'raw' is none of auto, afpacket, pcap, afxdp"},
        {"-i a --queue 65536", "--queue: '65536' is too large: at most 65535"},
        {"-i a -j mine", "-j: 'mine' is none of host, adapter"},
        {"-i a -w f -C 1X",
         "-C: '1X' is not a size: a number, perhaps with K, M or G"},
        {"-i a -w f -G 0", "-G: '0' is too small: at least 1 s"},
        {"-i a -w f -C 1 -W 0", "-W: '0' is too small: at least 1"},
        {"-i a -w f -C 1 -W 65536", "-W: '65536' is too large: at most 65535"},
        {"-i a -a packets:0", "-a packets: '0' is too small: at least 1"},
        {"-i a -w f -b files:x", "-b files: 'x' is not a number"},
        {"-i a -w f -b filesize:0",
         "-b filesize: '0' is too small: at least 1 byte"},
        {"-i a -w f -b :", "-b: '' is none of duration, filesize, packets, "
                           "files, interval"},
        {"-i a -w  -q", "-w: '' is no name"},
        {"-r  -q", "-r: '' is no name"},
        {"-i  -q", "-i: '' is no name"},
        {"-i a --report  -q", "--report: '' is no name"},
        {"-i a --flows  -q", "--flows: '' is no name"},
        {"-i a -Z  -q", "-Z: '' is no name"},
        {"-r a --flows f --workers 2 --memory 1",
         "--memory: 1 MiB is too small for 2 workers: at least 21 MiB"},
        {"--synth frames=x", "--synth: frames='x' is not a number"},
        {"--synth frames=0", "--synth: frames=0 is too small: at least 1; "
                             "without frames= there is no end"},
        {"-r a --flows f --active-timeout 60001",
         "--active-timeout: 60001 s is more than 1000 times --idle-timeout, "
         "60 s"},
        {"-r a --flows f --idle-timeout 1ms --active-timeout 2",
         "--active-timeout: 2 s is more than 1000 times --idle-timeout, "
         "0.001 s"},
        {"-i a -w x.pcap.gz",
         "-w x.pcap.gz: weir does not compress: leave '.gz' out, or pipe "
         "'-w -' to what does"},
        {"-i a -w x.ZST",
         "-w x.ZST: weir does not compress: leave '.ZST' out, or pipe '-w -' "
         "to what does"},
        {"-r a --flows f.csv.xz",
         "--flows f.csv.xz: weir does not compress: leave '.xz' out, or pipe "
         "'--flows -' to what does"},
        {"-i a -a duration", "-a: 'duration' is not of the form key:value"},
        {"-i a -a interval:1",
         "-a: 'interval' is none of duration, filesize, packets, files"},
        {"-i a -w f -b size:1", "-b: 'size' is none of duration, filesize, "
                                "packets, files, interval"},
        {"-i a -w f --format cap",
         "--format: 'cap' is none of pcap, pcap-ns, pcapng"},
        {"-i a --workers 0", "--workers: '0' is too small: at least 1"},
        {"-i a --cpus 3-2",
         "--cpus: '3-2' is not auto, none or a list of CPUs like 0,2-3"},
        {"-i a --cpus 1,",
         "--cpus: '1,' is not auto, none or a list of CPUs like 0,2-3"},
        {"-i a --cpus -1",
         "--cpus: '-1' is not auto, none or a list of CPUs like 0,2-3"},
        {"-i a --lanes 0", "--lanes: '0' is too small: at least 1"},
        {"-i a --lanes 65", "--lanes: '65' is too large: at most 64"},
        {"-i a --lanes 2 --fanout lb",
         "--fanout: 'lb' is none of hash, cpu, queue"},
        {"-i a -i b -i a",
         "-i a: named twice; --lanes makes several lanes of one interface"},
        {"-i a -i b --lanes 33",
         "33 lanes of 2 interfaces: more than 64 in all"},
        {"-i a --flush 0", "--flush: '0' is too small: at least 0.001 s"},
        {"-i a --stats x", "--stats: 'x' is not a duration"},
        {"-i", "-i: needs a value"},
        {"-i a --frobnicate", "--frobnicate: no such option"},
        {"-i a -x", "-x: no such option"},
        {"--synth  -q", "--synth: '' is not KEY=N,..."},
    };
    EXPECT_WRONG(cases);
}

/* Numbers of the host are not the test's, so only that it is refused. */
Test(record_usage, nobody_gets_more_than_the_host_has)
{
    static const char *const lines[] = {"-i a -B 1024G",
                                        "-i a -i b --lanes 32 -B 1023G",
                                        "-r a --flows f --memory 1024G"};
    if (weir_memory_available("") >> 40 != 0)
        cr_skip("a host with all the memory that can be asked for");
    cr_redirect_stderr();
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct record_options o;
        cr_expect_eq(record_line_parse(&o, lines[i]), WEIR_EXIT_USAGE, "%s",
                     lines[i]);
        record_options_free(&o);
    }
    struct record_options asks;
    cr_expect_eq(record_line_parse(&asks, "-d -i a -B 1024G"), WEIR_EXIT_OK);
    record_options_free(&asks);
}
