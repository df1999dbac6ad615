#include <criterion/criterion.h>

#include "base/linktype.h"
#include "dissect/fields.h"
#include "tests/dissect/hand.h"

/* The header begins behind Ethernet's. */
#define IP 14

static void udp_begin(struct hand *h, uint32_t options)
{
    hand_eth(h, 0x0800);
    hand_ipv4(h, 17, options, 8);
    hand_udp(h, 0);
}

Test(ipv4, fields)
{
    struct weir_dissection d;
    struct weir_ip_view ip;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_hex(&h, "46 b9 0020 1234 4000 40 11 abcd c0000201 c0000202 01010101");
    hand_udp(&h, 0);
    hand_expect(&h, &d, "eth ip udp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers[1].upper, 17);
    cr_assert_eq(d.layers[1].header, 24);
    cr_assert_eq(d.talker_kind, 4);
    cr_assert_eq(d.talker_offset, IP + 12);
    weir_ip_view_read(&ip, h.bytes, &d.layers[1]);
    cr_assert_eq(ip.version, 4);
    cr_assert_eq(ip.header_length, 24);
    cr_assert_eq(ip.tos, 0xb9);
    cr_assert_eq(ip.total_length, 32);
    cr_assert_eq(ip.id, 0x1234);
    cr_assert_eq(ip.flags, 2);
    cr_assert_eq(ip.fragment_offset, 0);
    cr_assert_eq(ip.ttl, 64);
    cr_assert_eq(ip.proto, 17);
    cr_assert_eq(ip.checksum, 0xabcd);
    cr_assert_eq(ip.src, h.bytes + IP + 12);
    cr_assert_eq(ip.dst, h.bytes + IP + 16);
}

Test(ipv4, padding_is_not_payload)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 253, 0, 3);
    hand_fill(&h, 26, 0xee);
    hand_expect(&h, &d, "eth ip", WEIR_OUTCOME_OK);
    cr_assert_eq(d.payload_offset, 34);
    cr_assert_eq(d.payload_end, 37);
}

Test(ipv4, every_other_version)
{
    struct weir_dissection d;
    struct hand h;

    for (uint8_t version = 0; version < 16; version++) {
        udp_begin(&h, 0);
        h.bytes[IP] = (uint8_t)(version << 4 | 5);
        if (version == 4)
            hand_expect(&h, &d, "eth ip udp", WEIR_OUTCOME_OK);
        else
            hand_expect(&h, &d, "eth", WEIR_OUTCOME_BAD_VERSION);
    }
    cr_assert_eq(d.talker_kind, 1);
}

Test(ipv4, header_length)
{
    struct weir_dissection d;
    struct hand h;

    for (uint8_t words = 0; words < 5; words++) {
        udp_begin(&h, 0);
        h.bytes[IP] = 0x40 | words;
        hand_expect(&h, &d, "eth", WEIR_OUTCOME_BAD_HEADER_LENGTH);
    }
    /* Ten words of options fit; with one word less of frame they do not. */
    udp_begin(&h, 40);
    hand_expect(&h, &d, "eth ip udp", WEIR_OUTCOME_OK);
    hand_set16(&h, IP + 2, 0);
    hand_dissect(&h, &d, IP + 56, IP + 56);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_BAD_HEADER_LENGTH);
    cr_assert_eq(d.layers_count, 2);
    cr_assert_eq(d.layers[1].header, 56);
}

Test(ipv4, total_length_below_the_header)
{
    struct weir_dissection d;
    struct hand h;

    for (uint16_t total = 1; total < 24; total++) {
        udp_begin(&h, 4);
        hand_set16(&h, IP + 2, total);
        hand_expect(&h, &d, "eth", WEIR_OUTCOME_BAD_TOTAL_LENGTH);
    }
}

Test(ipv4, total_length_past_the_frame_does_not_hide_the_ports)
{
    struct weir_dissection d;
    struct hand h;

    udp_begin(&h, 0);
    hand_set16(&h, IP + 2, 29);
    hand_expect(&h, &d, "eth ip udp", WEIR_OUTCOME_BAD_TOTAL_LENGTH);
    /* With one more byte on the wire it is right. */
    hand_dissect(&h, &d, h.n, h.n + 1);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_OK);
}

Test(ipv4, the_first_fault_counts)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 6, 0, 21); /* one byte too many */
    hand_tcp(&h);
    h.bytes[IP + 32] = 0; /* no header length */
    hand_expect(&h, &d, "eth ip tcp", WEIR_OUTCOME_BAD_TOTAL_LENGTH);
}

/* Segmentation offload. */
Test(ipv4, total_length_zero_is_the_rest_of_the_frame)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 6, 0, 0);
    hand_set16(&h, IP + 2, 0);
    hand_tcp(&h);
    hand_fill(&h, 100, 0xee);
    hand_dissect(&h, &d, h.n, 70000);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers_count, 3);
    cr_assert_eq(d.payload_end, 70000);
}

Test(ipv4, options)
{
    static const struct {
        const char *bytes;
        bool fits;
    } cases[] = {
        {"01010101 01010101", true},   /* nothing */
        {"00ffffff ffffffff", true},   /* behind the end: anything */
        {"0708aaaa aaaaaaaa", true},   /* record route, to the end */
        {"010707aa aaaaaaaa", true},   /* the same behind a nothing */
        {"0702 0702 0706aaaa", false}, /* the last is too long */
        {"0700aaaa aaaaaaaa", false},  /* shorter than its own two bytes */
        {"0701aaaa aaaaaaaa", false},
        {"0709aaaa aaaaaaaa", false}, /* past the header */
        {"01010101 01010107", false}, /* no room for its length */
    };
    struct weir_dissection d;
    struct hand h;

    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hand_eth(&h, 0x0800);
        hand_ipv4(&h, 17, 8, 8);
        h.n -= 8;
        hand_hex(&h, cases[i].bytes);
        hand_udp(&h, 0);
        hand_expect(&h, &d, "eth ip udp",
                    cases[i].fits ? WEIR_OUTCOME_OK : WEIR_OUTCOME_BAD_OPTION);
    }
}

Test(ipv4, later_fragment_has_no_transport)
{
    struct weir_dissection d;
    struct weir_ip_view ip;
    struct hand h;

    udp_begin(&h, 0);
    hand_set16(&h, IP + 6, 0x2001);
    hand_expect(&h, &d, "eth ip", WEIR_OUTCOME_OK);
    cr_assert(d.fragment);
    cr_assert_eq(d.layers[1].upper, 17);
    weir_ip_view_read(&ip, h.bytes, &d.layers[1]);
    cr_assert_eq(ip.fragment_offset, 8);
    cr_assert_eq(ip.flags, 1);
}

/* The datagram's length reaches past its first fragment. */
Test(ipv4, first_fragment_has_the_ports)
{
    struct weir_dissection d;
    struct hand h;

    udp_begin(&h, 0);
    hand_set16(&h, IP + 6, 0x2000);
    hand_set16(&h, IP + 24, 4000);
    hand_expect(&h, &d, "eth ip udp", WEIR_OUTCOME_OK);
    cr_assert_not(d.fragment);
}

/* RFC 1858 section 3: such fragments are made to pass filters. */
Test(ipv4, first_fragment_too_short_for_its_transport_header)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 6, 0, 16);
    hand_tcp(&h);
    hand_set16(&h, IP + 6, 0x2000);
    hand_expect(&h, &d, "eth ip", WEIR_OUTCOME_BAD_FRAGMENT);
}

Test(ipv4, fragment_that_contradicts_itself)
{
    struct weir_dissection d;
    struct hand h;

    /* More follow, but the next could not begin where this one ends. */
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 17, 0, 9);
    hand_udp(&h, 0);
    hand_fill(&h, 1, 0);
    hand_set16(&h, IP + 6, 0x2000);
    hand_expect(&h, &d, "eth ip udp", WEIR_OUTCOME_BAD_FRAGMENT);
    hand_fill(&h, 3, 0);
    hand_set16(&h, IP + 2, 32); /* 12 bytes of payload */
    hand_expect(&h, &d, "eth ip udp", WEIR_OUTCOME_BAD_FRAGMENT);
    /* The last one may end anywhere. */
    hand_set16(&h, IP + 6, 0x0001);
    hand_expect(&h, &d, "eth ip", WEIR_OUTCOME_OK);
}

/* Offset 8 * 8188 = 65504: with the header, 65535 - 65524 = 11 bytes fit. */
Test(ipv4, fragment_past_the_greatest_datagram)
{
    struct weir_dissection d;
    struct hand h;

    for (uint32_t payload = 10; payload < 14; payload++) {
        hand_eth(&h, 0x0800);
        hand_ipv4(&h, 1, 0, payload);
        hand_fill(&h, payload, 0);
        hand_set16(&h, IP + 6, 8188);
        hand_expect(&h, &d, "eth ip",
                    payload <= 11 ? WEIR_OUTCOME_OK
                                  : WEIR_OUTCOME_BAD_FRAGMENT);
        cr_assert(d.fragment);
    }
}

Test(ipv4, in_ip_the_outer_one_talks)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 4, 0, 28);
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    hand_fill(&h, 4, 0xee);
    hand_expect(&h, &d, "eth ip ip udp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.talker_offset, IP + 12);
    cr_assert_eq(d.payload_end, h.n - 4);
    /* A later fragment inside is not the outermost's. */
    hand_set16(&h, IP + 26, 0x0001);
    hand_expect(&h, &d, "eth ip ip", WEIR_OUTCOME_OK);
    cr_assert_not(d.fragment);
    /* The inner one does not fit into the outer one. */
    hand_set16(&h, IP + 26, 0);
    hand_set16(&h, IP + 22, 29);
    hand_expect(&h, &d, "eth ip ip udp", WEIR_OUTCOME_BAD_TOTAL_LENGTH);
}

/* The first fragment of an outer packet: the inner one goes on elsewhere. */
Test(ipv4, in_a_first_fragment)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 4, 0, 32);
    hand_set16(&h, IP + 6, 0x2000);
    hand_ipv4(&h, 17, 0, 1400);
    hand_udp(&h, 1392);
    hand_fill(&h, 4, 0);
    hand_expect(&h, &d, "eth ip ip udp", WEIR_OUTCOME_OK);
}

Test(ipv4, carries_ipv6)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 41, 0, 48);
    hand_ipv6(&h, 17, 8);
    hand_udp(&h, 0);
    hand_expect(&h, &d, "eth ip ipv6 udp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.talker_kind, 4);
}

Test(ipv4, authentication_header)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 51, 0, 24);
    hand_hex(&h, "11 02 0000 00000001 00000002 aabbccdd");
    hand_udp(&h, 0);
    hand_expect(&h, &d, "eth ip udp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers[1].header, 36);
    cr_assert_eq(d.layers[1].upper, 17);
    h.bytes[IP + 21] = 0; /* shorter than its fixed part */
    hand_expect(&h, &d, "eth ip", WEIR_OUTCOME_BAD_EXTENSION);
    h.bytes[IP + 21] = 5; /* past the payload */
    hand_expect(&h, &d, "eth ip", WEIR_OUTCOME_BAD_EXTENSION);
}

Test(ipv4, raw)
{
    static const uint16_t linktypes[] = {WEIR_LINKTYPE_RAW, WEIR_LINKTYPE_IPV4};
    struct weir_dissection d;
    struct hand h;

    for (uint32_t i = 0; i < 2; i++) {
        hand_begin(&h, linktypes[i]);
        hand_ipv4(&h, 17, 0, 8);
        hand_udp(&h, 0);
        hand_expect(&h, &d, "ip udp", WEIR_OUTCOME_OK);
        h.bytes[0] = 0x55;
        hand_expect(&h, &d, "", WEIR_OUTCOME_BAD_VERSION);
    }
}
