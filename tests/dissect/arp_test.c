#include <criterion/criterion.h>

#include "base/linktype.h"
#include "dissect/fields.h"
#include "tests/dissect/hand.h"

static const char request[] = "0001 0800 06 04 0001 020000000001 c0000201"
                              "000000000000 c0000202";

Test(arp, fields)
{
    struct weir_dissection d;
    struct weir_arp_view arp;
    struct hand h;

    hand_eth(&h, 0x0806);
    hand_hex(&h, request);
    hand_fill(&h, 18, 0);
    hand_expect(&h, &d, "eth arp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers[1].header, 28);
    weir_arp_view_read(&arp, h.bytes, &d.layers[1]);
    cr_assert_eq(arp.hw_type, 1);
    cr_assert_eq(arp.proto_type, 0x0800);
    cr_assert_eq(arp.hw_size, 6);
    cr_assert_eq(arp.proto_size, 4);
    cr_assert_eq(arp.opcode, 1);
    cr_assert_eq(arp.src_hw_mac, h.bytes + 22);
    cr_assert_eq(arp.src_proto_ipv4, h.bytes + 28);
    cr_assert_eq(arp.dst_hw_mac, h.bytes + 32);
    cr_assert_eq(arp.dst_proto_ipv4, h.bytes + 38);
}

Test(arp, reverse)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x8035);
    hand_hex(&h, request);
    hand_expect(&h, &d, "eth arp", WEIR_OUTCOME_OK);
}

/* Each address appears once all of it was captured. */
Test(arp, addresses_that_were_cut_off)
{
    struct weir_dissection d;
    struct weir_arp_view arp;
    struct hand h;

    hand_eth(&h, 0x0806);
    hand_hex(&h, request);
    for (uint32_t n = 22; n < 42; n++) {
        hand_dissect(&h, &d, n, 42);
        cr_assert_eq(d.outcome, WEIR_OUTCOME_TRUNCATED);
        cr_assert_eq(d.layers_count, 2);
        cr_assert_eq(d.layers[1].header, n - 14);
        weir_arp_view_read(&arp, h.bytes, &d.layers[1]);
        cr_assert_eq(arp.src_hw_mac != NULL, n >= 28);
        cr_assert_eq(arp.src_proto_ipv4 != NULL, n >= 32);
        cr_assert_eq(arp.dst_hw_mac != NULL, n >= 38);
        cr_assert_null(arp.dst_proto_ipv4);
    }
}

Test(arp, addresses_of_other_kinds)
{
    struct weir_dissection d;
    struct weir_arp_view arp;
    struct hand h;

    hand_eth(&h, 0x0806);
    hand_hex(&h, "0020 0800 08 04 0001");
    hand_fill(&h, 24, 0x11);
    hand_expect(&h, &d, "eth arp", WEIR_OUTCOME_OK);
    weir_arp_view_read(&arp, h.bytes, &d.layers[1]);
    cr_assert_null(arp.src_hw_mac);
    cr_assert_null(arp.dst_hw_mac);
    cr_assert_eq(arp.src_proto_ipv4, h.bytes + 30);
    cr_assert_eq(arp.dst_proto_ipv4, h.bytes + 42);
}

Test(arp, sizes_past_the_frame_are_malformed)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0806);
    hand_hex(&h, request);
    h.bytes[18] = 255;
    h.bytes[19] = 255;
    hand_fill(&h, 18, 0);
    hand_expect(&h, &d, "eth arp", WEIR_OUTCOME_BAD_HEADER_LENGTH);
    cr_assert_eq(d.layers[1].header, 46);
}

/* RFC 2225: the bytes that look like sizes are not. */
Test(arp, atm)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0806);
    hand_hex(&h, "0013 0800 ff ff 0001");
    hand_expect(&h, &d, "eth arp", WEIR_OUTCOME_OK);
}

Test(arp, too_short)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0806);
    hand_hex(&h, "0001 0800 06 04 00");
    hand_expect(&h, &d, "eth", WEIR_OUTCOME_SHORT_HEADER);
}
