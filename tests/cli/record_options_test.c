/* What a command line of `weir record` asks for. */

#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "cli/record_options.h"
#include "tests/cli/record_line.h"

static struct record_options options;

static const struct record_options *parsed(const char *text)
{
    record_options_free(&options);
    cr_assert_eq(record_line_parse(&options, text), WEIR_EXIT_OK, "%s", text);
    return &options;
}

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
        {"-i a -w x.pcap", WEIR_FORMAT_PCAP},
        {"-i a -w x.PCAP", WEIR_FORMAT_PCAP},
        {"-i a -w x.cap", WEIR_FORMAT_PCAP},
        {"-i a -w x.pcap3", WEIR_FORMAT_PCAP},
        {"-i a -w x.pcap.03", WEIR_FORMAT_PCAP},
        {"-i a -w x.cap.3", WEIR_FORMAT_PCAP},
        {"-i a -w x.pcap-%H%M -G 60", WEIR_FORMAT_PCAP},
        {"-i a -w x.pcap.%H.%M -G 60", WEIR_FORMAT_PCAP},
        {"-i a -w x-%H.pcapng -G 60", WEIR_FORMAT_PCAPNG},
        {"-i a -w .pcap", WEIR_FORMAT_PCAP},
        {"-i a -w pcap", WEIR_FORMAT_PCAPNG},
        {"-i a -w cap.3", WEIR_FORMAT_PCAPNG},
        {"-i a -w 3", WEIR_FORMAT_PCAPNG},
        {"-i a -w x.dcap", WEIR_FORMAT_PCAPNG},
        {"-i a -w x.pcaps", WEIR_FORMAT_PCAPNG},
        {"-i a -w x.pcap.txt", WEIR_FORMAT_PCAPNG},
        {"-i a -w x.pcap.pcapng", WEIR_FORMAT_PCAPNG},
        {"-i a -w x.pcap.pcapng.3", WEIR_FORMAT_PCAPNG},
        {"-i a -w d.pcap/3", WEIR_FORMAT_PCAPNG},
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

Test(record_options, active_timeout_follows_a_short_idle_timeout)
{
    const struct flow_options *f = &parsed("-r a --flows f")->flows;
    cr_expect_eq(f->idle_ns, 60 * WEIR_NS_PER_S);
    cr_expect_eq(f->active_ns, 1800 * WEIR_NS_PER_S);
    f = &parsed("-r a --flows f --idle-timeout 1ms")->flows;
    cr_expect_eq(f->active_ns, WEIR_NS_PER_S);
    f = &parsed("-r a --flows f --idle-timeout 2h")->flows;
    cr_expect_eq(f->active_ns, 1800 * WEIR_NS_PER_S);
    f = &parsed("-r a --flows f --idle-timeout 1ms --active-timeout 1")->flows;
    cr_expect_eq(f->active_ns, WEIR_NS_PER_S);
}

Test(record_options, a_block_may_wait_as_long_as_a_frame)
{
    cr_expect_eq(parsed("-i a --retire-timeout 1000")->retire_ms, 1000);
    cr_expect_eq(parsed("-i a --retire-timeout 10000 --flush 10")->retire_ms,
                 10000);
}

Test(record_options, the_filter_is_f_or_the_last_words)
{
    cr_expect_str_eq(parsed("-i a -f udp_port_53")->filter, "udp port 53");
    cr_expect_str_eq(parsed("-i a udp port 53")->filter, "udp port 53");
    cr_expect_str_eq(parsed("-i a udp -c 3 port 53")->filter, "udp port 53");
    cr_expect_str_eq(parsed("-i a -- -_x")->filter, "- x");
    cr_expect_str_eq(parsed("-i a -f tcp -f tcp")->filter, "tcp");
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

/* All that weir flows takes, its help names. */
Test(record_options, help_of_flows_names_what_is_taken)
{
    static const char *const names[] = {"--top",
                                        "--sort",
                                        "--json",
                                        "--csv",
                                        "--idle-timeout",
                                        "--active-timeout",
                                        "--memory",
                                        "--source",
                                        "--queue",
                                        "--lanes",
                                        "--fanout",
                                        "--workers",
                                        "--block-size",
                                        "--retire-timeout",
                                        "--cpus",
                                        "--stats",
                                        "--dry-run",
                                        "--report",
                                        "--flush",
                                        "-j",
                                        "-f",
                                        "-B",
                                        "-Z",
                                        "-a duration: and packets:"};
    static char text[16384];
    cr_redirect_stdout();
    record_options_help(&(struct record_options){.is_flows = true});
    (void)fflush(stdout);
    FILE *out = cr_get_redirected_stdout();
    text[fread(text, 1, sizeof text - 1, out)] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        cr_expect_not_null(strstr(text, names[i]), "%s", names[i]);
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
