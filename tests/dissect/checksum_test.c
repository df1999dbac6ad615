#include "dissect/checksum.h"

#include "base/linktype.h"
#include "tests/dissect/checksum_hand.h"

#define IP    14 /* behind Ethernet's header */
#define UPPER (IP + 20)

static void seal_ip(struct hand *h, uint32_t header)
{
    seal(h, &(struct seal){.begin = IP, .n = header, .field = 10});
}

static void seal_upper(struct hand *h, uint32_t begin, uint8_t number,
                       uint32_t field)
{
    seal(h, &(struct seal){.begin = begin,
                           .n = h->n - begin,
                           .field = field,
                           .src = IP + 12,
                           .dst = IP + 16,
                           .size = 4,
                           .number = number});
}

static void udp_frame(struct hand *h, uint32_t payload)
{
    hand_eth(h, 0x0800);
    hand_ipv4(h, 17, 0, 8 + payload);
    hand_udp(h, payload);
    for (uint32_t i = 0; i < payload; i++)
        hand_fill(h, 1, (uint8_t)(i * 7 + 1));
    seal_upper(h, UPPER, 17, 6);
}

Test(checksum, ip)
{
    struct hand h;
    hand_eth(&h, 0x0800);
    hand_hex(&h, "4500 0073 0000 4000 4011 b861 c0a80001 c0a800c7");
    hand_hex(&h, "0035 e97c 005f 279f");
    hand_fill(&h, 87, 0x55);
    valid_expect(&h, WEIR_PROTO_IP, IP, 20);
}

Test(checksum, ip_with_options)
{
    struct hand h;
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 200, 40, 4);
    hand_hex(&h, "01020304");
    seal_ip(&h, 60);
    valid_expect(&h, WEIR_PROTO_IP, IP, 60);
}

Test(checksum, udp_of_odd_and_even_length)
{
    for (uint32_t payload = 0; payload < 20; payload++) {
        struct hand h;
        udp_frame(&h, payload);
        valid_expect(&h, WEIR_PROTO_UDP, UPPER, 8 + payload);
    }
}

Test(checksum, padding_is_not_in_it)
{
    struct hand h;
    udp_frame(&h, 3);
    hand_fill(&h, 15, 0xee);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_VALID);
    /* IP holds more than UDP says: what is behind belongs to neither. */
    udp_frame(&h, 3);
    hand_fill(&h, 4, 0xee);
    hand_set16(&h, IP + 2, 20 + 8 + 3 + 4);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_VALID);
}

Test(checksum, tcp_with_options)
{
    struct hand h;
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 6, 0, 32 + 5);
    hand_tcp(&h);
    h.bytes[UPPER + 12] = 0x80;
    hand_hex(&h, "0101 080a 00000001 00000002 0102030405");
    seal_upper(&h, UPPER, 6, 16);
    valid_expect(&h, WEIR_PROTO_TCP, UPPER, 32 + 5);
}

Test(checksum, icmp_has_no_pseudo_header)
{
    struct hand h;
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 1, 0, 8 + 5);
    hand_hex(&h, "0800 0000 0001 0002 6162636465");
    seal(&h, &(struct seal){.begin = UPPER, .n = 13, .field = 2});
    valid_expect(&h, WEIR_PROTO_ICMP, UPPER, 13);
}

Test(checksum, sctp)
{
    struct hand h;
    struct weir_checksum sum;
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 132, 0, 12 + 4);
    hand_hex(&h, "0001 0002 00000003 00000000 0e000004");
    sum = checksum_of(&h, WEIR_PROTO_SCTP, h.n, h.n);
    cr_assert_eq(sum.status, WEIR_CHECKSUM_ABSENT);
    hand_set16(&h, UPPER + 8, (uint16_t)(sum.computed >> 16));
    hand_set16(&h, UPPER + 10, (uint16_t)sum.computed);
    valid_expect(&h, WEIR_PROTO_SCTP, UPPER, 16);
}

Test(checksum, udp_without)
{
    struct hand h;
    udp_frame(&h, 4);
    const struct weir_checksum right =
        checksum_of(&h, WEIR_PROTO_UDP, h.n, h.n);
    hand_set16(&h, UPPER + 6, 0);
    const struct weir_checksum none = checksum_of(&h, WEIR_PROTO_UDP, h.n, h.n);
    cr_assert_eq(none.status, WEIR_CHECKSUM_ABSENT);
    cr_assert_eq(none.computed, right.stored);
    cr_assert_eq(checksum_of(&h, WEIR_PROTO_UDP, h.n - 1, h.n).status,
                 WEIR_CHECKSUM_ABSENT);
}

/* RFC 768: what comes out as 0 is sent as 0xffff. */
Test(checksum, udp_that_comes_out_as_zero)
{
    struct hand h;
    udp_frame(&h, 2);
    hand_set16(&h, UPPER + 8, 0);
    seal_upper(&h, UPPER, 17, 6);
    uint16_t field = (uint16_t)(h.bytes[UPPER + 6] << 8 | h.bytes[UPPER + 7]);
    hand_set16(&h, UPPER + 8, field);
    hand_set16(&h, UPPER + 6, 0xffff);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_VALID);
    hand_set16(&h, UPPER + 6, 0);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_ABSENT);
    cr_assert_eq(checksum_of(&h, WEIR_PROTO_UDP, h.n, h.n).computed, 0xffff);
    hand_set16(&h, UPPER + 6, 1);
    cr_assert_eq(checksum_of(&h, WEIR_PROTO_UDP, h.n, h.n).computed, 0xffff);
}

Test(checksum, of_fragments_is_partial)
{
    struct hand h;
    udp_frame(&h, 16);
    hand_set16(&h, IP + 6, 0x2000);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_PARTIAL);
    hand_set16(&h, IP + 6, 0x4000);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_VALID);
}

/* What the lengths claim is not all there, though the capture is whole. */
Test(checksum, of_a_length_that_does_not_hold_is_partial)
{
    struct hand h;
    udp_frame(&h, 16);
    hand_set16(&h, IP + 2, 20 + 8 + 16 + 1);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_VALID); /* UDP's holds */
    udp_frame(&h, 16);
    hand_set16(&h, UPPER + 4, 8 + 16 + 1);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_PARTIAL);
    hand_set16(&h, UPPER + 4, 7);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_PARTIAL);
    hand_set16(&h, UPPER + 4, 0);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_PARTIAL);

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 6, 0, 20);
    hand_tcp(&h);
    seal_upper(&h, UPPER, 6, 16);
    status_expect(&h, WEIR_PROTO_TCP, WEIR_CHECKSUM_VALID);
    hand_set16(&h, IP + 2, 41);
    status_expect(&h, WEIR_PROTO_TCP, WEIR_CHECKSUM_PARTIAL);
}

/* Over the rest of the frame, which may be padding. */
Test(checksum, of_a_length_that_is_not_said)
{
    struct hand h;
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 6, 0, 20);
    hand_tcp(&h);
    seal_upper(&h, UPPER, 6, 16);
    hand_set16(&h, IP + 2, 0);
    status_expect(&h, WEIR_PROTO_TCP, WEIR_CHECKSUM_VALID);
    h.bytes[h.n - 1] ^= 1;
    status_expect(&h, WEIR_PROTO_TCP, WEIR_CHECKSUM_PARTIAL);
}

/* RFC 791: while stations are left the last of them is the destination. */
Test(checksum, source_route)
{
    struct hand h;
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 17, 12, 8 + 4);
    memcpy(h.bytes + IP + 20, "\x83\x0b\x04\x0a\x00\x00\x01\x0a\x00\x00\x02",
           11);
    hand_udp(&h, 4);
    hand_hex(&h, "01020304");
    seal(&h, &(struct seal){.begin = IP + 32,
                            .n = 12,
                            .field = 6,
                            .src = IP + 12,
                            .dst = IP + 27, /* the last */
                            .size = 4,
                            .number = 17});
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_VALID);
    h.bytes[IP + 22] = 12; /* at its end: the header's counts */
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_INVALID);
    seal_upper(&h, IP + 32, 17, 6);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_VALID);
    h.bytes[IP + 21] = 10; /* no whole number of addresses */
    h.bytes[IP + 22] = 4;
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_PARTIAL);
}

Test(checksum, in_a_tunnel)
{
    struct hand h;
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 4, 0, 20 + 8);
    hand_hex(&h, "4500 001c 0000 0000 4011 0000 0a000001 0a000002");
    hand_udp(&h, 0);
    seal(&h, &(struct seal){.begin = UPPER + 20,
                            .n = 8,
                            .field = 6,
                            .src = UPPER + 12,
                            .dst = UPPER + 16,
                            .size = 4,
                            .number = 17});
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_VALID);
}

Test(checksum, of_what_has_none)
{
    struct hand h;
    hand_eth(&h, 0x0806);
    hand_hex(&h, "0001 0800 06 04 0001 020000000001 c0000201"
                 "000000000000 c0000202");
    status_expect(&h, WEIR_PROTO_ETH, WEIR_CHECKSUM_NONE);
    status_expect(&h, WEIR_PROTO_ARP, WEIR_CHECKSUM_NONE);
}

/* A program that writes into a frame may look at the old dissection. */
Test(checksum, of_a_header_length_that_was_written_since)
{
    struct hand h;
    struct weir_dissection d;
    udp_frame(&h, 4);
    seal_ip(&h, 20);
    hand_dissect(&h, &d, h.n, h.n);
    for (uint32_t ihl = 0; ihl < 16; ihl++) {
        h.bytes[d.layers[1].offset] = (uint8_t)(0x40 | ihl);
        cr_assert_eq(weir_checksum_verify(h.bytes, h.n, &d, 1),
                     ihl == 5 ? WEIR_CHECKSUM_VALID : WEIR_CHECKSUM_PARTIAL,
                     "%u", ihl);
    }
}

Test(checksum, misuse)
{
    struct hand h;
    struct weir_dissection d;
    struct weir_checksum sum;
    udp_frame(&h, 4);
    hand_dissect(&h, &d, h.n, h.n);
    cr_assert_not(weir_checksum_read(NULL, h.bytes, h.n, &d, 2));
    cr_assert(weir_checksum_read(&sum, h.bytes, h.n, &d, 2));
    cr_assert_not(weir_checksum_read(&sum, NULL, h.n, &d, 2));
    cr_assert_eq(sum.status, WEIR_CHECKSUM_NONE);
    cr_assert_not(weir_checksum_read(&sum, h.bytes, h.n, NULL, 2));
    cr_assert_not(weir_checksum_read(&sum, h.bytes, h.n, &d, 3));
    cr_assert_not(weir_checksum_read(&sum, h.bytes, h.n, &d, UINT32_MAX));
    cr_assert_not(weir_checksum_read(&sum, h.bytes, 41, &d, 2));
    cr_assert_not(weir_checksum_read(&sum, h.bytes, 0, &d, 1));
    cr_assert_eq(weir_checksum_verify(NULL, 0, NULL, 0), WEIR_CHECKSUM_NONE);
    cr_assert_str_eq(weir_checksum_name(WEIR_CHECKSUM_ABSENT), "absent");
    cr_assert_str_eq(weir_checksum_name(WEIR_CHECKSUM_COUNT), "");
}
