/* The file source on pcapng files: sections, interfaces, blocks. */

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/pcapng.h"
#include "capture/source_file.h"
#include "tests/capture/file_rig.h"

#define BLOCK_BIG   (1u << 20)
#define BLOCK_SMALL 4096u

static void expect(struct seen *seen, const struct made *made, size_t count)
{
    int rc = seen_made(seen, made, made->n, BLOCK_BIG);
    cr_assert_eq(rc, WEIR_SOURCE_END, "%s", seen->err.text);
    cr_assert_eq(seen->count, count);
}

static void expect_error(const struct made *made, size_t count,
                         const char *said)
{
    struct seen seen;
    cr_assert_eq(seen_made(&seen, made, made->n, BLOCK_SMALL), -EBADMSG);
    cr_assert_eq(seen.count, count);
    cr_assert_not_null(strstr(seen.err.text, said), "%s", seen.err.text);
    seen_free(&seen);
}

static void idb_named(struct made *made, const char *name, uint16_t linktype,
                      uint8_t tsresol)
{
    struct made options = {.swapped = made->swapped};
    made_option(&options, WEIR_PCAPNG_IF_NAME, name, (uint16_t)strlen(name));
    made_option(&options, WEIR_PCAPNG_IF_TSRESOL, &tsresol, 1);
    made_option(&options, WEIR_PCAPNG_OPT_END, NULL, 0);
    made_idb(made, linktype, 262144, &options);
    made_free(&options);
}

/* A section with everything in it; 6 frames. */
static void add_section(struct made *made)
{
    made_shb(made);
    made_block(made, 0x0bad, made_frame(1, 200), 200);
    idb_named(made, "eth0", 1, 9);
    struct made options = {.swapped = made->swapped};
    made_option(&options, WEIR_PCAPNG_OPT_COMMENT, "why", 3);
    uint32_t flags = made->swapped ? __builtin_bswap32(2) : 2;
    made_option(&options, WEIR_PCAPNG_EPB_FLAGS, &flags, 4);
    made_epb(made, 0, 5000000001, made_frame(0, 60), 60, 90, &options);
    made_free(&options);
    made_epb(made, 0, 5000000002, made_frame(1, 0), 0, 90, NULL);
    made_block(made, WEIR_PCAPNG_NRB, made_frame(2, 50), 50);
    made_spb(made, made_frame(2, 61), 61, 61);
    idb_named(made, "tun0", 101, 6);
    made_epb(made, 1, 7000001, made_frame(3, 62), 62, 62, NULL);
    made_pb(made, 1, 7000002, made_frame(4, 63), 63, 1514);
    made_epb(made, 0, 5000000003, made_frame(5, 64), 64, 64, NULL);
    made_block(made, WEIR_PCAPNG_ISB, made_frame(6, 20), 20);
}

static void check_section(const struct seen *seen, size_t at)
{
    static const struct seen_frame frames[] = {
        {5000000001, 60, 90, 0, WEIR_FRAME_OUTBOUND, 0},
        {5000000002, 0, 90, 0, 0, 0},
        {0, 61, 61, 0, WEIR_FRAME_NO_TIME, 0},
        {7000001000, 62, 62, 1, 0, 0},
        {7000002000, 63, 1514, 1, 0, 0},
        {5000000003, 64, 64, 0, 0, 0},
    };
    for (uint32_t i = 0; i < 6; i++) {
        const struct seen_frame *f = &seen->frames[at + i];
        cr_assert_eq(f->time_ns, frames[i].time_ns);
        cr_assert_eq(f->caplen, frames[i].caplen);
        cr_assert_eq(f->len, frames[i].len);
        cr_assert_eq(f->iface, frames[i].iface);
        cr_assert_eq(f->flags, frames[i].flags);
        cr_assert_eq(memcmp(seen->bytes.bytes + f->data,
                            made_frame(i, f->caplen), f->caplen),
                     0);
    }
}

Test(file_pcapng, sections_of_both_orders_share_their_interfaces)
{
    struct made made = {0};
    for (int i = 0; i < 10; i++) {
        made.swapped = i % 3 == 1;
        add_section(&made);
    }
    struct seen seen;
    expect(&seen, &made, 60);
    for (size_t i = 0; i < 10; i++)
        check_section(&seen, i * 6);
    cr_assert_eq(seen.ifaces_count, 2);
    cr_assert_str_eq(seen.ifaces[0].name, "eth0");
    cr_assert_eq(seen.ifaces[0].tsresol, 9);
    cr_assert_str_eq(seen.ifaces[1].name, "tun0");
    cr_assert_eq(seen.ifaces[1].linktype, 101);
    seen_free(&seen);
    made_free(&made);
}

Test(file_pcapng, two_interfaces_of_one_section_are_two)
{
    struct made made = {0};
    for (uint32_t section = 0; section < 3; section++) {
        made_shb(&made);
        made_idb(&made, 1, 0, NULL);
        made_idb(&made, 1, 0, NULL);
        made_epb(&made, 1, 1, made_frame(0, 60), 60, 60, NULL);
        idb_named(&made, section == 2 ? "b" : "a", 1, 6);
        made_epb(&made, 2, 1, made_frame(0, 60), 60, 60, NULL);
    }
    struct seen seen;
    expect(&seen, &made, 6);
    cr_assert_eq(seen.ifaces_count, 4);
    static const uint16_t numbers[] = {1, 2, 1, 2, 1, 3};
    for (size_t i = 0; i < 6; i++)
        cr_assert_eq(seen.frames[i].iface, numbers[i]);
    seen_free(&seen);
    made_free(&made);
}

Test(file_pcapng, no_interface_and_no_frame_is_a_valid_file)
{
    struct made made = {.swapped = true};
    made_shb(&made);
    struct seen seen;
    expect(&seen, &made, 0);
    cr_assert_eq(seen.ifaces_count, 0);
    seen_free(&seen);
    made_block(&made, 77, NULL, 0);
    made_shb(&made);
    expect(&seen, &made, 0);
    seen_free(&seen);
    made_idb(&made, 1, 0, NULL);
    expect(&seen, &made, 0);
    cr_assert_eq(seen.ifaces_count, 1);
    seen_free(&seen);
    made_free(&made);
}

Test(file_pcapng, a_simple_packet_ends_at_the_snapshot_length)
{
    struct made made = {0};
    made_shb(&made);
    made_idb(&made, 1, 50, NULL);
    made_spb(&made, made_frame(0, 50), 50, 1000); /* padded to 52 */
    made_spb(&made, made_frame(0, 10), 10, 10);
    made_spb(&made, made_frame(0, 60), 60, 60);
    struct seen seen;
    expect(&seen, &made, 3);
    cr_assert_eq(seen.frames[0].caplen, 50);
    cr_assert_eq(seen.frames[0].len, 1000);
    cr_assert_eq(seen.frames[1].caplen, 10);
    cr_assert_eq(seen.frames[2].caplen, 50);
    seen_free(&seen);
    made_free(&made);
}

/* Unknown blocks of any length, larger than all our memory too. */
Test(file_pcapng, unknown_blocks_are_passed_over_unread)
{
    static const uint32_t sizes[] = {0,    4,    4000, 4064,  4068,
                                     4072, 4076, 4080, 4084,  4088,
                                     4092, 4096, 9000, 250000};
    struct made made = {.swapped = true};
    made_shb(&made);
    made_idb(&made, 1, 0, NULL);
    for (uint32_t i = 0; i < 14; i++) {
        made_block(&made, 0x80000001, made_frame(i, sizes[i]), sizes[i]);
        made_epb(&made, 0, i, made_frame(i, 60), 60, 60, NULL);
    }
    struct seen small, big;
    expect(&big, &made, 14);
    cr_assert_eq(seen_made(&small, &made, made.n, BLOCK_SMALL),
                 WEIR_SOURCE_END);
    cr_assert(seen_same(&small, &big));
    seen_free(&small);
    seen_free(&big);
    made_free(&made);
}

Test(file_pcapng, records_across_a_block_border_at_every_offset)
{
    for (uint32_t shift = 0; shift < 400; shift += 4) {
        struct made made = {0};
        made_shb(&made);
        made_block(&made, 9, made_frame(0, shift), shift);
        for (int i = 0; i < 12; i++) {
            made.swapped = i % 2 != 0;
            add_section(&made);
        }
        struct seen small, big;
        expect(&big, &made, 72);
        cr_assert_eq(seen_made(&small, &made, made.n, BLOCK_SMALL),
                     WEIR_SOURCE_END);
        cr_assert(seen_same(&small, &big));
        seen_free(&small);
        seen_free(&big);
        made_free(&made);
    }
}

/* The frames that are whole come out, whatever is cut off. */
Test(file_pcapng, every_truncation)
{
    struct made made = {0};
    add_section(&made);
    made.swapped = true;
    add_section(&made);
    struct seen all;
    expect(&all, &made, 12);
    size_t before = 0;
    size_t ends = 0;
    for (size_t n = 0; n < made.n; n++) {
        struct seen seen;
        int rc = seen_made(&seen, &made, n, BLOCK_SMALL);
        ends += rc == WEIR_SOURCE_END;
        cr_assert(rc == WEIR_SOURCE_END || rc == -EBADMSG);
        cr_assert(seen.count == before || seen.count == before + 1);
        before = seen.count;
        if (seen.bytes.n > 0)
            cr_assert_eq(
                memcmp(seen.bytes.bytes, all.bytes.bytes, seen.bytes.n), 0);
        seen_free(&seen);
    }
    cr_assert_eq(before, 12);
    /* Behind each block but the last. */
    cr_assert_eq(ends, 2 * 12 - 1);
    seen_free(&all);
    made_free(&made);
}

Test(file_pcapng, a_lease_has_no_more_frames_than_its_bound)
{
    struct made made = {0};
    made_shb(&made);
    made_idb(&made, 1, 0, NULL);
    for (uint32_t i = 0; i < 2 * WEIR_LEASE_FRAMES_MAX; i++)
        made_spb(&made, NULL, 0, 0);
    struct seen seen;
    expect(&seen, &made, (size_t)2 * WEIR_LEASE_FRAMES_MAX);
    cr_assert_eq(seen.lease_frames_max, WEIR_LEASE_FRAMES_MAX);
    cr_assert_eq(seen.leases, 2);
    seen_free(&seen);
    made_free(&made);
}

Test(file_pcapng, interfaces_have_a_bound)
{
    struct made made = {0};
    made_shb(&made);
    for (uint32_t i = 0; i < WEIR_IFACES_MAX; i++) {
        made_idb(&made, 1, 0, NULL);
        made_epb(&made, i, i, made_frame(i, 4), 4, 4, NULL);
    }
    struct seen seen;
    expect(&seen, &made, WEIR_IFACES_MAX);
    cr_assert_eq(seen.ifaces_count, WEIR_IFACES_MAX);
    cr_assert_eq(seen.frames[1023].iface, 1023);
    seen_free(&seen);
    made_idb(&made, 1, 0, NULL);
    expect_error(&made, WEIR_IFACES_MAX, "more than 1024 interfaces");
    made_free(&made);
}

/* A file in which every section takes a lease of its own. */
Test(file_pcapng, many_sections_in_one_block)
{
    struct made made = {0};
    for (uint32_t i = 0; i < 3000; i++) {
        made.swapped = i % 2 != 0;
        made_shb(&made);
        made_idb(&made, (uint16_t)(i % 900), 0, NULL);
        made_epb(&made, 0, i, made_frame(i, 8), 8, 8, NULL);
    }
    struct seen seen;
    expect(&seen, &made, 3000);
    cr_assert_eq(seen.leases, 3000);
    cr_assert_eq(seen.ifaces_count, 900);
    for (uint32_t i = 0; i < 3000; i++) {
        cr_assert_eq(seen.frames[i].iface, i % 900);
        cr_assert_eq(seen.frames[i].time_ns, INT64_C(1000) * i);
    }
    seen_free(&seen);
    made_free(&made);
}

Test(file_pcapng, broken_blocks_are_named)
{
    struct made good = {0};
    made_shb(&good);
    made_idb(&good, 1, 0, NULL);
    made_epb(&good, 0, 1, made_frame(0, 60), 60, 60, NULL);
    const size_t at = good.n;
    made_epb(&good, 0, 1, made_frame(0, 60), 60, 60, NULL);

    static const struct {
        uint32_t offset; /* in the second frame's block */
        uint32_t value;
        const char *said;
    } faults[] = {
        {4, 0, "(frame 2): a block of 0 bytes is impossible"},
        {4, 11, "a block of 11 bytes is impossible"},
        {4, UINT32_MAX, "a block of 4294967295 bytes is impossible"},
        {4, UINT32_MAX - 3, "a block of 4294967292 bytes does not fit"},
        {4, 88, "the two lengths of a block differ"},
        {88, 88, "the two lengths of a block differ"},
        {8, 1, "the frame is of interface 1, and 1 are declared"},
        {8, UINT32_MAX, "the frame is of interface 4294967295"},
        {20, 61, "the frame is longer than its block of 92 bytes"},
        {20, UINT32_MAX, "the frame is longer than its block"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct made made = {0};
        made_bytes(&made, good.bytes, good.n);
        memcpy(made.bytes + at + faults[i].offset, &faults[i].value, 4);
        expect_error(&made, 1, faults[i].said);
        made_free(&made);
    }
    made_free(&good);
}

Test(file_pcapng, broken_sections_and_interfaces_are_named)
{
    struct made made = {0};
    made_shb(&made);
    made_epb(&made, 0, 1, made_frame(0, 60), 60, 60, NULL);
    expect_error(&made, 0, "the frame is of interface 0, and 0 are declared");
    made.n = 0;
    add_section(&made);
    const size_t at = made.n;
    made_shb(&made);
    made.bytes[at + 8] ^= 0xff;
    expect_error(&made, 6, "a section header has no byte order");
    made.bytes[at + 8] ^= 0xff;
    made.bytes[at + 12] = 7;
    expect_error(&made, 6, "version 7.0 of pcapng is not supported");
    made.n = at;
    made_block(&made, WEIR_PCAPNG_IDB, "\1\0\0\0", 4);
    expect_error(&made, 6, "a broken interface description: it is too short");
    made.n = at;
    made_idb(&made, 1, 0, NULL);
    made.bytes[made.n - 1] = 1;
    expect_error(&made, 6, "the two lengths of a block differ");
    made_free(&made);
}

/* Some writers' lengths leave the padding out. */
Test(file_pcapng, lengths_without_the_padding)
{
    struct made made = {0};
    made_shb(&made);
    made_idb(&made, 1, 0, NULL);
    for (uint32_t i = 0; i < 3; i++) {
        const size_t at = made.n;
        made_epb(&made, 0, i, made_frame(i, 61), 61, 61, NULL);
        made.bytes[at + 4] = 93;
        made.bytes[made.n - 4] = 93;
    }
    struct seen seen;
    expect(&seen, &made, 3);
    cr_assert_eq(seen.frames[2].caplen, 61);
    seen_free(&seen);
    made_free(&made);
}
