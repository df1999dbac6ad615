/* Frames without leases are those that leases have. */

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "capture/source_file.h"
#include "tests/capture/file_rig.h"

#define BLOCK_BYTES 4096

static struct made made;

static void teardown(void)
{
    made_free(&made);
}

TestSuite(file_frames, .fini = teardown);

static bool same(const struct seen *seen, size_t i, const struct weir_frame *f)
{
    const struct seen_frame *s = &seen->frames[i];
    return s->time_ns == f->time_ns && s->caplen == f->caplen &&
           s->len == f->len && s->iface == f->iface && s->flags == f->flags &&
           (f->caplen == 0 ||
            memcmp(seen->bytes.bytes + s->data, f->data, f->caplen) == 0);
}

/* The first n bytes, max frames at a time, against the source's leases: the
 * same frames, and the same end with the same words. */
static void compare_with(size_t n, uint32_t max, uint32_t block_bytes)
{
    const struct weir_source_config config = {.leases = 1,
                                              .block_bytes = block_bytes};
    struct weir_frame frames[8];
    struct weir_source *source;
    struct weir_err err = {""};
    struct seen seen;
    char path[64];
    size_t count = 0;
    uint32_t got;
    const int by_leases = seen_made(&seen, &made, n, block_bytes);
    const int fd = made_memfd(&made, n, path);
    int rc = weir_file_source_open(&source, path, &config, &err);
    if (rc == 0) {
        while ((rc = weir_file_source_frames(source, frames, max, &got,
                                             &err)) == WEIR_SOURCE_LEASE) {
            cr_assert(got >= 1 && got <= max);
            for (uint32_t i = 0; i < got; i++, count++)
                cr_assert(count < seen.count && same(&seen, count, &frames[i]),
                          "frame %zu of %zu bytes", count, n);
        }
        cr_assert_eq(got, 0);
        source->ops->close(source);
    }
    cr_assert_eq(rc, by_leases, "%zu bytes: %s", n, err.text);
    cr_assert_eq(count, seen.count);
    /* But for the names, which are of two memory files. */
    if (rc < 0)
        cr_assert_str_eq(strchr(err.text, ':'), strchr(seen.err.text, ':'));
    seen_free(&seen);
    close(fd);
}

static void compare(size_t n, uint32_t max)
{
    compare_with(n, max, BLOCK_BYTES);
}

static void compare_all(void)
{
    for (size_t n = 0; n <= made.n; n++)
        compare(n, 1 + n % 8);
}

static void make_records(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t caplen = i * 97 % 700;
        made_record(&made, i, i, made_frame(i, caplen), caplen, caplen + i);
    }
}

Test(file_frames, pcap_of_each_length)
{
    made_pcap(&made, 0xa1b2c3d4, 4, 0, 1);
    make_records(40);
    compare_all();
}

Test(file_frames, pcap_of_another_machine)
{
    made.swapped = true;
    made_pcap(&made, 0xa1b23c4d, 4, 0, 1);
    make_records(12);
    compare_all();
}

/* What libpcap once wrote: the lengths the other way round. */
Test(file_frames, pcap_of_another_version)
{
    made_pcap(&made, 0xa1b2c3d4, 3, 0, 1);
    make_records(12);
    compare_all();
}

/* A frame that just fits a block, and one that does not. */
Test(file_frames, pcap_of_long_frames)
{
    made_pcap(&made, 0xa1b2c3d4, 4, 0, 1);
    for (uint32_t i = 0; i < 5; i++)
        made_record(&made, i, 0, made_frame(i, BLOCK_BYTES - 16),
                    BLOCK_BYTES - 16, BLOCK_BYTES);
    made_record(&made, 6, 0, made_frame(6, 60), 60, 60);
    made_record(&made, 7, 0, made_frame(7, BLOCK_BYTES - 15), BLOCK_BYTES - 15,
                BLOCK_BYTES);
    for (size_t n = 24; n <= made.n; n += 61)
        compare(n, 3);
    compare(made.n, 8);
}

/* Several reads, into a block in which each can begin where it likes. */
Test(file_frames, pcap_of_several_reads)
{
    made_pcap(&made, 0xa1b2c3d4, 4, 0, 1);
    make_records(2500);
    made_record(&made, 0, 0, made_frame(0, 262144), 262144, 262144);
    make_records(10);
    for (size_t n = made.n; n > made.n - 3000; n -= 499)
        compare_with(n, 8, 266240);
    compare_with(made.n - 262144, 8, 266240);
}

Test(file_frames, pcapng)
{
    for (uint32_t section = 0; section < 3; section++) {
        made_shb(&made);
        made_idb(&made, 1, 0, NULL);
        for (uint32_t i = 0; i < 12; i++)
            made_epb(&made, 0, i, made_frame(i, i * 31), i * 31, i * 31, NULL);
        made_idb(&made, 101, 0, NULL);
        made_epb(&made, 1, 7, made_frame(7, 40), 40, 40, NULL);
    }
    compare_all();
}
