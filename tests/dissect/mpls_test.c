#include <criterion/criterion.h>

#include "dissect/fields.h"
#include "tests/dissect/hand.h"

Test(mpls, fields)
{
    struct weir_dissection d;
    struct weir_mpls_view mpls;
    struct hand h;

    hand_eth(&h, 0x8847);
    hand_hex(&h, "12345640 abcdef3f");
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    hand_expect(&h, &d, "eth mpls mpls ip udp", WEIR_OUTCOME_OK);
    weir_mpls_view_read(&mpls, h.bytes, &d.layers[1]);
    cr_assert_eq(mpls.label, 0x12345);
    cr_assert_eq(mpls.exp, 3);
    cr_assert_not(mpls.bottom);
    cr_assert_eq(mpls.ttl, 0x40);
    weir_mpls_view_read(&mpls, h.bytes, &d.layers[2]);
    cr_assert_eq(mpls.label, 0xabcde);
    cr_assert_eq(mpls.exp, 7);
    cr_assert(mpls.bottom);
    cr_assert_eq(mpls.ttl, 0x3f);
}

Test(mpls, first_nibble_tells_what_follows)
{
    struct weir_dissection d;
    struct hand h;

    for (uint8_t nibble = 0; nibble < 16; nibble++) {
        hand_eth(&h, 0x8848);
        hand_hex(&h, "000101ff");
        hand_ipv6(&h, 59, 0);
        h.bytes[18] = (uint8_t)(nibble << 4);
        if (nibble == 4)
            hand_expect(&h, &d, "eth mpls", WEIR_OUTCOME_BAD_HEADER_LENGTH);
        else if (nibble == 6)
            hand_expect(&h, &d, "eth mpls ipv6", WEIR_OUTCOME_OK);
        else
            hand_expect(&h, &d, "eth mpls", WEIR_OUTCOME_OK);
    }
}

Test(mpls, nothing_behind_the_stack)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x8847);
    hand_hex(&h, "000101ff");
    hand_expect(&h, &d, "eth mpls", WEIR_OUTCOME_OK);
    hand_dissect(&h, &d, h.n, h.n + 1);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_TRUNCATED);
}

Test(mpls, stack_that_has_no_bottom)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x8847);
    hand_hex(&h, "000100ff 000100ff 0001");
    hand_expect(&h, &d, "eth mpls mpls", WEIR_OUTCOME_SHORT_HEADER);
}

Test(mpls, stack_without_end_is_too_many_layers)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x8847);
    hand_fill(&h, 4 * (WEIR_LAYERS_MAX - 1), 0);
    hand_expect(&h, &d,
                "eth mpls mpls mpls mpls mpls mpls mpls mpls mpls mpls mpls "
                "mpls mpls mpls mpls",
                WEIR_OUTCOME_TOO_MANY_LAYERS);
    /* The path has the first eight. */
    cr_assert_eq(d.path, 0x0404040404040401);
}
