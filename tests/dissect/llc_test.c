#include <criterion/criterion.h>

#include "dissect/fields.h"
#include "tests/dissect/hand.h"

Test(llc, unnumbered)
{
    struct weir_dissection d;
    struct weir_llc_view llc;
    struct hand h;

    hand_eth(&h, 38);
    hand_hex(&h, "42 43 03");
    hand_fill(&h, 35, 0);
    hand_fill(&h, 8, 0xee); /* padding */
    hand_expect(&h, &d, "eth llc", WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers[1].header, 3);
    cr_assert_eq(d.payload_end, 14 + 38);

    weir_llc_view_read(&llc, h.bytes, &d.layers[1]);
    cr_assert_eq(llc.dsap, 0x42);
    cr_assert_eq(llc.ssap, 0x43);
    cr_assert_eq(llc.control, 0x03);
    cr_assert_not(llc.is_snap);

    struct weir_eth_view eth;
    weir_eth_view_read(&eth, h.bytes, &d.layers[0]);
    cr_assert(eth.is_length);
    cr_assert_eq(eth.type, 38);
}

Test(llc, information_has_two_bytes_of_control)
{
    struct weir_dissection d;
    struct weir_llc_view llc;
    struct hand h;

    hand_eth(&h, 4);
    hand_hex(&h, "f0 f0 02 13");
    hand_expect(&h, &d, "eth llc", WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers[1].header, 4);
    weir_llc_view_read(&llc, h.bytes, &d.layers[1]);
    cr_assert_eq(llc.control, 0x1302);

    /* The second byte was cut off. */
    hand_dissect(&h, &d, 17, 18);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_TRUNCATED);
    cr_assert_eq(d.layers_count, 2);
    weir_llc_view_read(&llc, h.bytes, &d.layers[1]);
    cr_assert_eq(llc.control, 0x02);
}

Test(llc, snap_carries_ethertypes)
{
    static const char *const headers[] = {"aaaa03 000000 0800",
                                          "aaaa03 0000f8 0800"};
    struct weir_dissection d;
    struct weir_llc_view llc;
    struct hand h;

    for (uint32_t i = 0; i < 2; i++) {
        hand_eth(&h, 8 + 28);
        hand_hex(&h, headers[i]);
        hand_ipv4(&h, 17, 0, 8);
        hand_udp(&h, 0);
        hand_expect(&h, &d, "eth llc ip udp", WEIR_OUTCOME_OK);
        cr_assert_eq(d.layers[1].header, 8);
        weir_llc_view_read(&llc, h.bytes, &d.layers[1]);
        cr_assert(llc.is_snap);
        cr_assert_eq(llc.oui, i == 0 ? 0 : 0xf8);
        cr_assert_eq(llc.type, 0x0800);
    }
}

Test(llc, other_organisations_protocols_are_their_own)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 8 + 28);
    hand_hex(&h, "aaaa03 00000c 0800");
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    hand_expect(&h, &d, "eth llc", WEIR_OUTCOME_OK);
}

Test(llc, novell_raw_is_no_llc)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 30);
    hand_hex(&h, "ffff 001e 0011");
    hand_fill(&h, 24, 0);
    hand_expect(&h, &d, "eth", WEIR_OUTCOME_OK);
}

Test(llc, length_past_the_frame_is_malformed_and_does_not_stop)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 5);
    hand_hex(&h, "42 42 03 00");
    hand_expect(&h, &d, "eth llc", WEIR_OUTCOME_BAD_TOTAL_LENGTH);
    cr_assert_eq(d.payload_end, 18);
    /* Cut off by the snapshot length, it is not. */
    hand_dissect(&h, &d, h.n, h.n + 1);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_OK);
}

Test(llc, length_too_short_for_the_header)
{
    struct weir_dissection d;
    struct hand h;

    for (uint16_t n = 0; n < 8; n++) {
        hand_eth(&h, n);
        hand_hex(&h, "aaaa03 000000 88cc");
        hand_fill(&h, 38, 0);
        hand_expect(&h, &d, n < 3 ? "eth" : "eth llc",
                    WEIR_OUTCOME_SHORT_HEADER);
    }
}
