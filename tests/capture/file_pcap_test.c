/* The file source on pcap files: every variant, every cut, every border. */

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "capture/source_file.h"
#include "tests/capture/file_rig.h"

#define BLOCK_BIG   (1u << 20)
#define BLOCK_SMALL 4096u
#define US          0xa1b2c3d4
#define NS          0xa1b23c4d
#define MODIFIED    0xa1b2cd34

/* n frames of mixed sizes.  Returns where each record ends. */
static void add_frames(struct made *made, uint32_t n, uint32_t extra_header,
                       size_t *ends)
{
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t caplen = i * 37 % 101;
        made_32(made, 1000 + i);
        made_32(made, i);
        made_32(made, caplen);
        made_32(made, caplen + i);
        made_zeros(made, extra_header);
        made_bytes(made, made_frame(i, caplen), caplen);
        if (ends != NULL)
            ends[i] = made->n;
    }
}

Test(file_pcap, every_variant_gives_the_same_frames)
{
    for (int variant = 0; variant < 6; variant++) {
        const uint32_t magics[] = {US, NS, MODIFIED};
        const uint32_t magic = magics[variant / 2];
        struct made made = {.swapped = variant % 2 != 0};
        made_pcap(&made, magic, 4, 65535, 1);
        add_frames(&made, 20, magic == MODIFIED ? 8 : 0, NULL);
        struct seen seen;
        cr_assert_eq(seen_made(&seen, &made, made.n, BLOCK_BIG),
                     WEIR_SOURCE_END);
        cr_assert_eq(seen.count, 20);
        cr_assert_eq(seen.ifaces_count, 1);
        cr_assert_eq(seen.ifaces[0].linktype, 1);
        cr_assert_eq(seen.ifaces[0].snaplen, 65535);
        cr_assert_eq(seen.ifaces[0].tsresol, magic == NS ? 9 : 6);
        for (uint32_t i = 0; i < 20; i++) {
            const struct seen_frame *f = &seen.frames[i];
            cr_assert_eq(f->caplen, i * 37 % 101);
            cr_assert_eq(f->len, f->caplen + i);
            cr_assert_eq(f->flags, 0);
            cr_assert_eq(f->iface, 0);
            cr_assert_eq(f->time_ns,
                         (INT64_C(1000) + i) * INT64_C(1000000000) +
                             INT64_C(1) * i * (magic == NS ? 1 : 1000));
            cr_assert_eq(memcmp(seen.bytes.bytes + f->data,
                                made_frame(i, f->caplen), f->caplen),
                         0);
        }
        seen_free(&seen);
        made_free(&made);
    }
}

Test(file_pcap, old_versions_have_the_lengths_the_other_way_round)
{
    struct made made = {0};
    made_pcap(&made, US, 2, 0, 113);
    made_32(&made, 1);
    made_32(&made, 2);
    made_32(&made, 1514);
    made_32(&made, 60);
    made_bytes(&made, made_frame(0, 60), 60);
    struct seen seen;
    cr_assert_eq(seen_made(&seen, &made, made.n, BLOCK_BIG), WEIR_SOURCE_END);
    cr_assert_eq(seen.count, 1);
    cr_assert_eq(seen.frames[0].caplen, 60);
    cr_assert_eq(seen.frames[0].len, 1514);
    cr_assert_eq(seen.ifaces[0].snaplen, 0);
    seen_free(&seen);
    made_free(&made);
}

Test(file_pcap, frames_longer_than_the_snapshot_length_are_whole)
{
    struct made made = {0};
    made_pcap(&made, US, 4, 10, 0x24000001);
    made_record(&made, 1, 1, made_frame(0, 50), 50, 50);
    struct seen seen;
    cr_assert_eq(seen_made(&seen, &made, made.n, BLOCK_BIG), WEIR_SOURCE_END);
    cr_assert_eq(seen.frames[0].caplen, 50);
    cr_assert_eq(seen.ifaces[0].snaplen, 10);
    cr_assert_eq(seen.ifaces[0].fcs_bytes, 4);
    seen_free(&seen);
    made_free(&made);
}

/* Cut off after every byte: the whole frames come out, and the rest is an
 * error unless it is nothing. */
Test(file_pcap, every_truncation)
{
    struct made made = {0};
    size_t ends[8];
    made_pcap(&made, US, 4, 65535, 1);
    add_frames(&made, 8, 0, ends);
    for (size_t n = 0; n <= made.n; n++) {
        struct seen seen;
        int rc = seen_made(&seen, &made, n, BLOCK_SMALL);
        size_t whole = 0;
        while (whole < 8 && ends[whole] <= n)
            whole++;
        const bool at_end = n == 24 || (whole > 0 && ends[whole - 1] == n);
        cr_assert_eq(rc, at_end ? WEIR_SOURCE_END : -EBADMSG, "at %zu", n);
        cr_assert_eq(seen.count, whole, "at %zu", n);
        seen_free(&seen);
    }
    made_free(&made);
}

Test(file_pcap, a_truncated_file_is_told_exactly)
{
    struct made made = {0};
    made_pcap(&made, US, 4, 65535, 1);
    made_record(&made, 1, 1, made_frame(0, 60), 60, 60);
    made_record(&made, 1, 1, made_frame(0, 60), 60, 60);
    struct seen seen;
    cr_assert_eq(seen_made(&seen, &made, made.n - 10, BLOCK_BIG), -EBADMSG);
    cr_assert_not_null(strstr(seen.err.text,
                              ": cut off in the record at offset 100 (frame "
                              "2): the file has 66 of its 76 bytes"));
    seen_free(&seen);
    cr_assert_eq(seen_made(&seen, &made, 110, BLOCK_BIG), -EBADMSG);
    cr_assert_not_null(strstr(seen.err.text,
                              ": cut off in the record at offset 100 (frame "
                              "2): the file has 10 of its 16 bytes"));
    seen_free(&seen);
    made_free(&made);
}

Test(file_pcap, impossible_lengths_end_the_file_behind_the_good_frames)
{
    static const uint32_t lengths[] = {262145, 0x7fffffff, 0x80000000,
                                       UINT32_MAX - 15, UINT32_MAX};
    for (size_t i = 0; i < 5; i++) {
        struct made made = {0};
        made_pcap(&made, US, 4, UINT32_MAX, 1);
        made_record(&made, 1, 1, made_frame(0, 60), 60, 60);
        made_zeros(&made, 8);
        made_32(&made, lengths[i]);
        made_32(&made, lengths[i]);
        made_zeros(&made, 3000);
        struct seen seen;
        cr_assert_eq(seen_made(&seen, &made, made.n, BLOCK_BIG), -EBADMSG);
        cr_assert_eq(seen.count, 1);
        cr_assert_not_null(
            strstr(seen.err.text, ": broken at offset 100 (frame 2): "));
        seen_free(&seen);
        made_free(&made);
    }
}

Test(file_pcap, the_longest_frame_fits)
{
    struct made made = {0};
    made_pcap(&made, US, 4, 262144, 1);
    for (uint32_t i = 0; i < 5; i++)
        made_record(&made, i, 0, made_frame(i, 262144), 262144, 262144);
    struct seen seen;
    cr_assert_eq(seen_made(&seen, &made, made.n, 512 * 1024), WEIR_SOURCE_END);
    cr_assert_eq(seen.count, 5);
    seen_free(&seen);
    made_free(&made);
}

/* The block's border falls on every byte of a record once. */
Test(file_pcap, records_across_a_block_border_at_every_offset)
{
    for (int modified = 0; modified < 2; modified++) {
        for (uint32_t shift = 0; shift < 130; shift++) {
            struct made made = {.swapped = shift % 2 != 0};
            made_pcap(&made, modified ? MODIFIED : US, 4, 65535, 1);
            made_32(&made, 0);
            made_32(&made, 0);
            made_32(&made, shift);
            made_32(&made, shift);
            made_zeros(&made, shift + (modified ? 8 : 0));
            add_frames(&made, 160, modified ? 8 : 0, NULL);
            struct seen small, big;
            cr_assert_eq(seen_made(&small, &made, made.n, BLOCK_SMALL),
                         WEIR_SOURCE_END);
            cr_assert_eq(seen_made(&big, &made, made.n, BLOCK_BIG),
                         WEIR_SOURCE_END);
            cr_assert_eq(big.count, 161);
            cr_assert_gt(small.leases, 2);
            cr_assert_eq(big.leases, 1);
            cr_assert(seen_same(&small, &big));
            seen_free(&small);
            seen_free(&big);
            made_free(&made);
        }
    }
}

Test(file_pcap, a_lease_has_no_more_frames_than_its_bound)
{
    struct made made = {0};
    const uint32_t n = 3 * WEIR_LEASE_FRAMES_MAX + 1;
    made_pcap(&made, US, 4, 65535, 1);
    for (uint32_t i = 0; i < n; i++)
        made_record(&made, i, 0, NULL, 0, 60);
    struct seen seen;
    cr_assert_eq(seen_made(&seen, &made, made.n, BLOCK_BIG), WEIR_SOURCE_END);
    cr_assert_eq(seen.count, n);
    cr_assert_eq(seen.lease_frames_max, WEIR_LEASE_FRAMES_MAX);
    cr_assert_eq(seen.leases, 4);
    for (uint32_t i = 0; i < n; i++)
        cr_assert_eq(seen.frames[i].time_ns, i * INT64_C(1000000000));
    seen_free(&seen);
    made_free(&made);
}
