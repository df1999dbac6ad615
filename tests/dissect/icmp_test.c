#include <criterion/criterion.h>

#include "dissect/fields.h"
#include "tests/dissect/hand.h"

Test(icmp, fields)
{
    struct weir_dissection d;
    struct weir_icmp_view icmp;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 1, 0, 8);
    hand_hex(&h, "0301 abcd 12345678");
    hand_expect(&h, &d, "eth ip icmp", WEIR_OUTCOME_OK);
    weir_icmp_view_read(&icmp, h.bytes, &d.layers[2]);
    cr_assert_eq(icmp.type, 3);
    cr_assert_eq(icmp.code, 1);
    cr_assert_eq(icmp.checksum, 0xabcd);
    cr_assert(icmp.has_rest);
    cr_assert_eq(icmp.rest, 0x12345678);
}

/* What an error quotes is payload, not layers of this frame. */
Test(icmp, the_quoted_packet_is_payload)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 1, 0, 36);
    hand_hex(&h, "0301 abcd 00000000");
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    hand_expect(&h, &d, "eth ip icmp", WEIR_OUTCOME_OK);
}

Test(icmp, short_message)
{
    struct weir_dissection d;
    struct hand h;

    for (uint32_t n = 0; n < 8; n++) {
        hand_eth(&h, 0x0800);
        hand_ipv4(&h, 1, 0, n);
        hand_fill(&h, 26, 0);
        hand_expect(&h, &d, "eth ip", WEIR_OUTCOME_SHORT_HEADER);
    }
}

Test(icmpv6, fields)
{
    struct weir_dissection d;
    struct weir_icmp_view icmp;
    struct hand h;

    hand_eth(&h, 0x86dd);
    hand_ipv6(&h, 58, 8);
    hand_hex(&h, "8700 abcd 12345678");
    hand_expect(&h, &d, "eth ipv6 icmpv6", WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers[2].header, 8);
    weir_icmp_view_read(&icmp, h.bytes, &d.layers[2]);
    cr_assert_eq(icmp.type, 135);
    cr_assert_eq(icmp.code, 0);
    cr_assert(icmp.has_rest);
    cr_assert_eq(icmp.rest, 0x12345678);
}

Test(icmpv6, message_of_four_to_seven_bytes)
{
    struct weir_dissection d;
    struct weir_icmp_view icmp;
    struct hand h;

    for (uint32_t n = 0; n < 8; n++) {
        hand_eth(&h, 0x86dd);
        hand_ipv6(&h, 58, n);
        hand_fill(&h, n, 1);
        hand_expect(&h, &d, n < 4 ? "eth ipv6" : "eth ipv6 icmpv6",
                    n < 4 ? WEIR_OUTCOME_SHORT_HEADER : WEIR_OUTCOME_OK);
        if (n >= 4) {
            cr_assert_eq(d.layers[2].header, 4);
            weir_icmp_view_read(&icmp, h.bytes, &d.layers[2]);
            cr_assert_not(icmp.has_rest);
        }
    }
}
