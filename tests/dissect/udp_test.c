#include <criterion/criterion.h>

#include "base/linktype.h"
#include "dissect/fields.h"
#include "tests/dissect/hand.h"

Test(udp, fields)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 17, 0, 12);
    hand_udp(&h, 4);
    hand_hex(&h, "01020304");
    hand_expect(&h, &d, "eth ip udp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.payload_offset, 42);
    cr_assert_eq(d.payload_end, 46);

    struct weir_udp_view udp;
    weir_udp_view_read(&udp, h.bytes, &d.layers[2]);
    cr_assert_eq(udp.srcport, 1001);
    cr_assert_eq(udp.dstport, 2002);
    cr_assert_eq(udp.length, 12);
    cr_assert_eq(udp.checksum, 0xabcd);
}

/* The datagram may be shorter than IP's payload. */
Test(udp, length_ends_the_payload)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 17, 0, 20);
    hand_udp(&h, 4);
    hand_fill(&h, 12, 0xee);
    hand_expect(&h, &d, "eth ip udp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.payload_end, 46);
}

Test(udp, length_past_the_payload_is_malformed)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 17, 0, 10);
    hand_udp(&h, 3);
    hand_fill(&h, 10, 0); /* padding does not count */
    hand_expect(&h, &d, "eth ip udp", WEIR_OUTCOME_BAD_TOTAL_LENGTH);
    cr_assert_eq(d.payload_end, 44);
}

Test(udp, length_below_the_header_is_malformed)
{
    struct weir_dissection d;
    struct hand h;

    for (uint16_t length = 0; length < 8; length++) {
        hand_eth(&h, 0x0800);
        hand_ipv4(&h, 17, 0, 10);
        hand_udp(&h, 2);
        hand_set16(&h, 38, length);
        hand_fill(&h, 2, 0);
        hand_expect(&h, &d, "eth ip udp", WEIR_OUTCOME_BAD_TOTAL_LENGTH);
    }
}

/* RFC 2675 section 4. */
Test(udp, length_zero_stands_for_more_than_the_field_holds)
{
    struct weir_dissection d;
    struct hand h;

    hand_begin(&h, WEIR_LINKTYPE_RAW);
    hand_ipv6(&h, 17, 0);
    hand_udp(&h, 0);
    hand_set16(&h, 44, 0);
    hand_dissect(&h, &d, h.n, 40 + 65536);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers_count, 2);
    hand_dissect(&h, &d, h.n, 40 + 65535);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_BAD_TOTAL_LENGTH);
}

Test(udp, payload_too_short_for_the_header)
{
    struct weir_dissection d;
    struct hand h;

    for (uint32_t n = 0; n < 8; n++) {
        hand_eth(&h, 0x0800);
        hand_ipv4(&h, 17, 0, n);
        hand_fill(&h, 46, 0);
        hand_expect(&h, &d, "eth ip", WEIR_OUTCOME_SHORT_HEADER);
    }
}
