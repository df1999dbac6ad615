#include "base/pcap_parse.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void put_16(uint8_t *to, uint16_t v, bool swapped)
{
    weir_store_16(to, swapped ? __builtin_bswap16(v) : v);
}

static void put_32(uint8_t *to, uint32_t v, bool swapped)
{
    weir_store_32(to, swapped ? __builtin_bswap32(v) : v);
}

/* Parses an exact-size copy, so that asan sees a read behind it. */
static int parse(struct weir_pcap_header *out, bool swapped, uint32_t magic,
                 uint16_t major, uint16_t minor, uint32_t link)
{
    uint8_t *bytes = calloc(1, WEIR_PCAP_FILE_HEADER_BYTES);
    put_32(bytes, magic, swapped);
    put_16(bytes + 4, major, swapped);
    put_16(bytes + 6, minor, swapped);
    put_32(bytes + 16, 65535, swapped);
    put_32(bytes + 20, link, swapped);
    int rc = weir_pcap_header_parse(out, bytes);
    free(bytes);
    return rc;
}

static struct weir_pcap_record record(const struct weir_pcap_form *form,
                                      uint32_t seconds, uint32_t fraction,
                                      uint32_t first, uint32_t second)
{
    uint8_t *bytes = calloc(1, form->header_bytes);
    put_32(bytes, seconds, form->swapped);
    put_32(bytes + 4, fraction, form->swapped);
    put_32(bytes + 8, first, form->swapped);
    put_32(bytes + 12, second, form->swapped);
    struct weir_pcap_record out;
    weir_pcap_record_parse(form, bytes, &out);
    free(bytes);
    return out;
}

Test(pcap_parse, each_magic_in_both_orders)
{
    static const struct {
        uint32_t magic;
        bool nanoseconds;
        uint8_t header_bytes;
    } known[] = {
        {0xa1b2c3d4, false, 16},
        {0xa1b23c4d, true, 16},
        {0xa1b2cd34, false, 24},
    };
    for (size_t i = 0; i < 6; i++) {
        const bool swapped = i >= 3;
        struct weir_pcap_header header;
        cr_assert_eq(parse(&header, swapped, known[i % 3].magic, 2, 4, 113), 0);
        cr_assert_eq(header.form.swapped, swapped);
        cr_assert_eq(header.form.nanoseconds, known[i % 3].nanoseconds);
        cr_assert_eq(header.form.header_bytes, known[i % 3].header_bytes);
        cr_assert_eq(header.snaplen, 65535);
        cr_assert_eq(header.linktype, 113);
        cr_assert_eq(header.fcs_bytes, 0);

        struct weir_pcap_record r = record(&header.form, 5, 7, 60, 1514);
        cr_assert_eq(r.caplen, 60);
        cr_assert_eq(r.len, 1514);
        cr_assert_eq(r.time_ns, INT64_C(5000000000) +
                                    (known[i % 3].nanoseconds ? 7 : 7000));
    }
}

Test(pcap_parse, what_is_no_pcap_file)
{
    struct weir_pcap_header header;
    static const uint32_t others[] = {0, 0x0a0d0d0a, 0xa1b2c3d5, 0xa12b3c4d};
    for (size_t i = 0; i < 4; i++) {
        uint8_t bytes[4];
        put_32(bytes, others[i], false);
        cr_assert(!weir_pcap_is(bytes));
        cr_assert_eq(parse(&header, false, others[i], 2, 4, 1), -EINVAL);
    }
}

Test(pcap_parse, versions_and_their_orders_of_the_lengths)
{
    struct weir_pcap_header header;
    static const struct {
        uint16_t major, minor;
        uint8_t lengths;
    } known[] = {
        {2, 0, WEIR_PCAP_LENGTHS_LEN_FIRST},
        {2, 2, WEIR_PCAP_LENGTHS_LEN_FIRST},
        {2, 3, WEIR_PCAP_LENGTHS_SMALLER_FIRST},
        {2, 4, WEIR_PCAP_LENGTHS_CAPLEN_FIRST},
        {543, 0, WEIR_PCAP_LENGTHS_LEN_FIRST},
    };
    for (size_t i = 0; i < 5; i++) {
        cr_assert_eq(parse(&header, i % 2 == 0, 0xa1b2c3d4, known[i].major,
                           known[i].minor, 1),
                     0);
        cr_assert_eq(header.form.lengths, known[i].lengths);
        bool len_first = header.form.lengths != WEIR_PCAP_LENGTHS_CAPLEN_FIRST;
        struct weir_pcap_record r = record(
            &header.form, 0, 0, len_first ? 90 : 60, len_first ? 60 : 90);
        cr_assert_eq(r.caplen, 60);
        cr_assert_eq(r.len, 90);
    }
    /* 2.3 in the right order. */
    cr_assert_eq(parse(&header, false, 0xa1b2c3d4, 2, 3, 1), 0);
    cr_assert_eq(record(&header.form, 0, 0, 60, 90).caplen, 60);

    static const uint16_t unknown[][2] = {{1, 2}, {0, 0},   {2, 5},
                                          {3, 0}, {543, 1}, {65535, 65535}};
    for (size_t i = 0; i < 6; i++) {
        cr_assert_eq(
            parse(&header, false, 0xa1b2c3d4, unknown[i][0], unknown[i][1], 1),
            -ENOTSUP);
        cr_assert_eq(header.version_major, unknown[i][0]);
    }
}

Test(pcap_parse, the_link_type_field_carries_the_fcs_length)
{
    struct weir_pcap_header header;
    cr_assert_eq(parse(&header, true, 0xa1b2c3d4, 2, 4, 0x24000001), 0);
    cr_assert_eq(header.linktype, 1);
    cr_assert_eq(header.fcs_bytes, 4);
    /* Without the flag the length says nothing; reserved bits neither. */
    cr_assert_eq(parse(&header, true, 0xa1b2c3d4, 2, 4, 0x23ff0114), 0);
    cr_assert_eq(header.linktype, 0x0114);
    cr_assert_eq(header.fcs_bytes, 0);
}

Test(pcap_parse, times_have_no_sign_and_do_not_overflow)
{
    struct weir_pcap_form form = {.header_bytes = 16};
    cr_assert_eq(record(&form, UINT32_MAX, 999999, 0, 0).time_ns,
                 INT64_C(4294967295999999000));
    cr_assert_eq(record(&form, 0, UINT32_MAX, 0, 0).time_ns,
                 INT64_C(4294967295000));
    form.nanoseconds = true;
    cr_assert_eq(record(&form, UINT32_MAX, UINT32_MAX, 0, 0).time_ns,
                 INT64_C(4294967299294967295));
}

Test(pcap_parse, the_longest_frame_depends_on_the_link_type)
{
    cr_assert_eq(weir_pcap_caplen_max(1), 262144);
    cr_assert_eq(weir_pcap_caplen_max(249), 1048576);
    cr_assert_eq(weir_pcap_caplen_max(231), 134217728);
}
