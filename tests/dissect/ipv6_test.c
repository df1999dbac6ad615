#include <criterion/criterion.h>

#include "base/linktype.h"
#include "dissect/fields.h"
#include "tests/dissect/hand.h"

#define IP 14

static void begin(struct hand *h, uint8_t next, uint32_t payload)
{
    hand_eth(h, 0x86dd);
    hand_ipv6(h, next, payload);
}

Test(ipv6, fields)
{
    struct weir_dissection d;
    struct weir_ipv6_view ipv6;
    struct hand h;

    begin(&h, 17, 8);
    hand_udp(&h, 0);
    h.bytes[IP] = 0x6b;
    h.bytes[IP + 1] = 0x9a;
    h.bytes[IP + 2] = 0xbc;
    h.bytes[IP + 3] = 0xde;
    hand_expect(&h, &d, "eth ipv6 udp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.talker_kind, 6);
    cr_assert_eq(d.talker_offset, IP + 8);
    cr_assert_eq(d.layers[1].upper, 17);
    weir_ipv6_view_read(&ipv6, h.bytes, &d.layers[1]);
    cr_assert_eq(ipv6.traffic_class, 0xb9);
    cr_assert_eq(ipv6.flow, 0xabcde);
    cr_assert_eq(ipv6.plen, 8);
    cr_assert_eq(ipv6.nxt, 17);
    cr_assert_eq(ipv6.hlim, 64);
    cr_assert_eq(ipv6.src, h.bytes + IP + 8);
    cr_assert_eq(ipv6.dst, h.bytes + IP + 24);
}

Test(ipv6, every_other_version)
{
    struct weir_dissection d;
    struct hand h;

    for (uint8_t version = 0; version < 16; version++) {
        begin(&h, 59, 0);
        h.bytes[IP] = (uint8_t)(version << 4);
        if (version == 6)
            hand_expect(&h, &d, "eth ipv6", WEIR_OUTCOME_OK);
        else
            hand_expect(&h, &d, "eth", WEIR_OUTCOME_BAD_VERSION);
    }
}

Test(ipv6, payload_length)
{
    struct weir_dissection d;
    struct hand h;

    begin(&h, 17, 8);
    hand_udp(&h, 0);
    hand_fill(&h, 10, 0xee);
    hand_expect(&h, &d, "eth ipv6 udp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.payload_end, IP + 48);
    hand_set16(&h, IP + 4, 19);
    hand_expect(&h, &d, "eth ipv6 udp", WEIR_OUTCOME_BAD_TOTAL_LENGTH);
}

/* RFC 2675, and segmentation offload. */
Test(ipv6, payload_length_zero_is_the_rest_of_the_frame)
{
    struct weir_dissection d;
    struct hand h;

    begin(&h, 0, 0);
    hand_hex(&h, "06 00 c204 00011170");
    hand_tcp(&h);
    hand_dissect(&h, &d, h.n, 70054);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers_count, 3);
    cr_assert_eq(d.payload_end, 70054);
    /* But nothing is nothing. */
    begin(&h, 59, 0);
    hand_fill(&h, 6, 0xee);
    hand_expect(&h, &d, "eth ipv6", WEIR_OUTCOME_OK);
    cr_assert_eq(d.payload_end, IP + 40);
}

Test(ipv6, extension_headers_belong_to_the_layer)
{
    struct weir_dissection d;
    struct weir_ipv6_view ipv6;
    struct hand h;

    begin(&h, 0, 8 + 24 + 8 + 8 + 16 + 8);
    hand_hex(&h, "2b 00 0104 00000000"); /* hop by hop */
    hand_hex(&h, "3c 02 0000 00000000"); /* routing */
    hand_fill(&h, 16, 0x20);
    hand_hex(&h, "2c 00 0104 00000000");                   /* destination */
    hand_hex(&h, "33 00 0000 00000007");                   /* fragment: whole */
    hand_hex(&h, "11 02 0000 00000001 00000002 aabbccdd"); /* authentication */
    hand_udp(&h, 0);
    hand_expect(&h, &d, "eth ipv6 udp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers[1].header, 40 + 64);
    cr_assert_eq(d.layers[1].upper, 17);
    cr_assert_not(d.fragment);
    weir_ipv6_view_read(&ipv6, h.bytes, &d.layers[1]);
    cr_assert_eq(ipv6.nxt, 0);
}

Test(ipv6, extension_past_the_payload)
{
    static const uint8_t numbers[] = {0, 43, 60, 51};
    struct weir_dissection d;
    struct hand h;

    for (uint32_t i = 0; i < sizeof numbers; i++) {
        begin(&h, numbers[i], 16);
        hand_hex(&h, "11 03 0000 00000000 0000000000000000");
        hand_fill(&h, 20, 0);
        hand_expect(&h, &d, "eth ipv6", WEIR_OUTCOME_BAD_EXTENSION);
        cr_assert_eq(d.layers[1].header, 56);
        cr_assert_eq(d.layers[1].upper, numbers[i]);
    }
    /* The snapshot length cut it off. */
    begin(&h, 0, 100);
    hand_hex(&h, "11 03 0000 00000000");
    hand_dissect(&h, &d, h.n, IP + 140);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_TRUNCATED);
}

Test(ipv6, payload_too_short_for_any_extension)
{
    static const uint8_t numbers[] = {0, 43, 44, 60, 51};
    struct weir_dissection d;
    struct hand h;

    for (uint32_t i = 0; i < sizeof numbers; i++) {
        begin(&h, numbers[i], 7);
        hand_fill(&h, 20, 0);
        hand_expect(&h, &d, "eth ipv6", WEIR_OUTCOME_BAD_EXTENSION);
        cr_assert_eq(d.layers[1].header, 40);
    }
}

Test(ipv6, later_fragment_has_no_transport)
{
    struct weir_dissection d;
    struct hand h;

    begin(&h, 44, 16);
    hand_hex(&h, "11 00 0009 00000007");
    hand_udp(&h, 0);
    hand_expect(&h, &d, "eth ipv6", WEIR_OUTCOME_OK);
    cr_assert(d.fragment);
    cr_assert_eq(d.layers[1].header, 48);
    cr_assert_eq(d.layers[1].upper, 17);
}

Test(ipv6, first_fragment)
{
    struct weir_dissection d;
    struct hand h;

    begin(&h, 44, 16);
    hand_hex(&h, "11 00 0001 00000007");
    hand_udp(&h, 1000);
    hand_expect(&h, &d, "eth ipv6 udp", WEIR_OUTCOME_OK);
    cr_assert_not(d.fragment);
    /* RFC 7112: it should hold all headers. */
    h.bytes[IP + 40] = 6;
    hand_expect(&h, &d, "eth ipv6", WEIR_OUTCOME_BAD_FRAGMENT);
}

/* RFC 8200 section 4.5. */
Test(ipv6, fragment_that_contradicts_itself)
{
    struct weir_dissection d;
    struct hand h;

    begin(&h, 44, 17);
    hand_hex(&h, "11 00 0001 00000007");
    hand_udp(&h, 1000);
    hand_fill(&h, 1, 0);
    hand_expect(&h, &d, "eth ipv6 udp", WEIR_OUTCOME_BAD_FRAGMENT);
    for (uint32_t payload = 6; payload < 10; payload++) {
        begin(&h, 44, 8 + payload);
        hand_hex(&h, "11 00 fff8 00000007"); /* 65528, and no more */
        hand_fill(&h, payload, 0);
        hand_expect(&h, &d, "eth ipv6",
                    payload <= 7 ? WEIR_OUTCOME_OK : WEIR_OUTCOME_BAD_FRAGMENT);
    }
}

Test(ipv6, extensions_without_end)
{
    struct weir_dissection d;
    struct hand h;

    for (uint32_t n = 1; n <= 18; n++) {
        begin(&h, 60, 8 * n);
        for (uint32_t i = 0; i < n; i++)
            hand_hex(&h, i + 1 < n ? "3c00000000000000" : "3b00000000000000");
        hand_expect(&h, &d, "eth ipv6",
                    n <= 16 ? WEIR_OUTCOME_OK : WEIR_OUTCOME_BAD_EXTENSION);
    }
}

Test(ipv6, stops_at_encryption)
{
    struct weir_dissection d;
    struct hand h;

    begin(&h, 50, 16);
    hand_fill(&h, 16, 0xee);
    hand_expect(&h, &d, "eth ipv6", WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers[1].upper, 50);
}

Test(ipv6, carries_ip)
{
    struct weir_dissection d;
    struct hand h;

    begin(&h, 41, 40 + 28);
    hand_ipv6(&h, 4, 28);
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    hand_expect(&h, &d, "eth ipv6 ipv6 ip udp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.talker_offset, IP + 8);
}

Test(ipv6, raw)
{
    static const uint16_t linktypes[] = {WEIR_LINKTYPE_RAW, WEIR_LINKTYPE_IPV6};
    struct weir_dissection d;
    struct hand h;

    for (uint32_t i = 0; i < 2; i++) {
        hand_begin(&h, linktypes[i]);
        hand_ipv6(&h, 59, 0);
        hand_expect(&h, &d, "ipv6", WEIR_OUTCOME_OK);
        h.bytes[0] = 0x75;
        hand_expect(&h, &d, "", WEIR_OUTCOME_BAD_VERSION);
    }
}
