#include <criterion/criterion.h>

#include "base/linktype.h"
#include "dissect/fields.h"
#include "tests/dissect/hand.h"

static const uint16_t linktypes[] = {WEIR_LINKTYPE_NULL, WEIR_LINKTYPE_LOOP};

static void begin(struct hand *h, uint16_t linktype, uint8_t family, bool big)
{
    hand_begin(h, linktype);
    hand_fill(h, 4, 0);
    h->bytes[big ? 3 : 0] = family;
}

Test(null, ipv4_in_either_byte_order)
{
    struct weir_dissection d;
    struct weir_null_view null;
    struct hand h;

    for (uint32_t i = 0; i < 4; i++) {
        begin(&h, linktypes[i / 2], 2, i % 2 == 0);
        hand_ipv4(&h, 17, 0, 8);
        hand_udp(&h, 0);
        hand_expect(&h, &d, "null ip udp", WEIR_OUTCOME_OK);
        weir_null_view_read(&null, h.bytes, &d.layers[0]);
        cr_assert_eq(null.family, 2);
        cr_assert_eq(d.talker_kind, 4);
    }
}

Test(null, ipv6_of_every_system)
{
    static const uint8_t families[] = {10, 24, 28, 30};
    struct weir_dissection d;
    struct weir_null_view null;
    struct hand h;

    for (uint32_t i = 0; i < 16; i++) {
        begin(&h, linktypes[i / 2 % 2], families[i / 4], i % 2 == 0);
        hand_ipv6(&h, 59, 0);
        hand_expect(&h, &d, "null ipv6", WEIR_OUTCOME_OK);
        weir_null_view_read(&null, h.bytes, &d.layers[0]);
        cr_assert_eq(null.family, families[i / 4]);
    }
}

Test(null, other_families)
{
    struct weir_dissection d;
    struct hand h;

    begin(&h, WEIR_LINKTYPE_NULL, 7, false);
    hand_ipv4(&h, 17, 0, 8);
    hand_expect(&h, &d, "null", WEIR_OUTCOME_OK);
    cr_assert_eq(d.talker_kind, 0);
    cr_assert_eq(d.payload_offset, 4);
}

Test(null, too_short)
{
    struct weir_dissection d;
    struct hand h;

    begin(&h, WEIR_LINKTYPE_NULL, 2, false);
    h.n = 3;
    hand_expect(&h, &d, "", WEIR_OUTCOME_SHORT_HEADER);
}
