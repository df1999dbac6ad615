#include "sink/encode.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/pcap_encode.h"
#include "base/pcapng_encode.h"
#include "ring/iface.h"
#include "tests/sink/frames.h"

static const uint8_t payload[] = {1, 2, 3, 4, 5, 6, 7};

static struct weir_frame frame_of(int64_t time_ns, uint32_t caplen)
{
    return (struct weir_frame){
        .data = payload, .time_ns = time_ns, .caplen = caplen, .len = caplen};
}

/* Little endian as written here; the host's order on the others. */
#if __BYTE_ORDER == __LITTLE_ENDIAN
Test(encode, pcap_record_is_these_bytes)
{
    struct weir_frame f = frame_of(INT64_C(1700000000123456789), 3);
    f.len = 0x11223344;
    struct weir_ifaces *ifaces = test_ifaces(1, 0);
    struct weir_batch *us = test_batch(WEIR_FORMAT_PCAP, ifaces, &f, 1);
    static const uint8_t want[] = {
        0x00, 0xf1, 0x53, 0x65, 0x40, 0xe2, 0x01, 0x00, 3, 0,
        0,    0,    0x44, 0x33, 0x22, 0x11, 1,    2,    3,
    };
    cr_assert_eq(us->chunk.len, sizeof want);
    cr_assert_arr_eq(us->chunk.bytes, want, sizeof want);
    struct weir_batch *ns = test_batch(WEIR_FORMAT_PCAP_NS, ifaces, &f, 1);
    static const uint8_t fraction[] = {0x15, 0xcd, 0x5b, 0x07};
    cr_assert_arr_eq(ns->chunk.bytes + 4, fraction, 4);
    test_batch_free(us);
    test_batch_free(ns);
    free(ifaces);
}

Test(encode, enhanced_packet_block_is_these_bytes)
{
    struct weir_frame f = frame_of(INT64_C(0x0102030405060708), 5);
    f.len = 9;
    f.iface = 1;
    f.flags = WEIR_FRAME_OUTBOUND;
    struct weir_ifaces *ifaces = test_ifaces(2, 0);
    struct weir_batch *batch = test_batch(WEIR_FORMAT_PCAPNG, ifaces, &f, 1);
    static const uint8_t want[] = {
        6, 0, 0, 0, 52, 0, 0, 0, 1, 0, 0, 0, 4,  3, 2, 1, 8, 7,
        6, 5, 5, 0, 0,  0, 9, 0, 0, 0, 1, 2, 3,  4, 5, 0, 0, 0,
        2, 0, 4, 0, 2,  0, 0, 0, 0, 0, 0, 0, 52, 0, 0, 0,
    };
    cr_assert_eq(batch->chunk.len, sizeof want);
    cr_assert_arr_eq(batch->chunk.bytes, want, sizeof want);
    test_batch_free(batch);
    free(ifaces);
}

Test(encode, simple_packet_block_is_these_bytes)
{
    struct weir_frame f = frame_of(0, 5);
    f.flags = WEIR_FRAME_NO_TIME;
    struct weir_ifaces *ifaces = test_ifaces(1, 0);
    struct weir_batch *batch = test_batch(WEIR_FORMAT_PCAPNG, ifaces, &f, 1);
    static const uint8_t want[] = {
        3, 0, 0, 0, 24, 0, 0, 0, 5,  0, 0, 0,
        1, 2, 3, 4, 5,  0, 0, 0, 24, 0, 0, 0,
    };
    cr_assert_eq(batch->chunk.len, sizeof want);
    cr_assert_arr_eq(batch->chunk.bytes, want, sizeof want);
    test_batch_free(batch);
    free(ifaces);
}

Test(encode, pcap_header_is_these_bytes)
{
    uint8_t header[24];
    weir_pcap_encode_header(header, WEIR_PCAP_MAGIC_US, 65535, 1, 4);
    static const uint8_t want[] = {
        0xd4, 0xc3, 0xb2, 0xa1, 2,    0,    4, 0, 0, 0, 0, 0,
        0,    0,    0,    0,    0xff, 0xff, 0, 0, 1, 0, 0, 0x24,
    };
    cr_assert_arr_eq(header, want, sizeof want);
    /* What libpcap writes where no sensible length is known. */
    weir_pcap_encode_header(header, WEIR_PCAP_MAGIC_NS, 0, 1, 0);
    cr_assert_eq(weir_load_32(header + 16), 262144);
    cr_assert_eq(weir_load_32(header + 20), 1);
    weir_pcap_encode_header(header, WEIR_PCAP_MAGIC_NS, UINT32_MAX, 231, 0);
    cr_assert_eq(weir_load_32(header + 16), 134217728);
}
#endif

/* A frame without a time of interface 0 whose captured length a reader can
 * work out is simple; any other is not. */
Test(encode, simple_only_where_a_reader_can_tell_its_length)
{
    struct {
        uint32_t snaplen, caplen, len;
        uint16_t iface, flags;
        bool simple;
    } cases[] = {
        {0, 5, 5, 0, 0, true},  {0, 5, 6, 0, 0, false},
        {5, 5, 6, 0, 0, true},  {5, 4, 6, 0, 0, false},
        {5, 6, 6, 0, 0, false}, {4, 0, 0, 0, 0, true},
        {0, 5, 5, 1, 0, false}, {0, 5, 5, 0, WEIR_FRAME_INBOUND, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct weir_ifaces *ifaces = test_ifaces(2, cases[i].snaplen);
        struct weir_frame f = frame_of(0, cases[i].caplen);
        f.len = cases[i].len;
        f.iface = cases[i].iface;
        f.flags = (uint16_t)(cases[i].flags | WEIR_FRAME_NO_TIME);
        struct weir_batch *batch =
            test_batch(WEIR_FORMAT_PCAPNG, ifaces, &f, 1);
        struct weir_encoded got;
        weir_encoded_read(WEIR_FORMAT_PCAPNG, batch->chunk.bytes, &got);
        bool simple = weir_load_32(batch->chunk.bytes) == WEIR_PCAPNG_SPB;
        cr_assert_eq(simple, cases[i].simple, "case %zu", i);
        cr_assert(got.no_time);
        cr_assert_eq(got.time_ns, 0);
        cr_assert_eq(got.len, f.len);
        cr_assert_eq(got.bytes, batch->chunk.len);
        test_batch_free(batch);
        free(ifaces);
    }
}

Test(encode, times_out_of_range_are_clamped)
{
    struct {
        int64_t in, us, ns, pcapng;
    } cases[] = {
        {INT64_MIN, 0, 0, 0},
        {-1, 0, 0, 0},
        {0, 0, 0, 0},
        {999, 0, 999, 999},
        {INT64_C(4294967295999999999), INT64_C(4294967295999999000),
         INT64_C(4294967295999999999), INT64_C(4294967295999999999)},
        {INT64_C(4294967296000000000), INT64_C(4294967295999999000),
         INT64_C(4294967295999999999), INT64_C(4294967296000000000)},
        {INT64_MAX, INT64_C(4294967295999999000), INT64_C(4294967295999999999),
         INT64_MAX},
    };
    struct weir_ifaces *ifaces = test_ifaces(1, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct weir_frame f = frame_of(cases[i].in, 2);
        int64_t want[] = {0, cases[i].us, cases[i].ns, cases[i].pcapng};
        for (int format = WEIR_FORMAT_PCAP; format <= WEIR_FORMAT_PCAPNG;
             format++) {
            struct weir_batch *batch =
                test_batch((enum weir_format)format, ifaces, &f, 1);
            struct weir_encoded got;
            weir_encoded_read((enum weir_format)format, batch->chunk.bytes,
                              &got);
            cr_assert_eq(got.time_ns, want[format], "case %zu format %d", i,
                         format);
            test_batch_free(batch);
        }
    }
    free(ifaces);
}

/* Every captured length up to a few words, with and without a direction,
 * read back by another parser, and by the reader that cuts lean on. */
Test(encode, what_is_written_can_be_read_back)
{
    struct weir_ifaces *ifaces = test_ifaces(3, 0);
    uint8_t data[70];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i + 1);
    struct weir_frame frames[3 * 70];
    uint32_t n = 0;
    for (uint32_t caplen = 0; caplen < 70; caplen++)
        for (uint32_t k = 0; k < 3; k++, n++)
            frames[n] = (struct weir_frame){
                .data = data,
                .time_ns = 1000 * (int64_t)n,
                .caplen = caplen,
                .len = caplen + k,
                .iface = (uint16_t)k,
                .flags = (uint16_t)(k * WEIR_FRAME_INBOUND),
            };
    struct weir_batch *batch =
        test_batch(WEIR_FORMAT_PCAPNG, ifaces, frames, n);
    const uint8_t *at = batch->chunk.bytes;
    for (uint32_t i = 0; i < n; i++) {
        struct weir_encoded got;
        weir_encoded_read(WEIR_FORMAT_PCAPNG, at, &got);
        cr_assert_eq(got.time_ns, frames[i].time_ns);
        cr_assert_eq(got.iface, frames[i].iface);
        cr_assert_eq(got.len, frames[i].len);
        cr_assert_arr_eq(at + 28, data, frames[i].caplen);
        at += got.bytes;
    }
    cr_assert_eq(at, batch->chunk.bytes + batch->chunk.len);
    test_batch_free(batch);
    free(ifaces);
}

Test(encode, a_chunk_holds_the_tightest_lease)
{
    /* A pcap of frames without a byte is the tightest: 16 bytes each. */
    struct weir_ifaces *ifaces = test_ifaces(2, 0);
    uint8_t room[1000 * 49];
    struct weir_chunk chunk = {.buf = room};
    for (uint32_t i = 0; i < 1000; i++) {
        struct weir_frame f = frame_of(1, i % 2);
        f.flags = WEIR_FRAME_INBOUND;
        chunk.capacity += 16 + f.caplen + WEIR_CHUNK_BYTES_PER_FRAME;
        weir_encode(WEIR_FORMAT_PCAPNG, ifaces, &chunk, &f, 1);
    }
    cr_assert_eq(chunk.frames, 1000);
    cr_assert(chunk.len <= chunk.capacity);
    free(ifaces);
}
