/* What a command line of `weir record` asks for, and what it may not. */

#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/pages.h"
#include "cli/record_options.h"

#define WORDS_MAX 24

/* Words are parted by one blank; "_" in a word stands for a blank.  Texts of
 * the options point into `line`. */
static char line[512];

static int parse(struct record_options *o, const char *text)
{
    char *argv[WORDS_MAX + 2] = {"record"};
    int argc = 1;
    char *rest = line;
    snprintf(line, sizeof line, "%s", text);
    while (rest != NULL && *rest != '\0' && argc <= WORDS_MAX)
        argv[argc++] = strsep(&rest, " ");
    for (int i = 1; i < argc; i++)
        for (char *p = argv[i]; (p = strchr(p, '_')) != NULL;)
            *p = ' ';
    return record_options_parse(o, argc, argv);
}

static struct record_options options;

static const struct record_options *parsed(const char *text)
{
    record_options_free(&options);
    cr_assert_eq(parse(&options, text), WEIR_EXIT_OK, "%s", text);
    return &options;
}

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
        cr_expect_eq(parse(&o, cases[i].line), WEIR_EXIT_USAGE, "%s",
                     cases[i].line);
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

Test(record_options, nothing_but_a_source)
{
    const struct record_options *o = parsed("-i eth0");
    cr_expect_eq(o->verb, RECORD_RUN);
    cr_expect_str_eq(o->device, "eth0");
    cr_expect_null(o->input);
    cr_expect_null(o->synth);
    cr_expect_null(o->output);
    cr_expect_null(o->filter);
    cr_expect_null(o->user);
    cr_expect_null(o->report);
    cr_expect_eq(o->format, WEIR_FORMAT_NONE);
    cr_expect_eq(o->snaplen, 0);
    cr_expect_eq(o->buffer_bytes, 0);
    cr_expect_eq(o->flush_ns, WEIR_NS_PER_S);
    cr_expect_eq(o->stats_ns, WEIR_NS_PER_S);
    cr_expect_eq(o->frames_max, 0);
    cr_expect_eq(o->duration_ns, 0);
    cr_expect_eq(o->total_bytes_max, 0);
    cr_expect_eq(o->total_files_max, 0);
    cr_expect_eq(o->manner, RECORD_MANNER_NONE);
    cr_expect_eq(o->cpus_count, 0);
    cr_expect_not(o->quiet);
    cr_expect_not(o->no_promisc);
    cr_expect_geq(o->workers, 1);
    cr_expect_leq(o->workers, WEIR_WORKERS_MAX);
}

Test(record_options, sources)
{
    cr_expect_str_eq(parsed("-r a.pcap")->input, "a.pcap");
    cr_expect_str_eq(parsed("-r -")->input, "-");
    cr_expect_str_eq(parsed("--synth frames=1")->synth, "frames=1");
    const struct record_options *o = parsed("-i any -p -B 3 -s 96");
    cr_expect_str_eq(o->device, "any");
    cr_expect(o->no_promisc);
    cr_expect_eq(o->buffer_bytes, 3U << 20);
    cr_expect_eq(o->snaplen, 96);
    cr_expect_eq(o->source, RECORD_SOURCE_AUTO);
    o = parsed("-i a --source afxdp --queue 3");
    cr_expect_eq(o->source, RECORD_SOURCE_AFXDP);
    cr_expect_eq(o->queue, 3);
    cr_expect_eq(parsed("-i a --source afxdp")->queue, 0);
}

Test(record_options, sizes_have_the_units_that_people_know)
{
    cr_expect_eq(parsed("-i a -B 64K")->buffer_bytes, 64U << 10);
    cr_expect_eq(parsed("-i a -B 64k")->buffer_bytes, 64U << 10);
    cr_expect_eq(parsed("-i a -B 7m")->buffer_bytes, 7U << 20);
    cr_expect_eq(parsed("-i a -B 1G")->buffer_bytes, 1U << 30);
    cr_expect_eq(parsed("-i a --block-size 256")->block_bytes, 256U << 10);
    cr_expect_eq(parsed("-i a -w f -C 2")->file_bytes_max, 2000000);
    cr_expect_eq(parsed("-i a -w f -C 2K")->file_bytes_max, 2048);
    cr_expect_eq(parsed("-i a -w f -C 2m")->file_bytes_max, 2U << 20);
    cr_expect_eq(parsed("-i a -w f -b filesize:5")->file_bytes_max, 5000);
    cr_expect_eq(parsed("-i a -w f -b filesize:5G")->file_bytes_max, UINT64_C(5)
                                                                         << 30);
    cr_expect_eq(parsed("-i a -w f -a filesize:5")->total_bytes_max, 5000);
    cr_expect_eq(parsed("-i a -w f -a filesize:5K")->total_bytes_max, 5120);
}

Test(record_options, durations)
{
    cr_expect_eq(parsed("-i a -a duration:2")->duration_ns, 2 * WEIR_NS_PER_S);
    cr_expect_eq(parsed("-i a -a duration:0.5")->duration_ns,
                 500 * WEIR_NS_PER_MS);
    cr_expect_eq(parsed("-i a -a duration:1m")->duration_ns,
                 60 * WEIR_NS_PER_S);
    cr_expect_eq(parsed("-i a -w f -G 60")->file_duration_ns,
                 60 * WEIR_NS_PER_S);
    cr_expect_eq(parsed("-i a -w f -b duration:1.5")->file_duration_ns,
                 1500 * WEIR_NS_PER_MS);
    cr_expect_eq(parsed("-i a -w f -b interval:3600")->file_interval_ns,
                 3600 * WEIR_NS_PER_S);
    cr_expect_eq(parsed("-i a --flush 0.2")->flush_ns, 200 * WEIR_NS_PER_MS);
    cr_expect_eq(parsed("-i a --stats 10")->stats_ns, 10 * WEIR_NS_PER_S);
    cr_expect_eq(parsed("-i a --stats 0")->stats_ns, 0);
}

Test(record_options, limits)
{
    cr_expect_eq(parsed("-i a -c 7")->frames_max, 7);
    cr_expect_eq(parsed("-i a -a packets:8")->frames_max, 8);
    const struct record_options *o =
        parsed("-i a -w f -b packets:10 -b files:3 -a files:9");
    cr_expect_eq(o->manner, RECORD_MANNER_DUMPCAP);
    cr_expect_eq(o->file_packets_max, 10);
    cr_expect_eq(o->ring_files, 3);
    cr_expect_eq(o->total_files_max, 9);
}

Test(record_options, files_of_c_and_g)
{
    const struct record_options *o = parsed("-i a -w f -C 1 -W 5");
    cr_expect_eq(o->manner, RECORD_MANNER_TCPDUMP);
    cr_expect_eq(o->ring_files, 5, "a ring");
    cr_expect_eq(o->total_files_max, 0);
    o = parsed("-i a -w f -G 1 -W 5");
    cr_expect_eq(o->ring_files, 0);
    cr_expect_eq(o->total_files_max, 5, "files in all");
    o = parsed("-i a -w f -C 1 -G 1 -W 5");
    cr_expect_eq(o->ring_files, 5, "digits of the names");
    cr_expect_eq(o->total_files_max, 0);
}

Test(record_options, format_by_name)
{
    static const struct {
        const char *line;
        enum weir_format format;
    } cases[] = {
        {"-i a -w x", WEIR_FORMAT_PCAPNG},
        {"-i a -w x.pcapng", WEIR_FORMAT_PCAPNG},
        {"-i a -w x.cap", WEIR_FORMAT_PCAPNG},
        {"-i a -w x.pcap", WEIR_FORMAT_PCAP},
        {"-i a -w x.pcap3", WEIR_FORMAT_PCAP},
        {"-i a -w x.pcap.gz", WEIR_FORMAT_PCAP},
        {"-i a -w d.pcap/x", WEIR_FORMAT_PCAPNG},
        {"-i a -w d.pcapng/x.pcap", WEIR_FORMAT_PCAP},
        {"-i a -w x.pcapng.pcap", WEIR_FORMAT_PCAP},
        {"-i a -w -", WEIR_FORMAT_PCAP},
        {"-i a -w - --format pcapng", WEIR_FORMAT_PCAPNG},
        {"-i a -w x.pcapng --format pcap", WEIR_FORMAT_PCAP},
        {"-i a -w x.pcap --format pcapng", WEIR_FORMAT_PCAPNG},
        {"-i a -w x.pcap --format pcap-ns", WEIR_FORMAT_PCAP_NS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_eq(parsed(cases[i].line)->format, cases[i].format, "%s",
                     cases[i].line);
}

Test(record_options, the_filter_is_f_or_the_last_words)
{
    cr_expect_str_eq(parsed("-i a -f udp_port_53")->filter, "udp port 53");
    cr_expect_str_eq(parsed("-i a udp port 53")->filter, "udp port 53");
    cr_expect_str_eq(parsed("-i a udp -c 3 port 53")->filter, "udp port 53");
    cr_expect_str_eq(parsed("-i a -- -_x")->filter, "- x");
    cr_expect_str_eq(parsed("-i a -f tcp -f udp")->filter, "udp");
}

Test(record_options, the_rest)
{
    const struct record_options *o =
        parsed("-i a -n -q -Z nobody --workers 3 --cpus 0,2-3 --report r");
    cr_expect(o->quiet);
    cr_expect_str_eq(o->user, "nobody");
    cr_expect_str_eq(o->report, "r");
    cr_expect_eq(o->workers, 3);
    cr_expect_eq(o->cpus_count, 3);
    cr_expect_eq(o->cpus[0], 0);
    cr_expect_eq(o->cpus[1], 2);
    cr_expect_eq(o->cpus[2], 3);
}

Test(record_options, verbs)
{
    cr_expect_eq(parsed("-D")->verb, RECORD_LIST_DEVICES);
    cr_expect_eq(parsed("-L -i a")->verb, RECORD_LIST_LINK_TYPES);
    cr_expect_eq(parsed("-d -i a")->verb, RECORD_SHOW_FILTER);
    cr_expect_eq(parsed("--dry-run -i a")->verb, RECORD_DRY_RUN);
    cr_expect_eq(parsed("-h")->verb, RECORD_HELP);
    cr_expect_eq(parsed("--help")->verb, RECORD_HELP);
}

Test(record_options, lanes)
{
    const struct record_options *o = parsed("-i a");
    cr_expect_eq(o->devices_count, 1);
    cr_expect_eq(o->lanes, 1);
    cr_expect_eq(record_lanes_count(o), 1);
    cr_expect_not(o->lane_files);
    o = parsed("-i a -i b -i c --lanes 2 --fanout queue -w f --lane-files");
    cr_expect_str_eq(o->device, "a");
    cr_expect_eq(o->devices_count, 3);
    cr_expect_str_eq(o->devices[0], "a");
    cr_expect_str_eq(o->devices[2], "c");
    cr_expect_eq(o->lanes, 2);
    cr_expect_eq(o->fanout, WEIR_FANOUT_QM);
    cr_expect_eq(record_lanes_count(o), 6);
    cr_expect(o->lane_files);
    cr_expect_geq(o->workers, 1);
    o = parsed("--synth frames=1 --lanes 3");
    cr_expect_eq(record_lanes_count(o), 3);
    cr_expect_eq(o->fanout, WEIR_FANOUT_HASH);
}

Test(record_options, cpus)
{
    const struct record_options *o = parsed("-i a --cpus auto");
    cr_expect(o->cpus_auto);
    cr_expect_eq(o->cpus_count, 0);
    o = parsed("-i a --cpus auto --cpus none");
    cr_expect_not(o->cpus_auto);
    o = parsed("-i a --cpus auto --cpus 1");
    cr_expect_not(o->cpus_auto);
    cr_expect_eq(o->cpus_count, 1);
}

Test(record_options, what_does_not_go_together)
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
         "-b: -b names files as dumpcap does, -C and -G as tcpdump does: use "
         "one or the other"},
        {"-i a -w f -b files:1 -G 1",
         "-G: -b names files as dumpcap does, -C and -G as tcpdump does: use "
         "one or the other"},
    };
    EXPECT_WRONG(cases);
}

Test(record_options, values_out_of_bounds)
{
    static const struct wrong cases[] = {
        {"-i a -c 0", "-c: '0' is too small: at least 1"},
        {"-i a -c x", "-c: 'x' is not a number"},
        {"-i a -s 262145", "-s: '262145' is too large: at most 262144"},
        {"-i a -B 0", "-B: '0' is too small: at least 1 bytes"},
        {"-i a -B 1048577",
         "-B: '1048577' is too large: at most 1099511627776 bytes"},
        {"-i a --block-size 64",
         "--block-size: '64' is too small: at least 131072 bytes"},
        {"-i a --block-size 384",
         "--block-size: '384' is not 128, 256, 512 or 1024 (KiB)"},
        {"-i a --retire-timeout 0",
         "--retire-timeout: '0' is too small: at least 1"},
        {"-i a --source raw",
         "--source: 'raw' is none of auto, afpacket, pcap, afxdp"},
        {"-i a --queue 65536", "--queue: '65536' is too large: at most 65535"},
        {"-i a -j mine", "-j: 'mine' is none of host, adapter"},
        {"-i a -w f -C 1X",
         "-C: '1X' is not a size: a number, perhaps with K, M or G"},
        {"-i a -w f -G 0", "-G: '0' is too small: at least 1 s"},
        {"-i a -w f -C 1 -W 0", "-W: '0' is too small: at least 1"},
        {"-i a -w f -C 1 -W 65536", "-W: '65536' is too large: at most 65535"},
        {"-i a -a packets:0", "-a: '0' is too small: at least 1"},
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

Test(record_options, nobody_gets_more_than_the_host_has)
{
    const unsigned long long mib = weir_pages_host() >> 20;
    if (mib >= 1 << 20)
        cr_skip("a host with all the memory that can be asked for");
    char lines[4][64], whys[3][128];
    snprintf(lines[0], 64, "-i a -B %llu", mib + 1);
    snprintf(whys[0], 128,
             "-B: %llu MiB for 1 lane are more than this host "
             "has: %llu MiB",
             mib + 1, mib);
    snprintf(lines[1], 64, "-i a -i b --lanes 2 -B %llu", mib / 4 + 1);
    snprintf(whys[1], 128,
             "-B: %llu MiB for 4 lanes are more than this host "
             "has: %llu MiB",
             mib / 4 + 1, mib);
    snprintf(lines[2], 64, "-r a --flows f --memory %llu", mib + 1);
    snprintf(whys[2], 128,
             "--memory: %llu MiB are more than this host has: "
             "%llu MiB",
             mib + 1, mib);
    snprintf(lines[3], 64, "-i a -i b --lanes 2 -B %llu", mib / 4);
    cr_expect_eq(parsed(lines[3])->buffer_bytes, mib / 4 << 20);
    const struct wrong cases[] = {
        {lines[0], whys[0]}, {lines[1], whys[1]}, {lines[2], whys[2]}};
    EXPECT_WRONG(cases);
}

Test(record_options, help_names_every_option)
{
    static const char *const names[] = {
        "-i ",      "-r ",     "--synth ",  "-f ",       "-s ",      "-p ",
        "-B ",      "-n ",     "-w ",       "--format ", "--flush ", "-Z ",
        "--report", "-b ",     "-C ",       "-G ",       "-W ",      "-c ",
        "-a ",      "--cpus ", "--stats ",  "-q ",       "-D ",      "-L ",
        "-d ",      "--help",  "--dry-run", "--flows "};
    static char text[16384];
    cr_redirect_stdout();
    record_options_help(parsed("-i a"));
    (void)fflush(stdout);
    FILE *out = cr_get_redirected_stdout();
    text[fread(text, 1, sizeof text - 1, out)] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        cr_expect_not_null(strstr(text, names[i]), "%s", names[i]);
}
