#include "base/pcapng_parse.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A block that is being put together, in either byte order. */
struct made {
    uint8_t bytes[512];
    uint32_t n;
    bool swapped;
};

static void put_16(struct made *made, uint16_t v)
{
    weir_store_16(made->bytes + made->n,
                  made->swapped ? __builtin_bswap16(v) : v);
    made->n += 2;
}

static void put_32(struct made *made, uint32_t v)
{
    weir_store_32(made->bytes + made->n,
                  made->swapped ? __builtin_bswap32(v) : v);
    made->n += 4;
}

static void put_option(struct made *made, uint16_t code, const void *value,
                       uint16_t bytes)
{
    put_16(made, code);
    put_16(made, bytes);
    memcpy(made->bytes + made->n, value, bytes);
    made->n += (bytes + 3u) & ~3u;
}

static void idb_begin(struct made *made, bool swapped, uint16_t linktype)
{
    *made = (struct made){.swapped = swapped};
    put_32(made, WEIR_PCAPNG_IDB);
    put_32(made, 0);
    put_16(made, linktype);
    put_16(made, 0);
    put_32(made, 262144);
}

/* Closes the block and parses an exact-size copy of it. */
static int idb_parse(struct made *made, struct weir_pcapng_iface *out)
{
    put_32(made, made->n + 4);
    uint8_t *copy = malloc(made->n);
    memcpy(copy, made->bytes, made->n);
    const char *why = NULL;
    int rc = weir_pcapng_iface_parse(out, made->swapped, copy, made->n, &why);
    cr_assert_eq(rc == 0, why == NULL);
    free(copy);
    return rc;
}

static int64_t ns(uint8_t tsresol, int64_t offset_s, uint64_t stamp)
{
    struct weir_pcapng_clock clock = weir_pcapng_clock_make(tsresol, offset_s);
    return weir_pcapng_clock_ns(&clock, stamp);
}

Test(pcapng_parse, every_decimal_resolution)
{
    uint64_t unit = 1;
    for (uint8_t n = 9; n <= 27; n++) {
        cr_assert_eq(ns(n, 0, 7 * unit), 7);
        cr_assert_eq(ns(n, 0, 7 * unit - 1), 6);
        unit *= 10;
    }
    cr_assert_eq(ns(0, 0, 3), INT64_C(3000000000));
    cr_assert_eq(ns(3, 0, 3), 3000000);
    cr_assert_eq(ns(6, 0, 1700000000000001), INT64_C(1700000000000001000));
    cr_assert_eq(ns(9, 0, 1700000000000000001), INT64_C(1700000000000000001));
    cr_assert_eq(ns(12, 0, 1999), 1);
    cr_assert_eq(ns(28, 0, UINT64_MAX), 1);
    cr_assert_eq(ns(29, 0, UINT64_MAX), 0);
    cr_assert_eq(ns(127, 0, UINT64_MAX), 0);
}

Test(pcapng_parse, every_binary_resolution)
{
    cr_assert_eq(ns(0x80, 0, 3), INT64_C(3000000000));
    for (uint8_t n = 1; n <= 63; n++) {
        cr_assert_eq(ns(0x80 | n, 0, UINT64_C(1) << n), 1000000000);
        cr_assert_eq(ns(0x80 | n, 0, UINT64_C(1) << (n - 1)), 500000000);
    }
    cr_assert_eq(ns(0x80 | 64, 0, UINT64_MAX), 999999999);
    cr_assert_eq(ns(0x80 | 127, 0, UINT64_MAX), 0);
    cr_assert_eq(ns(0x80 | 10, 0, 1), 976562);
}

Test(pcapng_parse, times_stay_at_the_ends)
{
    cr_assert_eq(ns(0, 0, UINT64_MAX), INT64_MAX);
    cr_assert_eq(ns(9, 0, UINT64_MAX), INT64_MAX);
    cr_assert_eq(ns(9, 0, INT64_MAX), INT64_MAX);
    cr_assert_eq(ns(9, 0, (uint64_t)INT64_MAX + 1), INT64_MAX);
    cr_assert_eq(ns(6, INT64_MAX, 0), INT64_MAX);
    cr_assert_eq(ns(6, INT64_MIN, 0), INT64_MIN);
    cr_assert_eq(ns(0x81, INT64_MIN, UINT64_MAX), -500000000);
    cr_assert_eq(ns(6, 10, 5), INT64_C(10000005000));
    cr_assert_eq(ns(6, -10, 5), INT64_C(-9999995000));
    /* In the range again, only together. */
    cr_assert_eq(ns(0, -10000000000, 10000000001), 1000000000);
}

Test(pcapng_parse, interface_options)
{
    for (int swapped = 0; swapped < 2; swapped++) {
        struct made made;
        struct weir_pcapng_iface iface;
        idb_begin(&made, swapped, 276);
        cr_assert_eq(idb_parse(&made, &iface), 0);
        cr_assert_eq(iface.linktype, 276);
        cr_assert_eq(iface.snaplen, 262144);
        cr_assert_eq(iface.tsresol, 6);
        cr_assert_str_eq(iface.name, "");

        idb_begin(&made, swapped, 1);
        uint8_t offset[8] = {0};
        offset[swapped ? 7 : 0] = 100;
        put_option(&made, WEIR_PCAPNG_OPT_COMMENT, "hello", 5);
        put_option(&made, WEIR_PCAPNG_IF_NAME, "eth\x1b[0", 6);
        put_option(&made, WEIR_PCAPNG_IF_TSRESOL, "\x09", 1);
        put_option(&made, WEIR_PCAPNG_IF_TSOFFSET, offset, 8);
        put_option(&made, WEIR_PCAPNG_IF_FCSLEN, "\x04", 1);
        put_option(&made, WEIR_PCAPNG_OPT_END, "", 0);
        put_option(&made, WEIR_PCAPNG_IF_TSRESOL, "\x03", 1);
        cr_assert_eq(idb_parse(&made, &iface), 0);
        cr_assert_str_eq(iface.name, "eth?[0");
        cr_assert_eq(iface.tsresol, 9);
        cr_assert_eq(iface.fcs_bytes, 4);
        cr_assert_eq(weir_pcapng_clock_ns(&iface.clock, 5),
                     INT64_C(100000000005));
    }
}

Test(pcapng_parse, long_names_end_at_a_whole_character)
{
    struct made made;
    struct weir_pcapng_iface iface;
    char name[80];
    memset(name, 'x', sizeof name);
    idb_begin(&made, false, 1);
    put_option(&made, WEIR_PCAPNG_IF_NAME, name, 80);
    cr_assert_eq(idb_parse(&made, &iface), 0);
    cr_assert_eq(strlen(iface.name), 63);

    name[61] = (char)0xe2; /* EURO SIGN */
    name[62] = (char)0x82;
    name[63] = (char)0xac;
    idb_begin(&made, false, 1);
    put_option(&made, WEIR_PCAPNG_IF_NAME, name, 80);
    cr_assert_eq(idb_parse(&made, &iface), 0);
    cr_assert_eq(strlen(iface.name), 61);
    memset(name, 0x80, sizeof name);
    idb_begin(&made, false, 1);
    put_option(&made, WEIR_PCAPNG_IF_NAME, name, 80);
    cr_assert_eq(idb_parse(&made, &iface), 0);
    cr_assert_str_eq(iface.name, "");
}

Test(pcapng_parse, broken_interface_descriptions)
{
    struct made made;
    struct weir_pcapng_iface iface;
    idb_begin(&made, false, 1);
    put_option(&made, WEIR_PCAPNG_IF_TSRESOL, "\x09\x09", 2);
    cr_assert_eq(idb_parse(&made, &iface), -EINVAL);
    idb_begin(&made, false, 1);
    put_option(&made, WEIR_PCAPNG_IF_TSOFFSET, "\0\0\0\0", 4);
    cr_assert_eq(idb_parse(&made, &iface), -EINVAL);
    for (uint16_t bytes = 1; bytes != 0; bytes = (uint16_t)(bytes * 2)) {
        idb_begin(&made, false, 1);
        put_16(&made, WEIR_PCAPNG_OPT_COMMENT);
        put_16(&made, bytes);
        cr_assert_eq(idb_parse(&made, &iface), -EINVAL);
    }
    for (uint32_t cut = 12; cut < 20; cut += 4) {
        idb_begin(&made, false, 1);
        made.n = cut - 4;
        cr_assert_eq(idb_parse(&made, &iface), -EINVAL);
    }
}

Test(pcapng_parse, sections)
{
    for (int swapped = 0; swapped < 2; swapped++) {
        struct made made = {.swapped = swapped};
        put_32(&made, WEIR_PCAPNG_SHB);
        put_32(&made, 28);
        put_32(&made, WEIR_PCAPNG_BYTE_ORDER_MAGIC);
        put_16(&made, 1);
        put_16(&made, 0);
        struct weir_pcapng_section section;
        cr_assert_eq(weir_pcapng_section_parse(&section, made.bytes), 0);
        cr_assert_eq(section.swapped, swapped);
        made.bytes[swapped ? 15 : 14] = 2;
        cr_assert_eq(weir_pcapng_section_parse(&section, made.bytes), 0);
        made.bytes[swapped ? 15 : 14] = 3;
        cr_assert_eq(weir_pcapng_section_parse(&section, made.bytes), -ENOTSUP);
        made.bytes[8] ^= 1;
        cr_assert_eq(weir_pcapng_section_parse(&section, made.bytes), -EINVAL);
    }
}

/* A packet block of each kind, at every block length and captured length. */
Test(pcapng_parse, a_frame_is_never_longer_than_its_block)
{
    static const uint32_t types[] = {WEIR_PCAPNG_EPB, WEIR_PCAPNG_PB,
                                     WEIR_PCAPNG_SPB};
    for (int kind = 0; kind < 6; kind++) {
        const uint32_t type = types[kind / 2];
        const bool swapped = kind % 2 != 0;
        const uint32_t fixed = type == WEIR_PCAPNG_SPB ? 12 : 28;
        for (uint32_t bytes = 12; bytes < 64; bytes += 4) {
            for (uint32_t caplen = 0; caplen < 70; caplen++) {
                struct made made = {.swapped = swapped};
                made.n = type == WEIR_PCAPNG_SPB ? 8 : 20;
                put_32(&made, caplen == 69 ? UINT32_MAX : caplen);
                uint8_t *copy = malloc(bytes);
                memcpy(copy, made.bytes, bytes);
                struct weir_pcapng_packet said;
                bool ok =
                    weir_pcapng_packet_parse(&said, swapped, type, copy, bytes);
                bool has_room =
                    bytes >= fixed + 4 &&
                    (type == WEIR_PCAPNG_SPB || caplen <= bytes - fixed - 4);
                cr_assert_eq(ok, has_room);
                if (ok) {
                    cr_assert_leq(said.data + said.caplen, bytes - 4);
                    cr_assert_leq(said.options, bytes - 4);
                    cr_assert_geq(said.options, said.data + said.caplen);
                }
                free(copy);
            }
        }
    }
}

Test(pcapng_parse, flags_among_other_options)
{
    struct made made = {.swapped = true};
    put_option(&made, WEIR_PCAPNG_OPT_COMMENT, "abc", 3);
    made.bytes[made.n + 7] = 2;
    put_option(&made, WEIR_PCAPNG_EPB_FLAGS, made.bytes + made.n + 4, 4);
    for (uint32_t n = 0; n <= made.n; n++) {
        uint8_t *copy = malloc(n > 0 ? n : 1);
        memcpy(copy, made.bytes, n);
        uint32_t flags = weir_pcapng_packet_flags(true, copy, n);
        cr_assert_eq(flags, n == made.n ? 2 : 0);
        free(copy);
    }
}
