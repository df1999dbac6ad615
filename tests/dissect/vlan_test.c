#include <criterion/criterion.h>

#include "dissect/fields.h"
#include "tests/dissect/hand.h"

Test(vlan, fields)
{
    struct weir_dissection d;
    struct weir_vlan_view vlan;
    struct hand h;

    hand_eth(&h, 0x8100);
    hand_hex(&h, "b064 0800");
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    hand_expect(&h, &d, "eth vlan ip udp", WEIR_OUTCOME_OK);
    weir_vlan_view_read(&vlan, h.bytes, &d.layers[1]);
    cr_assert_eq(vlan.priority, 5);
    cr_assert(vlan.dei);
    cr_assert_eq(vlan.id, 100);
    cr_assert_eq(vlan.etype, 0x0800);
    cr_assert_not(vlan.is_length);
}

Test(vlan, qinq_is_two_layers_of_any_tag)
{
    static const uint16_t types[] = {0x8100, 0x88a8, 0x9100};
    struct weir_dissection d;
    struct weir_vlan_view vlan;
    struct hand h;

    for (uint32_t i = 0; i < 9; i++) {
        hand_eth(&h, types[i % 3]);
        hand_hex(&h, "0064 0000 2fff 86dd");
        hand_set16(&h, 16, types[i / 3]);
        hand_ipv6(&h, 59, 0);
        hand_expect(&h, &d, "eth vlan vlan ipv6", WEIR_OUTCOME_OK);
        weir_vlan_view_read(&vlan, h.bytes, &d.layers[1]);
        cr_assert_eq(vlan.id, 100);
        weir_vlan_view_read(&vlan, h.bytes, &d.layers[2]);
        cr_assert_eq(vlan.id, 4095);
        cr_assert_eq(vlan.priority, 1);
    }
}

Test(vlan, length_leads_to_llc)
{
    struct weir_dissection d;
    struct weir_vlan_view vlan;
    struct hand h;

    hand_eth(&h, 0x8100);
    hand_hex(&h, "0001 0003 424203");
    hand_fill(&h, 39, 0xee);
    hand_expect(&h, &d, "eth vlan llc", WEIR_OUTCOME_OK);
    cr_assert_eq(d.payload_end, 21);
    weir_vlan_view_read(&vlan, h.bytes, &d.layers[1]);
    cr_assert(vlan.is_length);
}

Test(vlan, tag_without_room)
{
    struct weir_dissection d;
    struct hand h;

    hand_eth(&h, 0x8100);
    hand_hex(&h, "0001 08");
    hand_expect(&h, &d, "eth", WEIR_OUTCOME_SHORT_HEADER);
    hand_dissect(&h, &d, h.n, h.n + 1);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_TRUNCATED);
}
