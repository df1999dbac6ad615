#include "capture/afxdp_umem.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ring/batch.h"
#include "ring/iface.h"
#include "sink/encode_lease.h"
#include "tests/capture/afxdp_fake.h"

/* 64 chunks: a loan has at most 8 frames. */
static struct fake *fake_small(void)
{
    struct fake *fake = fake_open(64, 4, 65536);
    fake->intake = true;
    return fake;
}

static void frames(struct fake *fake, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        fake_frame(fake, 100);
    fake_flush(fake);
}

static int take(struct fake *fake)
{
    struct weir_err err = {""};
    const int n = weir_afxdp_umem_take(fake->umem, 1000, &err);
    cr_assert((n < 0) == (err.text[0] != '\0'));
    return n;
}

static void lend(struct fake *fake, bool stamped, int64_t real_less_mono_ns,
                 struct weir_lease *out)
{
    const struct weir_afxdp_terms terms = {
        .iface = 3,
        .stamped = stamped,
        .real_less_mono_ns = real_less_mono_ns,
    };
    weir_afxdp_umem_lend(fake->umem, &terms, out);
}

static uint64_t number_of(const struct weir_frame *frame)
{
    uint64_t number = 0;
    memcpy(&number, frame->data, sizeof number);
    return number;
}

static void check_refused(uint32_t bytes, uint32_t chunk, uint32_t loans,
                          uint32_t loan_bytes)
{
    struct weir_err err = {""};
    struct weir_afxdp_umem *umem = NULL;
    const struct weir_afxdp_umem_config config = {.bytes = bytes,
                                                  .chunk_bytes = chunk,
                                                  .loans = loans,
                                                  .loan_bytes = loan_bytes};
    cr_assert_eq(weir_afxdp_umem_open(&umem, &config, &err), -EINVAL);
    cr_assert_null(umem);
    cr_assert_str_neq(err.text, "");
}

Test(afxdp_umem, refuses_what_cannot_be)
{
    check_refused(0, 2048, 1, 65536);
    check_refused(WEIR_AFXDP_UMEM_BYTES_MIN - 1, 2048, 1, 65536);
    check_refused(UINT32_C(1) << 31, 2048, 1, 65536);
    check_refused(1u << 20, 1024, 1, 65536);
    check_refused(1u << 20, 3000, 1, 65536);
    check_refused(1u << 20, 8192, 1, 65536);
    check_refused(1u << 20, 2048, 0, 65536);
    check_refused(1u << 20, 2048, 65536, 65536);
    check_refused(1u << 20, 4096, 1, 4111);
    weir_afxdp_umem_close(NULL);
}

Test(afxdp_umem, offers_every_chunk_once)
{
    struct fake *fake = fake_open(100, 2, 65536);
    uint8_t seen[100] = {0};
    cr_assert_eq(fake->layout.chunks, 100);
    cr_assert_eq(fake->layout.ring_size, 256);
    cr_assert_eq(fake->words[0], 100);
    cr_assert_eq(weir_afxdp_umem_free(fake->umem), 100);
    for (uint32_t i = 0; i < 100; i++)
        cr_assert_eq(seen[fake->fill[i] / 2048]++, 0);
    fake_free(fake);
}

Test(afxdp_umem, a_lease_is_walked_in_any_pieces)
{
    struct fake *fake = fake_small();
    struct weir_lease lease;
    frames(fake, 7);
    cr_assert_eq(take(fake), 7);
    cr_assert_eq(weir_afxdp_umem_open_frames(fake->umem), 7);
    lend(fake, true, 5000, &lease);
    cr_assert_eq(weir_afxdp_umem_open_frames(fake->umem), 0);
    cr_assert_eq(lease.frames, 7);
    cr_assert_eq(lease.bytes, 7 * (16 + 100));
    cr_assert_eq(lease.begin_ns, 5000);
    cr_assert_eq(lease.records, WEIR_RECORDS_OTHER);
    for (uint32_t step = 1; step <= 8; step++) {
        struct weir_frame out[8];
        struct weir_walk walk = {0};
        uint32_t at = 0;
        uint32_t n = 0;
        while ((n = lease.walk(&lease, &walk, out, step)) > 0)
            for (uint32_t i = 0; i < n; i++, at++) {
                cr_assert_eq(number_of(&out[i]), at);
                cr_assert_eq(out[i].time_ns, 5000 + 2 * (int64_t)at);
                cr_assert_eq(out[i].caplen, 100);
                cr_assert_eq(out[i].len, 100);
                cr_assert_eq(out[i].iface, 3);
                cr_assert_eq(out[i].flags, WEIR_FRAME_INBOUND);
            }
        cr_assert_eq(at, 7);
    }
    weir_afxdp_umem_reclaim(fake->umem, &lease);
    fake_free(fake);
}

Test(afxdp_umem, without_stamps_the_time_is_that_of_the_take)
{
    struct fake *fake = fake_small();
    struct weir_err err;
    struct weir_lease lease;
    struct weir_frame out[8];
    struct weir_walk walk = {0};
    fake->unstamped = true;
    frames(fake, 2);
    cr_assert_eq(weir_afxdp_umem_take(fake->umem, 1000, &err), 2);
    frames(fake, 1);
    cr_assert_eq(weir_afxdp_umem_take(fake->umem, 1700, &err), 1);
    frames(fake, 1);
    cr_assert_eq(weir_afxdp_umem_take(fake->umem, INT64_C(9000000000), &err),
                 1);
    lend(fake, false, 10, &lease);
    cr_assert_eq(lease.walk(&lease, &walk, out, 8), 4);
    cr_assert_eq(out[0].time_ns, 1010);
    cr_assert_eq(out[1].time_ns, 1010);
    cr_assert_eq(out[2].time_ns, 1710);
    cr_assert_eq(out[3].time_ns, 1010 + INT64_C(4294967295));
    weir_afxdp_umem_reclaim(fake->umem, &lease);
    fake_free(fake);
}

Test(afxdp_umem, a_loan_ends_at_its_frames_and_the_rest_waits)
{
    struct fake *fake = fake_small();
    struct weir_lease leases[4];
    frames(fake, 30);
    for (uint32_t i = 0; i < 4; i++) {
        cr_assert_eq(take(fake), i < 3 ? 8 : 6);
        cr_assert_eq(weir_afxdp_umem_full(fake->umem), i < 3);
        lend(fake, true, 0, &leases[i]);
    }
    cr_assert_eq(weir_afxdp_umem_free(fake->umem), 34);
    /* The last one out is the first one home. */
    for (uint32_t i = 4; i-- > 0;)
        weir_afxdp_umem_reclaim(fake->umem, &leases[i]);
    cr_assert_eq(weir_afxdp_umem_free(fake->umem), 64);
    cr_assert_eq(fake->words[0] - fake->words[1], 64);
    fake_free(fake);
}

Test(afxdp_umem, is_tight_when_the_kernel_has_less_than_half)
{
    struct fake *fake = fake_small();
    struct weir_lease leases[5];
    frames(fake, 33);
    for (uint32_t i = 0; i < 5; i++) {
        cr_assert_not(weir_afxdp_umem_tight(fake->umem));
        cr_assert_eq(take(fake), i < 4 ? 8 : 1);
        cr_assert_eq(weir_afxdp_umem_tight(fake->umem), i == 4);
        lend(fake, true, 0, &leases[i]);
    }
    weir_afxdp_umem_reclaim(fake->umem, &leases[4]);
    cr_assert_not(weir_afxdp_umem_tight(fake->umem));
    for (uint32_t i = 0; i < 4; i++)
        weir_afxdp_umem_reclaim(fake->umem, &leases[i]);
    fake_free(fake);
}

Test(afxdp_umem, a_loan_ends_at_its_bytes)
{
    struct fake *fake = fake_open(256, 1, 4096);
    struct weir_lease lease;
    fake->intake = true;
    for (uint32_t i = 0; i < 5; i++)
        fake_frame(fake, 1791);
    fake_flush(fake);
    /* Behind one of 1791 bytes there is room for a chunk, behind two not. */
    cr_assert_eq(take(fake), 2);
    cr_assert(weir_afxdp_umem_full(fake->umem));
    lend(fake, true, 0, &lease);
    cr_assert_eq(lease.bytes, 2 * (16 + 1792));
    cr_assert_leq(lease.bytes, 4096);
    weir_afxdp_umem_reclaim(fake->umem, &lease);
    fake_free(fake);
}

static uint32_t encoded_bytes(enum weir_format format,
                              const struct weir_ifaces *ifaces,
                              const struct weir_lease *lease)
{
    struct weir_chunk chunk = {.capacity = 2 * lease->bytes +
                                           lease->frames * 128 + 65536};
    chunk.buf = malloc(chunk.capacity);
    cr_assert_not_null(chunk.buf);
    weir_encode_lease(format, ifaces, lease, &chunk);
    cr_assert_eq(chunk.frames, lease->frames);
    free(chunk.buf);
    return chunk.len;
}

/* For a loan of as many frames as a lease may have takes a buffer of 256 MiB,
 * the bound is looked at for each frame. */
static void check_room(uint32_t len, int64_t epoch_ns)
{
    static const enum weir_format formats[] = {
        WEIR_FORMAT_PCAP, WEIR_FORMAT_PCAP_NS, WEIR_FORMAT_PCAPNG};
    const uint32_t loan_bytes = 131072;
    struct fake *fake = fake_open(16384, 1, loan_bytes);
    struct weir_iface iface = {.linktype = 1, .epoch_ns = epoch_ns};
    struct weir_ifaces *ifaces = calloc(1, sizeof *ifaces);
    struct weir_lease lease;
    fake->intake = true;
    for (uint32_t i = 0; i < 2048; i++)
        fake_frame(fake, len);
    fake_flush(fake);
    (void)take(fake);
    cr_assert(weir_afxdp_umem_full(fake->umem));
    lend(fake, true, epoch_ns, &lease);
    cr_assert_leq(lease.bytes, loan_bytes);
    for (int i = 0; i < 4; i++)
        cr_assert_eq(weir_ifaces_add(ifaces, &iface), i);
    lease.lost_before = 7;
    lease.kernel_dropped = UINT64_MAX / 2;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        cr_assert_leq(encoded_bytes(formats[i], ifaces, &lease),
                      lease.bytes + lease.frames * WEIR_CHUNK_BYTES_PER_FRAME +
                          WEIR_CHUNK_BYTES_SPARE,
                      "%u bytes, format %zu", len, i);
    weir_afxdp_umem_reclaim(fake->umem, &lease);
    free(ifaces);
    fake_free(fake);
}

Test(afxdp_umem, a_full_loan_fits_a_chunk_in_every_format)
{
    for (uint32_t len = 0; len <= 66; len++)
        check_room(len, 0);
    check_room(1, -INT64_C(5000000000));
    check_room(61, -INT64_C(5000000000));
    check_room(1790, 0);
}

/* Nothing that a ring says is read by before it is looked at. */
static void check_lie(const struct xdp_desc *lie)
{
    struct fake *fake = fake_small();
    struct weir_lease lease;
    frames(fake, 4);
    fake->rx[2] = *lie;
    cr_assert_eq(take(fake), -EIO);
    cr_assert_eq(weir_afxdp_umem_open_frames(fake->umem), 2);
    cr_assert_eq(take(fake), -EIO);
    lend(fake, true, 0, &lease);
    cr_assert_eq(lease.frames, 2);
    weir_afxdp_umem_reclaim(fake->umem, &lease);
    fake_free(fake);
}

Test(afxdp_umem, frames_that_are_not_there_are_refused)
{
    struct fake *fake = fake_small();
    const uint64_t bytes = fake->layout.bytes;
    frames(fake, 2);
    const uint64_t good = fake->rx[0].addr;
    fake_free(fake);
    check_lie(&(struct xdp_desc){.addr = bytes, .len = 60});
    check_lie(&(struct xdp_desc){.addr = bytes - 60, .len = 61});
    check_lie(&(struct xdp_desc){.addr = UINT64_MAX, .len = 60});
    check_lie(&(struct xdp_desc){.addr = 10 * 2048 + 256, .len = 1793});
    check_lie(&(struct xdp_desc){.addr = 10 * 2048 + 256, .len = UINT32_MAX});
    check_lie(&(struct xdp_desc){.addr = 10 * 2048 + 7, .len = 60});
    /* The first frame's chunk once more. */
    check_lie(&(struct xdp_desc){.addr = good, .len = 60});
}

Test(afxdp_umem, a_fill_ring_that_is_full_is_a_lie_too)
{
    struct fake *fake = fake_small();
    struct weir_lease lease;
    frames(fake, 4);
    cr_assert_eq(take(fake), 4);
    lend(fake, true, 0, &lease);
    fake->words[1] = fake->words[0] - fake->layout.ring_size;
    fake->layout.fill->cached_cons = fake->layout.fill->cached_prod;
    weir_afxdp_umem_reclaim(fake->umem, &lease);
    frames(fake, 1);
    cr_assert_eq(take(fake), -EIO);
    fake_free(fake);
}

/* Indices run free: near their wrap nothing changes. */
Test(afxdp_umem, indices_wrap)
{
    struct fake *fake = fake_small();
    struct weir_lease lease;
    const uint32_t size = fake->layout.ring_size;
    /* As if 2^32 - 2 * size entries had been there before. */
    const uint32_t before = 0u - 2 * size;
    struct xsk_ring_prod *fill = fake->layout.fill;
    struct xsk_ring_cons *rx = fake->layout.rx;
    fill->cached_prod += before;
    fill->cached_cons += before;
    rx->cached_cons += before;
    rx->cached_prod += before;
    fake->words[0] += before;
    fake->words[1] += before;
    fake->words[3] += before;
    fake->words[4] += before;
    fake->fill_taken += before;
    fake->rx_made += before;
    uint64_t next = 0;
    for (uint32_t round = 0; round < 200; round++) {
        frames(fake, 5);
        cr_assert_eq(take(fake), 5);
        lend(fake, true, 0, &lease);
        struct weir_walk walk = {0};
        struct weir_frame frame;
        while (lease.walk(&lease, &walk, &frame, 1) == 1)
            cr_assert_eq(number_of(&frame), next++);
        weir_afxdp_umem_reclaim(fake->umem, &lease);
    }
    cr_assert_eq(next, 1000);
    cr_assert_lt(fake->rx_made, 1000);
    fake_free(fake);
}
