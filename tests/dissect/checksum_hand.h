#ifndef WEIR_TESTS_DISSECT_CHECKSUM_HAND_H
#define WEIR_TESTS_DISSECT_CHECKSUM_HAND_H

/* checksum_hand: checksums put into frames made by hand, by the plainest
 * arithmetic, and what weir says of them.
 *
 * Threads   any. */

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "dissect/checksum.h"
#include "tests/dissect/hand.h"

static inline uint32_t plain_sum(uint32_t sum, const uint8_t *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

/* Fills in the field of the bytes from `begin` to the frame's end, or `n` of
 * them, with the pseudo header's addresses at src and dst; size 0: none. */
struct seal {
    uint32_t begin;
    uint32_t n;
    uint32_t field;
    uint32_t src;
    uint32_t dst;
    uint32_t size;
    uint8_t number;
};

static inline void seal(struct hand *h, const struct seal *s)
{
    uint32_t sum = 0;
    hand_set16(h, s->begin + s->field, 0);
    if (s->size > 0) {
        const uint8_t tail[4] = {(uint8_t)(s->n >> 8), (uint8_t)s->n, 0,
                                 s->number};
        sum = plain_sum(sum, h->bytes + s->src, s->size);
        sum = plain_sum(sum, h->bytes + s->dst, s->size);
        sum = plain_sum(sum, tail, sizeof tail);
    }
    sum = plain_sum(sum, h->bytes + s->begin, s->n);
    hand_set16(h, s->begin + s->field, (uint16_t)~sum);
}

/* The status of the last layer of a protocol, of the first caplen bytes in a
 * heap block of that size. */
static inline struct weir_checksum
checksum_of(const struct hand *h, uint8_t proto, uint32_t caplen, uint32_t len)
{
    struct weir_dissection d;
    struct weir_checksum sum = {.status = WEIR_CHECKSUM_COUNT};
    hand_dissect(h, &d, caplen, len);
    uint8_t *exact = malloc(caplen == 0 ? 1 : caplen);
    cr_assert_not_null(exact);
    memcpy(exact, h->bytes, caplen);
    for (uint32_t i = 0; i < d.layers_count; i++)
        if (d.layers[i].proto == proto)
            weir_checksum_read(&sum, exact, caplen, &d, i);
    free(exact);
    return sum;
}

static inline void status_expect(const struct hand *h, uint8_t proto,
                                 uint8_t status)
{
    struct weir_checksum sum = checksum_of(h, proto, h->n, h->n);
    cr_assert_str_eq(weir_checksum_name(sum.status),
                     weir_checksum_name(status));
}

/* The frame is valid; cut at any length behind the layer's header it is
 * partial; and with any bit of it flipped it is invalid, and what it should be
 * is told. */
static inline void valid_expect(struct hand *h, uint8_t proto, uint32_t begin,
                                uint32_t n)
{
    const struct weir_checksum right = checksum_of(h, proto, h->n, h->n);
    cr_assert_str_eq(weir_checksum_name(right.status), "valid");
    cr_assert_eq(right.stored, right.computed);
    for (uint32_t caplen = 0; caplen < begin + n; caplen++) {
        struct weir_checksum sum = checksum_of(h, proto, caplen, h->n);
        cr_assert(sum.status == WEIR_CHECKSUM_PARTIAL ||
                      sum.status == WEIR_CHECKSUM_COUNT,
                  "%u captured: %s", caplen, weir_checksum_name(sum.status));
    }
    for (uint32_t i = 0; i < 8 * n; i++) {
        uint8_t bit = (uint8_t)(1U << i % 8);
        h->bytes[begin + i / 8] ^= bit;
        struct weir_checksum sum = checksum_of(h, proto, h->n, h->n);
        h->bytes[begin + i / 8] ^= bit;
        cr_assert_neq(sum.status, WEIR_CHECKSUM_VALID, "bit %u", i);
        if (sum.status == WEIR_CHECKSUM_INVALID &&
            sum.stored != right.stored) /* the field itself was hit */
            cr_assert_eq(sum.computed, right.stored, "bit %u", i);
    }
}

#endif
