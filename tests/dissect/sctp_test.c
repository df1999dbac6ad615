#include <criterion/criterion.h>

#include "dissect/fields.h"
#include "tests/dissect/hand.h"

Test(sctp, fields)
{
    struct weir_dissection d;
    struct weir_sctp_view sctp;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 132, 0, 12);
    hand_hex(&h, "03e9 07d2 01020304 05060708");
    hand_expect(&h, &d, "eth ip sctp", WEIR_OUTCOME_OK);
    weir_sctp_view_read(&sctp, h.bytes, &d.layers[2]);
    cr_assert_eq(sctp.srcport, 1001);
    cr_assert_eq(sctp.dstport, 2002);
    cr_assert_eq(sctp.vtag, 0x01020304);
    cr_assert_eq(sctp.checksum, 0x05060708);
}

Test(sctp, payload_too_short_for_the_header)
{
    struct weir_dissection d;
    struct hand h;

    for (uint32_t n = 0; n < 12; n++) {
        hand_eth(&h, 0x86dd);
        hand_ipv6(&h, 132, n);
        hand_fill(&h, n, 0);
        hand_expect(&h, &d, "eth ipv6", WEIR_OUTCOME_SHORT_HEADER);
    }
}
