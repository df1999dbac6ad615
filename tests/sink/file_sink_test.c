#include "sink/file_sink.h"

#include <criterion/criterion.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "sink/null_sink.h"
#include "tests/sink/frames.h"

static uint8_t data[256];
static struct weir_frame frames[1000];
static struct weir_ifaces *ifaces;
static struct weir_err err;

/* Frames a millisecond apart, of 0 to 255 bytes. */
static void setup(void)
{
    umask(022);
    ifaces = test_ifaces(1, 0);
    for (uint32_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7);
    for (uint32_t i = 0; i < 1000; i++)
        frames[i] = (struct weir_frame){
            .data = data,
            .time_ns = INT64_C(1700000000000000000) + i * INT64_C(1000000),
            .caplen = i % 256,
            .len = i % 256 + i % 3,
        };
}

static void teardown(void)
{
    free(ifaces);
    test_dir_remove();
}

TestSuite(file_sink, .init = setup, .fini = teardown);

static struct weir_sink *open_sink(const char *path, enum weir_format format)
{
    struct weir_file_sink_config config = {
        .path = path, .format = format, .ifaces = ifaces};
    struct weir_sink *sink = NULL;
    cr_assert_eq(weir_file_sink_open(&sink, &config, &err), 0, "%s", err.text);
    return sink;
}

/* Writes n frames from the first on, in batches of `each`. */
static void write_frames(struct weir_sink *sink, enum weir_format format,
                         uint32_t n, uint32_t each)
{
    for (uint32_t i = 0; i < n; i += each) {
        uint32_t k = n - i < each ? n - i : each;
        struct weir_batch *batch = test_batch(format, ifaces, frames + i, k);
        uint32_t taken = 0;
        cr_assert_eq(sink->ops->write(sink, batch, k, &taken, &err), 0, "%s",
                     err.text);
        cr_assert_eq(taken, k);
        sink->facts.delivered += k;
        test_batch_free(batch);
    }
}

static void finish_and_close(struct weir_sink *sink)
{
    cr_assert_eq(sink->ops->finish(sink, &err), 0, "%s", err.text);
    sink->ops->close(sink);
}

static void assert_frames(const struct test_file *file, uint32_t n,
                          int64_t unit_ns)
{
    cr_assert_eq(file->records_count, n);
    for (uint32_t i = 0; i < n; i++) {
        const struct test_record *r = &file->records[i];
        cr_assert_eq(r->time_ns, frames[i].time_ns / unit_ns * unit_ns);
        cr_assert_eq(r->caplen, frames[i].caplen);
        cr_assert_eq(r->len, frames[i].len);
        cr_assert_arr_eq(r->data, data, r->caplen);
    }
}

Test(file_sink, pcapng_holds_what_was_written)
{
    ifaces->filter_text = "udp port 53";
    struct weir_sink *sink =
        open_sink(test_path("out.pcapng"), WEIR_FORMAT_PCAPNG);
    cr_assert_eq(weir_file_sink_linktype(sink), -1);
    write_frames(sink, WEIR_FORMAT_PCAPNG, 1000, 77);
    finish_and_close(sink);
    struct test_file file;
    cr_assert(test_file_read(&file, test_path("out.pcapng")));
    assert_frames(&file, 1000, 1);
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
        int64_t time_ns = (int64_t)header->ts.tv_sec * 1000000000 +
                          (int64_t)header->ts.tv_usec;
        cr_assert_eq(time_ns, frames[i].time_ns / unit_ns * unit_ns);
        cr_assert_eq(header->caplen, frames[i].caplen);
        cr_assert_eq(header->len, frames[i].len);
        cr_assert_arr_eq(bytes, data, header->caplen);
        i++;
    }
    cr_assert_eq(i, 1000);
    pcap_close(p);
}

Test(file_sink, pcap_holds_what_was_written)
{
    for (uint32_t i = 0; i < 1000; i++)
        frames[i].time_ns += i % 1000;
    struct weir_sink *sink = open_sink(test_path("us.pcap"), WEIR_FORMAT_PCAP);
    cr_assert_eq(weir_file_sink_linktype(sink), 1);
    write_frames(sink, WEIR_FORMAT_PCAP, 1000, 300);
    finish_and_close(sink);
    assert_libpcap_reads(test_path("us.pcap"), 1000);
    sink = open_sink(test_path("ns.pcap"), WEIR_FORMAT_PCAP_NS);
    write_frames(sink, WEIR_FORMAT_PCAP_NS, 1000, 1);
    finish_and_close(sink);
    assert_libpcap_reads(test_path("ns.pcap"), 1);
}
