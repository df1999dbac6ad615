#include <criterion/criterion.h>

#include "base/linktype.h"
#include "dissect/fields.h"
#include "tests/dissect/hand.h"

static void sll_begin(struct hand *h, uint16_t arphrd, uint16_t protocol)
{
    hand_begin(h, WEIR_LINKTYPE_LINUX_SLL);
    hand_hex(h, "0004 0000 0006 020000000001 0000 0000");
    hand_set16(h, 2, arphrd);
    hand_set16(h, 14, protocol);
}

static void sll2_begin(struct hand *h, uint16_t arphrd, uint16_t protocol)
{
    hand_begin(h, WEIR_LINKTYPE_LINUX_SLL2);
    hand_hex(h, "0000 0000 01020304 0000 04 06 020000000001 0000");
    hand_set16(h, 0, protocol);
    hand_set16(h, 8, arphrd);
}

static void udp_end(struct hand *h)
{
    hand_ipv4(h, 17, 0, 8);
    hand_udp(h, 0);
}

Test(sll, fields)
{
    struct weir_dissection d;
    struct weir_sll_view sll;
    struct hand h;

    sll_begin(&h, 1, 0x0800);
    udp_end(&h);
    hand_expect(&h, &d, "sll ip udp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers[0].proto, WEIR_PROTO_SLL);
    weir_sll_view_read(&sll, h.bytes, &d.layers[0]);
    cr_assert_eq(sll.packet_type, 4);
    cr_assert_eq(sll.arphrd, 1);
    cr_assert_eq(sll.address_length, 6);
    cr_assert_eq(sll.address, h.bytes + 6);
    cr_assert_eq(sll.protocol, 0x0800);
    cr_assert_not(sll.has_ifindex);
}

Test(sll2, fields)
{
    struct weir_dissection d;
    struct weir_sll_view sll;
    struct hand h;

    sll2_begin(&h, 1, 0x0800);
    udp_end(&h);
    hand_expect(&h, &d, "sll ip udp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers[0].proto, WEIR_PROTO_SLL2);
    weir_sll_view_read(&sll, h.bytes, &d.layers[0]);
    cr_assert_eq(sll.packet_type, 4);
    cr_assert_eq(sll.arphrd, 1);
    cr_assert_eq(sll.address_length, 6);
    cr_assert_eq(sll.address, h.bytes + 12);
    cr_assert_eq(sll.protocol, 0x0800);
    cr_assert(sll.has_ifindex);
    cr_assert_eq(sll.ifindex, 0x01020304);
}

/* ARPHRD_ values whose protocol field is no EtherType. */
Test(sll, protocol_of_another_kind)
{
    static const uint16_t arphrds[] = {770, 803, 824};
    struct weir_dissection d;
    struct hand h;

    for (uint32_t i = 0; i < 3; i++) {
        sll_begin(&h, arphrds[i], 0x0800);
        udp_end(&h);
        hand_expect(&h, &d, "sll", WEIR_OUTCOME_OK);
        sll2_begin(&h, arphrds[i], 0x0800);
        udp_end(&h);
        hand_expect(&h, &d, "sll", WEIR_OUTCOME_OK);
    }
}

/* Small numbers are Linux's own, and 4 is LLC; none is a length. */
Test(sll, small_protocols)
{
    struct weir_dissection d;
    struct hand h;

    for (uint16_t protocol = 0; protocol < 1536; protocol++) {
        sll_begin(&h, 1, protocol);
        hand_hex(&h, "42 42 03");
        hand_dissect(&h, &d, h.n, h.n);
        cr_assert_eq(d.outcome, WEIR_OUTCOME_OK);
        cr_assert_eq(d.layers_count, protocol == 4 ? 2 : 1);
    }
}

Test(sll, tags_and_arp)
{
    struct weir_dissection d;
    struct hand h;

    sll_begin(&h, 1, 0x8100);
    hand_hex(&h, "0064 0800");
    udp_end(&h);
    hand_expect(&h, &d, "sll vlan ip udp", WEIR_OUTCOME_OK);
    sll2_begin(&h, 1, 0x0806);
    hand_hex(&h, "0001 0800 06 04 0001 020000000001 c0000201 000000000000 "
                 "c0000202");
    hand_expect(&h, &d, "sll arp", WEIR_OUTCOME_OK);
}

/* The address is the sender's; only one of Ethernet is a talker. */
Test(sll, talker)
{
    struct weir_dissection d;
    struct hand h;

    sll_begin(&h, 1, 0x88cc);
    hand_expect(&h, &d, "sll", WEIR_OUTCOME_OK);
    cr_assert_eq(d.talker_kind, 1);
    cr_assert_eq(d.talker_offset, 6);
    sll2_begin(&h, 1, 0x88cc);
    hand_expect(&h, &d, "sll", WEIR_OUTCOME_OK);
    cr_assert_eq(d.talker_kind, 1);
    cr_assert_eq(d.talker_offset, 12);
    sll_begin(&h, 772, 0x88cc);
    hand_expect(&h, &d, "sll", WEIR_OUTCOME_OK);
    cr_assert_eq(d.talker_kind, 0);
    sll_begin(&h, 1, 0x0800);
    udp_end(&h);
    hand_expect(&h, &d, "sll ip udp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.talker_kind, 4);
}

Test(sll, too_short)
{
    struct weir_dissection d;
    struct hand h;

    sll_begin(&h, 1, 0x0800);
    h.n = 15;
    hand_expect(&h, &d, "", WEIR_OUTCOME_SHORT_HEADER);
    sll2_begin(&h, 1, 0x0800);
    h.n = 19;
    hand_expect(&h, &d, "", WEIR_OUTCOME_SHORT_HEADER);
}
