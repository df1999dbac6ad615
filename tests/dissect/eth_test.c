#include <criterion/criterion.h>
#include <string.h>

#include "base/linktype.h"
#include "dissect/fields.h"
#include "tests/dissect/hand.h"

Test(eth, fields)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x88cc);
    hand_fill(&h, 46, 0);
    hand_expect(&h, &d, "eth", WEIR_OUTCOME_OK);

    struct weir_eth_view eth;
    weir_eth_view_read(&eth, h.bytes, &d.layers[0]);
    cr_assert_eq(memcmp(eth.dst, "\2\0\0\0\0\2", 6), 0);
    cr_assert_eq(memcmp(eth.src, "\2\0\0\0\0\1", 6), 0);
    cr_assert_eq(eth.type, 0x88cc);
    cr_assert_not(eth.is_length);
}

Test(eth, the_sender_talks)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x88cc);
    hand_expect(&h, &d, "eth", WEIR_OUTCOME_OK);
    cr_assert_eq(d.talker_kind, 1);
    cr_assert_eq(d.talker_offset, 6);
    cr_assert_eq(d.payload_offset, 14);
    cr_assert_eq(d.payload_end, 14);
}

Test(eth, one_byte_short)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_dissect(&h, &d, 13, 13);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_SHORT_HEADER);
    hand_dissect(&h, &d, 13, 14);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_TRUNCATED);
    hand_dissect(&h, &d, 0, 0);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_SHORT_HEADER);
    cr_assert_eq(d.layers_count, 0);
    cr_assert_eq(d.talker_kind, 0);
}

/* A record may claim a wire length below what it holds. */
Test(eth, captured_bytes_count_if_the_wire_length_is_less)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    hand_dissect(&h, &d, h.n, 3);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers_count, 3);
}

Test(eth, greatest_length)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 1500);
    hand_hex(&h, "42 42 03");
    hand_fill(&h, 1497, 0);
    hand_dissect(&h, &d, h.n, h.n);
    cr_assert_eq(d.layers_count, 2);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_OK);
}

/* IEEE 802.3 has no meaning for 1501 to 1535. */
Test(eth, neither_type_nor_length)
{
    struct weir_dissection d;
    struct hand h;

    for (uint16_t type = 1501; type < 1536; type++) {
        hand_eth(&h, type);
        hand_hex(&h, "42 42 03");
        hand_expect(&h, &d, "eth", WEIR_OUTCOME_OK);
    }
}
