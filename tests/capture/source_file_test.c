/* The file source as a source: opening, streams, filters, hostile bytes, and
 * the same frames as libpcap gives. */

#include "capture/source_file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pcapng.h"
#include "capture/filter.h"
#include "tests/capture/file_rig.h"

#define US 0xa1b2c3d4

static const struct weir_source_config plain = {
    .leases = 3,
    .block_bytes = 8192,
};

static void expect_open_error(const char *path, int code, const char *said)
{
    struct weir_err err = {{0}};
    struct weir_source *source = NULL;
    int rc = weir_file_source_open(&source, path, &plain, &err);
    cr_assert_eq(rc, code, "%s", err.text);
    cr_assert_null(source);
    cr_assert_not_null(strstr(err.text, said), "%s", err.text);
    cr_assert_eq(weir_file_source_open(&source, path, &plain, NULL), code);
}

static void expect_made_error(const struct made *made, const char *said)
{
    char path[64];
    int fd = made_memfd(made, made->n, path);
    expect_open_error(path, -EBADMSG, said);
    (void)close(fd);
}

Test(source_file, what_cannot_be_opened_is_named)
{
    expect_open_error("/nowhere/x.pcap", -ENOENT,
                      "/nowhere/x.pcap: No such file or directory");
    expect_open_error("/", -EISDIR, "/: Is a directory");
    expect_open_error("/dev/null", -EBADMSG, "/dev/null: is empty");

    static const struct {
        const char *bytes;
        size_t n;
        const char *said;
    } others[] = {
        {"hello, world, this is a text", 28, "is not a pcap or pcapng file"},
        {"x", 1, "is not a pcap or pcapng file"},
        {"\x0a\x0d\x0d\x0a", 4, "cut off in its header"},
        {"\x0a\x0d\x0d\x0a                          ", 28,
         "is not a pcap or pcapng file"},
        {"\x1f\x8b\x08", 3,
         "is compressed by gzip: decompress it first (gzip -dc)"},
        {"\x28\xb5\x2f\xfd", 4,
         "is compressed by zstd: decompress it first (zstd -dc)"},
        {"\xfd"
         "7zXZ\0",
         6, "is compressed by xz: decompress it first (xz -dc)"},
        {"\xd4\xc3\xb2\xa1\x02\0\x04\0", 8,
         "cut off in the file's header: the file has 8 of its 24 bytes"},
        {"\xd4\xc3\xb2\xa1\x03\0\x01\0................", 24,
         "version 3.1 of pcap is not supported"},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct made made = {0};
        made_bytes(&made, others[i].bytes, others[i].n);
        expect_made_error(&made, others[i].said);
        made_free(&made);
    }
}

Test(source_file, identity_is_that_of_the_file)
{
    struct made made = {0};
    made_pcap(&made, US, 4, 0, 1);
    char path[64];
    int fd = made_memfd(&made, made.n, path);
    struct weir_source *source;
    cr_assert_eq(weir_file_source_open(&source, path, &plain, NULL), 0);
    struct stat stat;
    cr_assert_eq(fstat(fd, &stat), 0);
    dev_t device;
    ino_t inode;
    weir_file_source_identity(source, &device, &inode);
    cr_assert_eq(device, stat.st_dev);
    cr_assert_eq(inode, stat.st_ino);
    cr_assert_str_eq(source->name, path);
    source->ops->close(source);
    (void)close(fd);
    made_free(&made);
}

Test(source_file, cut_ends_at_the_next_call)
{
    struct made made = {0};
    made_pcap(&made, US, 4, 0, 1);
    for (uint32_t i = 0; i < 1000; i++)
        made_record(&made, i, 0, made_frame(i, 60), 60, 60);
    char path[64];
    int fd = made_memfd(&made, made.n, path);
    struct weir_source *source;
    cr_assert_eq(weir_file_source_open(&source, path, &plain, NULL), 0);
    struct weir_lease lease;
    cr_assert_eq(source->ops->next(source, &lease, NULL), WEIR_SOURCE_LEASE);
    source->ops->cut(source);
    cr_assert_eq(source->ops->next(source, &lease, NULL), WEIR_SOURCE_END);
    source->ops->reclaim(source, &lease);
    source->ops->close(source);
    (void)close(fd);
    made_free(&made);
}

Test(source_file, each_interface_has_the_filter_of_its_link_type)
{
    struct made made = {0};
    made_shb(&made);
    made_idb(&made, 1, 0, NULL);
    made_idb(&made, 101, 0, NULL);
    made_idb(&made, 1, 100, NULL);
    char path[64];
    int fd = made_memfd(&made, made.n, path);
    struct weir_source_config config = plain;
    config.filter = "ip proto 17";
    struct weir_source *source;
    struct weir_err err;
    cr_assert_eq(weir_file_source_open(&source, path, &config, &err), 0);
    struct weir_lease lease;
    cr_assert_eq(source->ops->next(source, &lease, &err), WEIR_SOURCE_END);
    const struct weir_iface *at = source->ifaces->at;
    cr_assert_eq(weir_ifaces_count(source->ifaces), 3);
    cr_assert_str_eq(source->ifaces->at[0].filter_text, "ip proto 17");
    cr_assert_eq(at[0].filter, at[2].filter);
    cr_assert_neq(at[0].filter, at[1].filter);
    uint8_t ip[20] = {0x45, [9] = 17};
    cr_assert(weir_filter_match(at[1].filter, ip, 20, 20));
    cr_assert(!weir_filter_match(at[0].filter, ip, 20, 20));
    source->ops->close(source);

    config.filter = "tcp prot 80";
    cr_assert_eq(weir_file_source_open(&source, path, &config, &err), -EINVAL);
    cr_assert_not_null(strstr(err.text, "filter 'tcp prot 80': syntax error"));
    (void)close(fd);
    /* Of a file without interfaces too. */
    made.n = 28;
    fd = made_memfd(&made, made.n, path);
    cr_assert_eq(weir_file_source_open(&source, path, &config, &err), -EINVAL);
    config.filter = "";
    cr_assert_eq(weir_file_source_open(&source, path, &config, &err), 0);
    cr_assert_null(source->ifaces->at[0].filter_text);
    source->ops->close(source);
    (void)close(fd);
    made_free(&made);
}

/* A pipe that is fed in pieces of every size: nothing waits in us that is
 * whole, and next says WAIT when there is nothing. */
Test(source_file, a_stream_in_odd_pieces)
{
    for (int format = 0; format < 2; format++) {
        struct made made = {.swapped = true};
        if (format == 0) {
            made_pcap(&made, US, 4, 0, 1);
        } else {
            made_shb(&made);
            made_idb(&made, 1, 0, NULL);
        }
        const size_t head = made.n;
        size_t ends[60];
        for (uint32_t i = 0; i < 60; i++) {
            if (format == 0)
                made_record(&made, i, 0, made_frame(i, 500), i * 7, 500);
            else
                made_epb(&made, 0, i * UINT64_C(1000000), made_frame(i, 500),
                         i * 7, 500, NULL);
            ends[i] = made.n;
        }
        struct seen all;
        cr_assert_eq(seen_made(&all, &made, made.n, 8192), WEIR_SOURCE_END);
        for (size_t piece = 1; piece < 1200; piece = piece * 2 + 1) {
            int fds[2];
            cr_assert_eq(pipe(fds), 0);
            cr_assert_eq(write(fds[1], made.bytes, head), (ssize_t)head);
            char path[64];
            (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fds[0]);
            struct weir_source *source;
            struct seen seen = {0};
            int rc = weir_file_source_open(&source, path, &plain, &seen.err);
            cr_assert_eq(rc, 0, "%s", seen.err.text);
            cr_assert_geq(source->fd, 0);
            cr_assert_eq(seen_source(&seen, source, 3), WEIR_SOURCE_WAIT);
            for (size_t at = head; at < made.n; at += piece) {
                size_t n = made.n - at < piece ? made.n - at : piece;
                cr_assert_eq(write(fds[1], made.bytes + at, n), (ssize_t)n);
                cr_assert_eq(seen_source(&seen, source, 3), WEIR_SOURCE_WAIT);
                size_t whole = 0;
                while (whole < 60 && ends[whole] <= at + n)
                    whole++;
                cr_assert_eq(seen.count, whole);
            }
            (void)close(fds[1]);
            cr_assert_eq(seen_source(&seen, source, 3), WEIR_SOURCE_END);
            cr_assert(seen_same(&seen, &all));
            seen_free(&seen);
            source->ops->close(source);
            (void)close(fds[0]);
        }
        seen_free(&all);
        made_free(&made);
    }
}

Test(source_file, a_stream_that_breaks_off_is_truncated)
{
    struct made made = {0};
    made_pcap(&made, US, 4, 0, 1);
    made_record(&made, 1, 0, made_frame(0, 60), 60, 60);
    int fds[2];
    cr_assert_eq(pipe(fds), 0);
    cr_assert_eq(write(fds[1], made.bytes, made.n - 1), (ssize_t)made.n - 1);
    (void)close(fds[1]);
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fds[0]);
    struct weir_source *source;
    struct seen seen = {0};
    cr_assert_eq(weir_file_source_open(&source, path, &plain, NULL), 0);
    cr_assert_eq(seen_source(&seen, source, 1), -EBADMSG);
    cr_assert_not_null(strstr(seen.err.text, "the file has 75 of its 76"));
    cr_assert_eq(seen_source(&seen, source, 1), -EBADMSG);
    source->ops->close(source);
    (void)close(fds[0]);
    made_free(&made);
}

/* Criterion runs each test in a process of its own, so standard input may be
 * replaced. */
Test(source_file, standard_input_is_a_file_or_a_stream)
{
    struct made made = {0};
    made_bytes(&made, "before", 6);
    made_pcap(&made, US, 4, 0, 1);
    made_record(&made, 1, 0, made_frame(0, 60), 60, 60);
    made_bytes(&made, "x", 1);
    char path[64];
    int fd = made_memfd(&made, made.n, path);
    cr_assert_eq(lseek(fd, 6, SEEK_SET), 6);
    cr_assert_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    struct weir_source *source;
    struct seen seen = {0};
    cr_assert_eq(weir_file_source_open(&source, "-", &plain, NULL), 0);
    cr_assert_eq(source->fd, -1);
    cr_assert_eq(seen_source(&seen, source, 1), -EBADMSG);
    cr_assert_eq(seen.count, 1);
    cr_assert_str_eq(seen.err.text,
                     "standard input: cut off in the record at offset 106 "
                     "(frame 2): the file has 1 of its 16 bytes");
    source->ops->close(source);
    cr_assert_neq(fcntl(STDIN_FILENO, F_GETFD), -1);
    seen_free(&seen);
    (void)close(fd);
    made_free(&made);
}

/* Whatever the bytes are: it ends, and what it gives is what it counted
 * (seen_source asserts that). */
Test(source_file, random_damage)
{
    const unsigned seed = 20240817;
    (void)fprintf(stderr, "seed %u\n", seed);
    unsigned state = seed;
    for (int round = 0; round < 3000; round++) {
        struct made made = {.swapped = round % 2 != 0};
        if (round % 4 < 2) {
            made_pcap(&made, US, (uint16_t)(round % 5), 0, 1);
        } else {
            made_shb(&made);
            made_idb(&made, 1, 0, NULL);
        }
        for (uint32_t i = 0; i < 20; i++) {
            if (round % 4 < 2)
                made_record(&made, i, i, made_frame(i, 90), 90 - i, 90);
            else
                made_epb(&made, 0, i, made_frame(i, 90), 90 - i, 90, NULL);
        }
        const int faults = 1 + rand_r(&state) % 4;
        for (int i = 0; i < faults; i++) {
            size_t at = (size_t)rand_r(&state) % made.n;
            made.bytes[at] = (uint8_t)rand_r(&state);
        }
        struct seen seen;
        int rc = seen_made(&seen, &made, made.n, 4096);
        cr_assert(rc == WEIR_SOURCE_END || rc == -EBADMSG);
        seen_free(&seen);
        made_free(&made);
    }
}

/* A second reader that is not ours. */
static void same_as_libpcap(const struct made *made)
{
    struct seen seen;
    cr_assert_eq(seen_made(&seen, made, made->n, 8192), WEIR_SOURCE_END);
    char path[64];
    int fd = made_memfd(made, made->n, path);
    char text[PCAP_ERRBUF_SIZE];
    pcap_t *pcap = pcap_open_offline_with_tstamp_precision(
        path, PCAP_TSTAMP_PRECISION_NANO, text);
    cr_assert_not_null(pcap, "%s", text);
    struct pcap_pkthdr *header;
    const u_char *data;
    size_t i = 0;
    int rc;
    while ((rc = pcap_next_ex(pcap, &header, &data)) == 1) {
        cr_assert_lt(i, seen.count);
        const struct seen_frame *f = &seen.frames[i++];
        cr_assert_eq(f->caplen, header->caplen);
        cr_assert_eq(f->len, header->len);
        /* libpcap makes up a time for what has none. */
        if ((f->flags & WEIR_FRAME_NO_TIME) == 0)
            cr_assert_eq(f->time_ns, header->ts.tv_sec * INT64_C(1000000000) +
                                         header->ts.tv_usec);
        cr_assert_eq(memcmp(seen.bytes.bytes + f->data, data, f->caplen), 0);
    }
    cr_assert_eq(rc, PCAP_ERROR_BREAK, "%s", pcap_geterr(pcap));
    cr_assert_eq(i, seen.count);
    pcap_close(pcap);
    (void)close(fd);
    seen_free(&seen);
}

Test(source_file, pcap_frames_are_those_of_libpcap)
{
    static const uint32_t magics[] = {US, 0xa1b23c4d, 0xa1b2cd34};
    for (int variant = 0; variant < 30; variant++) {
        struct made made = {.swapped = variant % 2 != 0};
        const uint32_t magic = magics[variant / 10];
        made_pcap(&made, magic, (uint16_t)(variant / 2 % 5), 400, 1);
        for (uint32_t i = 0; i < 200; i++) {
            const uint32_t n = i * 31 % 400;
            made_32(&made, 1700000000 + i);
            made_32(&made, i * 997 % 1000000);
            /* 2.3 and before: either order of the same number. */
            made_32(&made, n);
            made_32(&made, variant / 2 % 5 < 3 ? n : n + i);
            made_zeros(&made, magic == 0xa1b2cd34 ? 8 : 0);
            made_bytes(&made, made_frame(i, n), n);
        }
        same_as_libpcap(&made);
        made_free(&made);
    }
}

Test(source_file, pcapng_frames_are_those_of_libpcap)
{
    static const uint8_t resolutions[] = {0, 3, 6, 9, 12, 0x80 | 10, 0x80 | 20};
    for (int variant = 0; variant < 14; variant++) {
        struct made made = {.swapped = variant % 2 != 0};
        struct made options = {.swapped = made.swapped};
        made_option(&options, WEIR_PCAPNG_IF_TSRESOL, &resolutions[variant / 2],
                    1);
        made_16(&options, WEIR_PCAPNG_IF_TSOFFSET);
        made_16(&options, 8);
        made_64(&options, 3600);
        for (uint32_t section = 0; section < 3; section++) {
            made_shb(&made);
            made_idb(&made, 1, 400, &options);
            made_block(&made, 0xabc, made_frame(0, 100), 100);
            for (uint32_t i = 0; i < 100; i++) {
                const uint32_t n = i * 31 % 400;
                if (i % 10 == 9)
                    made_spb(&made, made_frame(i, n), n, n);
                else if (i % 10 == 8)
                    made_pb(&made, 0, UINT64_C(1009) * i, made_frame(i, n), n,
                            n + i);
                else
                    made_epb(&made, 0, i * UINT64_C(1000003), made_frame(i, n),
                             n, n + i, NULL);
            }
        }
        same_as_libpcap(&made);
        made_free(&options);
        made_free(&made);
    }
}
