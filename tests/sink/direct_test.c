#include "sink/direct.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/pcapng_encode.h"

/* Writes a block that is to be padded; returns its length. */
typedef uint32_t make_fn(uint8_t *to, uint32_t bytes);

static const uint8_t frame[2 * WEIR_LEASE_ALIGN] = {7};

static uint32_t make_epb(uint8_t *to, uint32_t bytes)
{
    return weir_pcapng_encode_epb(to, 3, 5, 0, frame, bytes, bytes);
}

static uint32_t make_epb_with_flags(uint8_t *to, uint32_t bytes)
{
    return weir_pcapng_encode_epb(to, 3, 5, WEIR_PCAPNG_INBOUND, frame, bytes,
                                  bytes);
}

static uint32_t make_spb(uint8_t *to, uint32_t bytes)
{
    return weir_pcapng_encode_spb(to, frame, bytes, bytes);
}

/* What follows is at the end of a section's head or of its trailers. */
static uint32_t put_behind(uint8_t *to, uint32_t bytes, const uint8_t *block,
                           uint32_t block_bytes)
{
    uint32_t len = make_epb(to, bytes);
    memcpy(to + len, block, block_bytes);
    return len + block_bytes;
}

static uint32_t make_idb(uint8_t *to, uint32_t bytes)
{
    uint8_t block[256];
    const struct weir_pcapng_idb idb = {.linktype = 1, .name = "x"};
    return put_behind(to, bytes, block, weir_pcapng_encode_idb(block, &idb));
}

static uint32_t make_isb(uint8_t *to, uint32_t bytes)
{
    uint8_t block[256];
    const struct weir_pcapng_isb isb = {.osdrop = 9};
    return put_behind(to, bytes, block, weir_pcapng_encode_isb(block, &isb));
}

static uint32_t make_shb(uint8_t *to, uint32_t bytes)
{
    uint8_t block[256];
    const struct weir_pcapng_shb shb = {.os = "y"};
    return put_behind(to, bytes, block, weir_pcapng_encode_shb(block, &shb));
}

static void assert_whole(const uint8_t *bytes, uint32_t len)
{
    uint32_t at = 0;
    while (at < len) {
        uint32_t total = weir_load_32(bytes + at + 4);
        cr_assert(total >= 12 && total % 4 == 0 && total <= len - at);
        cr_assert_eq(weir_load_32(bytes + at + total - 4), total);
        at += total;
    }
}

static void assert_option(const uint8_t *option, const uint8_t *end)
{
    bool custom = false;
    while (end - option > 4) {
        uint32_t bytes = weir_load_16(option + 2);
        if (weir_load_16(option) == WEIR_PCAPNG_OPT_CUSTOM) {
            custom = true;
            cr_assert_eq(weir_load_32(option + 4), WEIR_PCAPNG_PEN);
            for (uint32_t i = 8; i < 4 + bytes; i++)
                cr_assert_eq(option[i], 0, "old bytes in the padding");
        }
        option += 4 + weir_pcapng_pad(bytes);
    }
    cr_assert_eq(end - option, 4);
    cr_assert_eq(weir_load_32(option), WEIR_PCAPNG_OPT_END);
    cr_assert(custom);
}

/* To the byte, so that a sanitizer sees what is written behind it. */
static void try_padding(make_fn *make, uint32_t bytes, bool split)
{
    static uint8_t plain[4 * WEIR_LEASE_ALIGN];
    uint32_t len = make(plain, bytes);
    uint32_t padded = weir_direct_padded(len);
    cr_assert_eq(padded % WEIR_LEASE_ALIGN, 0);
    cr_assert_leq(padded - len, WEIR_DIRECT_PAD_MAX);
    uint8_t *out = malloc(padded);
    cr_assert_not_null(out);
    memset(out, 0xee, padded);
    memcpy(out, plain, len);
    uint32_t tail_bytes = split ? 8 + bytes % 64 / 4 * 4 : 0;
    if (split && tail_bytes <= len) {
        uint8_t *tail = malloc(tail_bytes + padded - len);
        cr_assert_not_null(tail);
        memcpy(tail, out + len - tail_bytes, tail_bytes);
        cr_assert_eq(weir_direct_pad_tail(out, len, tail, tail_bytes),
                     tail_bytes + padded - len);
        memcpy(out + len - tail_bytes, tail, tail_bytes + padded - len);
        free(tail);
    } else {
        cr_assert_eq(weir_direct_pad(out, len), padded);
    }
    assert_whole(out, padded);
    uint32_t before = len - weir_load_32(plain + len - 4);
    if (make != make_spb)
        cr_assert_eq(memcmp(out, plain, before), 0);
    else
        cr_assert_eq(memcmp(out, plain, len), 0);
    if (make == make_epb && padded > len)
        assert_option(out + 28 + weir_pcapng_pad(bytes), out + padded - 4);
    if (make == make_epb_with_flags && padded > len) {
        assert_option(out + 28 + weir_pcapng_pad(bytes), out + padded - 4);
        cr_assert_eq(memcmp(out + 8, plain + 8, len - 16), 0);
    }
    free(out);
}

Test(direct, padding_of_every_remainder_is_whole)
{
    static make_fn *const makes[] = {
        make_epb, make_epb_with_flags, make_spb, make_idb, make_isb, make_shb};
    for (size_t m = 0; m < sizeof makes / sizeof makes[0]; m++)
        for (uint32_t bytes = 0; bytes <= WEIR_LEASE_ALIGN + 64; bytes += 4)
            for (int split = 0; split < 2; split++)
                try_padding(makes[m], bytes, split != 0);
}

Test(direct, nothing_needs_no_padding)
{
    cr_assert_eq(weir_direct_pad(NULL, 0), 0);
}

Test(direct, a_probe_leaves_no_trace)
{
    char folder[] = "/tmp/directXXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    weir_direct_probe(folder, true);
    cr_assert_eq(rmdir(folder), 0);
    cr_assert_not(weir_direct_probe(folder, true), "there is no such folder");
}

Test(direct, a_pipe_cannot_be_direct)
{
    int ends[2];
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    cr_assert_not(weir_direct_is_memory(ends[1]));
    close(ends[0]);
    close(ends[1]);
}

Test(direct, a_file_enters_and_leaves)
{
    char name[] = "./directXXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    cr_assert_geq(fd, 0);
    bool can = weir_direct_enter(fd);
    cr_assert_eq((fcntl(fd, F_GETFL) & O_DIRECT) != 0, can);
    cr_assert_eq(lseek(fd, 0, SEEK_END), 0, "the probe left bytes");
    weir_direct_leave(fd);
    cr_assert_eq(fcntl(fd, F_GETFL) & O_DIRECT, 0);
    cr_assert_eq(write(fd, "x", 1), 1);
    close(fd);
    unlink(name);
}
