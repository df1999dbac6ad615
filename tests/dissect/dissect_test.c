#include <criterion/criterion.h>

#include "base/linktype.h"
#include "tests/dissect/hand.h"

Test(dissect, unknown_link_type_is_not_an_error)
{
    struct weir_dissection d;
    struct hand h;

    hand_begin(&h, 127);
    hand_fill(&h, 60, 0x45);
    hand_dissect(&h, &d, h.n, 100);
    cr_assert_not(d.known_link);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers_count, 0);
    cr_assert_eq(d.path, 0);
    cr_assert_eq(d.payload_offset, 0);
    cr_assert_eq(d.payload_end, 100);
}

Test(dissect, raw_with_nothing_in_it)
{
    struct weir_dissection d;
    struct hand h;

    hand_begin(&h, WEIR_LINKTYPE_RAW);
    hand_dissect(&h, &d, 0, 0);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_SHORT_HEADER);
    hand_dissect(&h, &d, 0, 1);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_TRUNCATED);
    cr_assert(d.known_link);
}

/* A length behind which nothing can lie in 32 bits. */
Test(dissect, greatest_wire_length)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 6, 0, 0);
    hand_set16(&h, 16, 0);
    hand_tcp(&h);
    hand_dissect(&h, &d, h.n, UINT32_MAX);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers_count, 3);
    cr_assert_eq(d.payload_end, UINT32_MAX);
}

Test(dissect, path_has_the_outermost_layer_lowest)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    hand_expect(&h, &d, "eth ip udp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.path,
                 WEIR_PROTO_ETH | WEIR_PROTO_IP << 8 | WEIR_PROTO_UDP << 16);
}

Test(dissect, find_gives_the_outermost)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 4, 0, 28);
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    hand_expect(&h, &d, "eth ip ip udp", WEIR_OUTCOME_OK);
    cr_assert_eq(weir_dissection_find(&d, WEIR_PROTO_IP), &d.layers[1]);
    cr_assert_eq(weir_dissection_find(&d, WEIR_PROTO_UDP), &d.layers[3]);
    cr_assert_null(weir_dissection_find(&d, WEIR_PROTO_TCP));
}

/* The numbers are part of paths, the names of reports: neither may change. */
Test(dissect, names_and_numbers)
{
    static const char *const protos[WEIR_PROTO_COUNT] = {
        "",    "eth", "llc",  "vlan",   "mpls", "arp", "ip",  "ipv6",
        "tcp", "udp", "icmp", "icmpv6", "sctp", "sll", "sll", "null"};
    static const char *const outcomes[WEIR_OUTCOME_COUNT] = {
        "ok",
        "truncated",
        "short_header",
        "bad_version",
        "bad_header_length",
        "bad_total_length",
        "bad_option",
        "bad_extension",
        "bad_fragment",
        "too_many_layers"};

    for (int i = 0; i < WEIR_PROTO_COUNT; i++)
        cr_assert_str_eq(weir_proto_name((uint8_t)i), protos[i]);
    for (int i = 0; i < WEIR_OUTCOME_COUNT; i++)
        cr_assert_str_eq(weir_outcome_name((uint8_t)i), outcomes[i]);
    cr_assert_str_eq(weir_proto_name(WEIR_PROTO_COUNT), "");
    cr_assert_str_eq(weir_proto_name(255), "");
    cr_assert_str_eq(weir_outcome_name(WEIR_OUTCOME_COUNT), "");
    cr_assert_str_eq(weir_outcome_name(255), "");
}

/* Layers upon layers: 15 packets in packets are the most behind Ethernet. */
Test(dissect, packets_in_packets)
{
    struct weir_dissection d;
    struct hand h;

    for (uint32_t n = 14; n <= 16; n++) {
        hand_eth(&h, 0x0800);
        for (uint32_t i = 1; i <= n; i++)
            hand_ipv4(&h, i < n ? 4 : 253, 0, (n - i) * 20);
        hand_dissect(&h, &d, h.n, h.n);
        cr_assert_eq(d.outcome,
                     n <= 15 ? WEIR_OUTCOME_OK : WEIR_OUTCOME_TOO_MANY_LAYERS);
        cr_assert_eq(d.layers_count, n < 15 ? n + 1 : 16);
    }
}

Test(dissect, null)
{
    struct weir_dissection d;
    memset(&d, 0xff, sizeof d);
    weir_dissect(&d, NULL, 64, 60, WEIR_LINKTYPE_ETHERNET);
    cr_assert_eq(d.layers_count, 0);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_TRUNCATED);
    cr_assert_eq(d.payload_end, 60);
    weir_dissect(NULL, (const uint8_t *)"", 0, 0, WEIR_LINKTYPE_ETHERNET);
    weir_dissect(NULL, NULL, 0, 0, WEIR_LINKTYPE_RAW);
}
