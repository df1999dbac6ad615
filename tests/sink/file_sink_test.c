#include "sink/file_sink.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink/null_sink.h"
#include "tests/sink/recording.h"

TestSuite(file_sink, .init = recording_setup, .fini = recording_teardown);

#define NG WEIR_FORMAT_PCAPNG

static struct weir_sink *open_plain(const char *name, enum weir_format format)
{
    return recording_open((struct weir_file_sink_config){
        .path = test_path(name), .format = format});
}

Test(file_sink, pcapng_holds_what_was_written)
{
    recording_ifaces->at[0].filter_text = "udp port 53";
    struct weir_sink *sink = open_plain("out.pcapng", NG);
    recording_write(sink, NG, 0, 1000, 77);
    recording_end(sink);
    struct test_file file;
    cr_assert(test_file_read(&file, test_path("out.pcapng")));
    recording_parsed(&file, 0, 1000);
    cr_assert_str_eq(file.name, "if0");
    cr_assert_str_eq(file.filter, "udp port 53");
    cr_assert_eq(strncmp(file.userappl, "weir ", 5), 0);
    cr_assert_eq(strncmp(file.os, "Linux ", 6), 0);
    cr_assert_eq(file.ifaces, 1);
    cr_assert_eq(file.trailers, 1);
    cr_assert_eq(file.usrdeliv, 1000);
    cr_assert_eq(file.osdrop, UINT64_MAX);
    test_file_free(&file);
}

/* By libpcap, which decides what a pcap is. */
static void assert_libpcap_reads(const char *path, int64_t unit_ns)
{
    char text[PCAP_ERRBUF_SIZE];
    pcap_t *p = pcap_open_offline_with_tstamp_precision(
        path, PCAP_TSTAMP_PRECISION_NANO, text);
    cr_assert_not_null(p, "%s", text);
    cr_assert_eq(pcap_datalink(p), DLT_EN10MB);
    cr_assert_eq(pcap_snapshot(p), 262144);
    struct pcap_pkthdr *header;
    const u_char *bytes;
    uint32_t i = 0;
    while (pcap_next_ex(p, &header, &bytes) == 1) {
        const struct weir_frame *f = &recording_frames[i];
        int64_t time_ns = (int64_t)header->ts.tv_sec * 1000000000 +
                          (int64_t)header->ts.tv_usec;
        cr_assert_eq(time_ns, f->time_ns / unit_ns * unit_ns);
        cr_assert_eq(header->caplen, f->caplen);
        cr_assert_eq(header->len, f->len);
        cr_assert_arr_eq(bytes, recording_data, header->caplen);
        i++;
    }
    cr_assert_eq(i, 1000);
    pcap_close(p);
}

Test(file_sink, pcap_holds_what_was_written)
{
    for (uint32_t i = 0; i < 1000; i++)
        recording_frames[i].time_ns += i % 1000;
    struct weir_sink *sink = open_plain("us.pcap", WEIR_FORMAT_PCAP);
    recording_write(sink, WEIR_FORMAT_PCAP, 0, 1000, 300);
    recording_end(sink);
    assert_libpcap_reads(test_path("us.pcap"), 1000);
    sink = open_plain("ns.pcap", WEIR_FORMAT_PCAP_NS);
    recording_write(sink, WEIR_FORMAT_PCAP_NS, 0, 1000, 1);
    recording_end(sink);
    assert_libpcap_reads(test_path("ns.pcap"), 1);
}

Test(file_sink, takes_no_more_than_it_may)
{
    struct weir_sink *sink = open_plain("out.pcap", WEIR_FORMAT_PCAP);
    struct weir_batch *batch =
        test_batch(WEIR_FORMAT_PCAP, recording_ifaces, recording_frames, 1000);
    uint32_t taken = 0;
    cr_assert_eq(sink->ops->write(sink, batch, 321, &taken, NULL), 0);
    cr_assert_eq(taken, 321);
    cr_assert_not(sink->done, "the limit was the caller's");
    test_batch_free(batch);
    recording_end(sink);
    recording_holds("out.pcap", 0, 321);
}

Test(file_sink, a_recording_without_frames_is_a_file)
{
    recording_end(open_plain("a.pcap", WEIR_FORMAT_PCAP));
    recording_holds("a.pcap", 0, 0);
    recording_end(open_plain("a.pcapng", NG));
    recording_holds("a.pcapng", 0, 0);
    recording_end(recording_open((struct weir_file_sink_config){
        .path = test_path("b%%.pcap"),
        .format = WEIR_FORMAT_PCAP,
        .naming = WEIR_NAMING_STRFTIME,
        .limits = {.duration_ns = 1},
    }));
    recording_holds("b%.pcap", 0, 0);
    /* Nor is an interface needed. */
    atomic_store(&recording_ifaces->count, 0);
    recording_end(open_plain("c.pcap", WEIR_FORMAT_PCAP));
    recording_holds("c.pcap", 0, 0);
}

/* And no longer than the interface's own. */
Test(file_sink, a_snapshot_length_is_declared)
{
    static const struct {
        uint32_t of, cut, is;
    } cases[] = {{0, 96, 96}, {500, 96, 96}, {64, 96, 64}, {500, 0, 500}};
    static const enum weir_format formats[] = {NG, WEIR_FORMAT_PCAP};
    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        recording_ifaces->at[0].snaplen = cases[i / 2].of;
        recording_end(recording_open(
            (struct weir_file_sink_config){.path = test_path("out"),
                                           .format = formats[i % 2],
                                           .snaplen = cases[i / 2].cut}));
        struct test_file file;
        cr_assert(test_file_read(&file, test_path("out")));
        cr_expect_eq(file.snaplen, cases[i / 2].is);
        test_file_free(&file);
    }
}

Test(file_sink, an_interface_that_comes_late_heads_the_pcap)
{
    atomic_store(&recording_ifaces->count, 0);
    struct weir_sink *sink = open_plain("out.pcap", WEIR_FORMAT_PCAP);
    struct weir_iface iface = {.linktype = 113, .snaplen = 96, .fcs_bytes = 4};
    weir_ifaces_add(recording_ifaces, &iface);
    recording_write(sink, WEIR_FORMAT_PCAP, 0, 10, 5);
    recording_end(sink);
    struct test_file file;
    cr_assert(test_file_read(&file, test_path("out.pcap")));
    cr_assert_eq(file.network, 0x24000000 | 113);
    cr_assert_eq(file.snaplen, 96);
    cr_assert_eq(file.records_count, 10);
    test_file_free(&file);
}

/* The kernel's counts as far as they are known: what came in at the
 * interface is not, behind a filter. */
Test(file_sink, statistics_say_what_is_known)
{
    /* None, one, and those of several lanes, which differ. */
    static const char *const filters[] = {NULL, "ip", ""};
    for (int i = 0; i < 3; i++) {
        recording_ifaces->at[0].filter_text = filters[i];
        struct weir_sink *sink = recording_open((struct weir_file_sink_config){
            .path = test_path("out.pcapng"), .format = NG, .live = true});
        sink->facts = (struct weir_sink_facts){
            .has_kernel = true,
            .all = {.kernel_seen = 1007, .kernel_dropped = 7}};
        recording_write(sink, NG, 0, 1000, 1000);
        recording_end(sink);
        struct test_file file;
        cr_assert(test_file_read(&file, test_path("out.pcapng")));
        cr_assert_eq(file.osdrop, 7);
        cr_assert_eq(file.usrdeliv, 1000);
        cr_assert_eq(file.ifrecv, filters[i] != NULL ? UINT64_MAX : 1007);
        cr_assert_str_eq(file.filter, i == 1 ? "ip" : "");
        test_file_free(&file);
    }
}

/* Three interfaces, of which the second is another recording's; the batch in
 * hand, of which a cut lets some frames into the first file, is the third's. */
Test(file_sink, statistics_are_each_interfaces_own)
{
    free(recording_ifaces);
    recording_ifaces = test_ifaces(3, 0);
    for (uint32_t i = 0; i < RECORDING_FRAMES; i++)
        recording_frames[i].iface = i < 500 ? 0 : 2;
    struct weir_sink *sink = recording_open(
        (struct weir_file_sink_config){.path = test_path("out.pcapng"),
                                       .format = NG,
                                       .naming = WEIR_NAMING_NUMBER,
                                       .limits = {.file_packets = 600},
                                       .live = true});
    struct weir_sink_counts counts[3] = {
        {.known = true, .kernel_seen = 510, .kernel_dropped = 10},
        {.known = false},
        {.known = true, .kernel_seen = 520, .kernel_dropped = 20},
    };
    sink->facts = (struct weir_sink_facts){
        .has_kernel = true, .ifaces = counts, .ifaces_count = 3};
    recording_write(sink, NG, 0, 500, 500);
    counts[0].delivered = 500;
    sink->facts.iface = 2;
    recording_write(sink, NG, 500, 1000, 500);
    counts[2].delivered = 500;
    recording_end(sink);
    struct test_file file;
    cr_assert(test_file_read(&file, test_path("out.pcapng")));
    cr_assert_eq(file.trailers, 3);
    cr_assert_eq(file.own[0].usrdeliv, 500);
    cr_assert_eq(file.own[0].osdrop, 10);
    cr_assert_eq(file.own[1].usrdeliv, UINT64_MAX);
    cr_assert_eq(file.own[1].osdrop, UINT64_MAX);
    cr_assert_eq(file.own[2].usrdeliv, 100);
    cr_assert_eq(file.own[2].osdrop, 20);
    test_file_free(&file);
    cr_assert(test_file_read(&file, test_path("out.pcapng1")));
    cr_assert_eq(file.own[0].usrdeliv, 500);
    cr_assert_eq(file.own[2].usrdeliv, 500);
    test_file_free(&file);
}

Test(file_sink, a_file_is_for_its_owner_whatever_the_umask)
{
    mode_t masks[] = {0, 022, 077, 0177, 0277};
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        umask(masks[i]);
        struct weir_sink *sink = open_plain("out.pcap", WEIR_FORMAT_PCAP);
        recording_end(sink);
        struct stat st;
        cr_assert_eq(stat(test_path("out.pcap"), &st), 0);
        cr_assert_eq(st.st_mode & 07777, 0600 & ~masks[i]);
        umask(0);
    }
}

Test(file_sink, a_plain_name_is_replaced_by_a_new_file)
{
    recording_make_other("out.pcap");
    cr_assert_eq(link(test_path("out.pcap"), test_path("kept")), 0);
    cr_assert_eq(chmod(test_path("out.pcap"), 0666), 0);
    struct weir_sink *sink = open_plain("out.pcap", WEIR_FORMAT_PCAP);
    recording_write(sink, WEIR_FORMAT_PCAP, 0, 5, 5);
    recording_end(sink);
    recording_holds("out.pcap", 0, 5);
    recording_is_other("kept");
    struct stat st;
    cr_assert_eq(stat(test_path("out.pcap"), &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0600);
}

Test(file_sink, a_symbolic_link_is_followed_first)
{
    recording_make_other("real.pcap");
    cr_assert_eq(symlink("real.pcap", test_path("link.pcap")), 0);
    struct weir_sink *sink = open_plain("link.pcap", WEIR_FORMAT_PCAP);
    recording_write(sink, WEIR_FORMAT_PCAP, 0, 5, 5);
    recording_end(sink);
    recording_holds("real.pcap", 0, 5);
    struct stat st;
    cr_assert_eq(lstat(test_path("link.pcap"), &st), 0);
    cr_assert(S_ISLNK(st.st_mode));
    cr_assert_eq(unlink(test_path("real.pcap")), 0);
    char text[WEIR_ERR_TEXT_MAX];
    snprintf(text, sizeof text, "%.400s: is a symbolic link to nothing",
             test_path("link.pcap"));
    recording_refused(
        (struct weir_file_sink_config){.path = test_path("link.pcap"),
                                       .format = NG},
        -ENOENT, text);
}

Test(file_sink, the_input_is_not_written_over)
{
    recording_make_other("in.pcap");
    cr_assert_eq(symlink("in.pcap", test_path("link.pcap")), 0);
    cr_assert_eq(link(test_path("in.pcap"), test_path("hard.pcap")), 0);
    struct stat st;
    cr_assert_eq(stat(test_path("in.pcap"), &st), 0);
    const char *names[] = {"in.pcap", "link.pcap", "hard.pcap"};
    for (int i = 0; i < 3; i++) {
        char text[WEIR_ERR_TEXT_MAX];
        snprintf(text, sizeof text, "%.400s: is the input file",
                 test_path(names[i]));
        recording_refused(
            (struct weir_file_sink_config){
                .path = test_path(names[i]),
                .format = NG,
                .input = {.set = true, .dev = st.st_dev, .ino = st.st_ino},
            },
            -EINVAL, text);
        recording_is_other(names[i]);
    }
}

Test(file_sink, what_cannot_be_is_refused_in_one_line)
{
    struct weir_file_sink_config config = {.path = "/nonexistent/out.pcap",
                                           .format = NG};
    recording_refused(config, -ENOENT,
                      "/nonexistent/out.pcap: No such file or directory");
    config.naming = WEIR_NAMING_NUMBER_TIME;
    recording_refused(config, -ENOENT,
                      "/nonexistent/out.pcap: No such file or directory");
    config.path = "/";
    config.naming = WEIR_NAMING_SINGLE;
    recording_refused(config, -EISDIR, "/: Is a directory");
    config.path = "-";
    config.naming = WEIR_NAMING_NUMBER;
    recording_refused(config, -EINVAL, "standard output: cannot be rotated");
    config.path = "x";
    config.naming = WEIR_NAMING_SINGLE;
    config.limits.file_packets = 1;
    recording_refused(config, -EINVAL, "x: one name for many files");
    config.limits.file_packets = 0;
    config.format = WEIR_FORMAT_NONE;
    recording_refused(config, -EINVAL, "x: no file format");
}

/* Through links of our own, and only to what is a device: on a machine that
 * is broken already a test must not make it worse. */
static bool link_device(const char *name, const char *device)
{
    struct stat st;
    if (stat(device, &st) != 0 || !S_ISCHR(st.st_mode)) {
        fprintf(stderr, "SKIPPED: %s is no device here\n", device);
        return false;
    }
    cr_assert_eq(symlink(device, test_path(name)), 0);
    return true;
}

Test(file_sink, a_device_is_written_as_it_is)
{
    if (!link_device("null", "/dev/null"))
        return;
    struct weir_sink *sink = open_plain("null", WEIR_FORMAT_PCAP);
    recording_write(sink, WEIR_FORMAT_PCAP, 0, 1000, 100);
    cr_assert_eq(sink->ops->rotate(sink, &recording_err), 0);
    recording_end(sink);
    struct stat st;
    cr_assert_eq(stat(test_path("null"), &st), 0);
    cr_assert(S_ISCHR(st.st_mode));
}

Test(file_sink, a_device_that_takes_nothing_stays_what_it_is)
{
    if (!link_device("full", "/dev/full"))
        return;
    char text[WEIR_ERR_TEXT_MAX];
    snprintf(text, sizeof text, "%.400s: write: No space left on device",
             test_path("full"));
    recording_refused(
        (struct weir_file_sink_config){.path = test_path("full"), .format = NG},
        -ENOSPC, text);
    struct stat st;
    cr_assert_eq(stat(test_path("full"), &st), 0);
    cr_assert(S_ISCHR(st.st_mode));
}

Test(null_sink, takes_all_and_keeps_none)
{
    struct weir_sink *sink = NULL;
    cr_assert_eq(weir_null_sink_open(&sink, NULL), 0);
    struct weir_batch batch = {.passed = 10};
    uint32_t taken = 0;
    cr_assert_eq(sink->ops->write(sink, &batch, 20, &taken, NULL), 0);
    cr_assert_eq(taken, 10);
    cr_assert_eq(sink->ops->write(sink, &batch, 3, &taken, NULL), 0);
    cr_assert_eq(taken, 3);
    int64_t next = 0;
    cr_assert_eq(sink->ops->tick(sink, 1, &next, NULL), 0);
    cr_assert_eq(next, INT64_MAX);
    cr_assert_eq(sink->ops->rotate(sink, NULL), 0);
    cr_assert_eq(sink->ops->finish(sink, NULL), 0);
    cr_assert_not(sink->done);
    sink->ops->close(sink);
}
