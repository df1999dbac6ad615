#include "dissect/fields.h"

#include <criterion/criterion.h>

#include <string.h>

#include "base/linktype.h"
#include "tests/dissect/hand.h"

static void udp_frame(struct hand *h, uint32_t payload, uint32_t padding)
{
    hand_eth(h, 0x0800);
    hand_ipv4(h, 17, 0, 8 + payload);
    hand_udp(h, payload);
    hand_fill(h, payload, 0x70);
    hand_fill(h, padding, 0);
}

Test(fields, found_without_a_loop)
{
    struct hand h;
    struct weir_dissection d;
    struct weir_eth_view eth;
    struct weir_ip_view ip;
    struct weir_udp_view udp;
    struct weir_tcp_view tcp;
    udp_frame(&h, 4, 0);
    hand_expect(&h, &d, "eth ip udp", WEIR_OUTCOME_OK);
    cr_assert(weir_eth_view_find(&eth, h.bytes, &d));
    cr_assert_eq(eth.type, 0x0800);
    cr_assert(weir_ip_view_find(&ip, h.bytes, &d));
    cr_assert_eq(ip.total_length, 32);
    cr_assert_eq(ip.options_length, 0);
    cr_assert(weir_udp_view_find(&udp, h.bytes, &d));
    cr_assert_eq(udp.dstport, 2002);
    memset(&tcp, 0xff, sizeof tcp);
    cr_assert_not(weir_tcp_view_find(&tcp, h.bytes, &d));
    cr_assert_eq(tcp.seq, 0);
    cr_assert_null(tcp.options);
}

Test(fields, the_outermost_and_then_the_others)
{
    struct hand h;
    struct weir_dissection d;
    struct weir_vlan_view vlan;
    hand_eth(&h, 0x88a8);
    hand_hex(&h, "000a 8100 0014 0800");
    hand_ipv4(&h, 1, 0, 8);
    hand_hex(&h, "0800 0000 0001 0002");
    hand_expect(&h, &d, "eth vlan vlan ip icmp", WEIR_OUTCOME_OK);
    const struct weir_layer *layer =
        weir_dissection_next(&d, NULL, WEIR_PROTO_VLAN);
    cr_assert_eq(layer, weir_dissection_find(&d, WEIR_PROTO_VLAN));
    cr_assert(weir_vlan_view_read(&vlan, h.bytes, layer));
    cr_assert_eq(vlan.id, 10);
    layer = weir_dissection_next(&d, layer, WEIR_PROTO_VLAN);
    cr_assert(weir_vlan_view_read(&vlan, h.bytes, layer));
    cr_assert_eq(vlan.id, 20);
    cr_assert_null(weir_dissection_next(&d, layer, WEIR_PROTO_VLAN));
    cr_assert_null(weir_dissection_next(NULL, NULL, WEIR_PROTO_VLAN));
    cr_assert_null(weir_dissection_find(NULL, WEIR_PROTO_VLAN));
}

static bool is_zero(const void *view, size_t n)
{
    const uint8_t *bytes = view;
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* Every view of every layer: only the right one fills it. */
#define READ_EXPECT(view, id, other)                                           \
    do {                                                                       \
        struct weir_##view##_view out;                                         \
        memset(&out, 0xff, sizeof out);                                        \
        bool is = layer->proto == WEIR_PROTO_##id ||                           \
                  layer->proto == WEIR_PROTO_##other;                          \
        cr_assert_eq(weir_##view##_view_read(&out, h->bytes, layer), is);      \
        cr_assert_eq(is_zero(&out, sizeof out), !is);                          \
        cr_assert_not(weir_##view##_view_read(&out, NULL, layer));             \
        cr_assert_not(weir_##view##_view_read(&out, h->bytes, NULL));          \
        cr_assert_not(weir_##view##_view_read(NULL, h->bytes, layer));         \
        cr_assert_not(weir_##view##_view_find(&out, h->bytes, NULL));          \
        cr_assert_not(weir_##view##_view_find(NULL, NULL, NULL));              \
        cr_assert(is_zero(&out, sizeof out));                                  \
    } while (0)

static void views_expect(const struct hand *h, const char *layers)
{
    struct weir_dissection d;
    hand_expect(h, &d, layers, WEIR_OUTCOME_OK);
    for (uint8_t i = 0; i < d.layers_count; i++) {
        const struct weir_layer *layer = &d.layers[i];
        READ_EXPECT(eth, ETH, ETH);
        READ_EXPECT(llc, LLC, LLC);
        READ_EXPECT(vlan, VLAN, VLAN);
        READ_EXPECT(mpls, MPLS, MPLS);
        READ_EXPECT(arp, ARP, ARP);
        READ_EXPECT(ip, IP, IP);
        READ_EXPECT(ipv6, IPV6, IPV6);
        READ_EXPECT(tcp, TCP, TCP);
        READ_EXPECT(udp, UDP, UDP);
        READ_EXPECT(icmp, ICMP, ICMPV6);
        READ_EXPECT(sctp, SCTP, SCTP);
        READ_EXPECT(sll, SLL, SLL2);
        READ_EXPECT(null, NULL, NULL);
    }
}

Test(fields, no_view_of_another_layer)
{
    struct hand h;
    udp_frame(&h, 4, 0);
    views_expect(&h, "eth ip udp");

    hand_eth(&h, 0x8100);
    hand_hex(&h, "0005 8847 00010140");
    hand_ipv6(&h, 6, 20);
    hand_tcp(&h);
    views_expect(&h, "eth vlan mpls ipv6 tcp");

    hand_eth(&h, 36);
    hand_hex(&h, "aaaa03 000000 0806");
    hand_hex(&h, "0001 0800 06 04 0001 020000000001 c0000201"
                 "000000000000 c0000202");
    views_expect(&h, "eth llc arp");

    hand_begin(&h, WEIR_LINKTYPE_LINUX_SLL);
    hand_hex(&h, "0000 0001 0006 020000000001 0000 0800");
    hand_ipv4(&h, 132, 0, 12);
    hand_hex(&h, "0001 0002 00000003 00000004");
    views_expect(&h, "sll ip sctp");

    hand_begin(&h, WEIR_LINKTYPE_NULL);
    hand_hex(&h, "02000000");
    hand_ipv4(&h, 1, 0, 8);
    hand_hex(&h, "0800 0000 0001 0002");
    views_expect(&h, "null ip icmp");
}

Test(fields, addresses_of_any_arp)
{
    struct hand h;
    struct weir_dissection d;
    struct weir_arp_view arp;
    hand_eth(&h, 0x0806);
    /* IEEE 1394 and two bytes of Chaosnet. */
    hand_hex(&h, "0018 0804 08 02 0002");
    hand_hex(&h, "0102030405060708 1112 2122232425262728 3132");
    hand_expect(&h, &d, "eth arp", WEIR_OUTCOME_OK);
    cr_assert(weir_arp_view_find(&arp, h.bytes, &d));
    cr_assert_null(arp.src_hw_mac);
    cr_assert_null(arp.dst_proto_ipv4);
    cr_assert_eq(arp.src_hw[0], 0x01);
    cr_assert_eq(arp.src_proto[0], 0x11);
    cr_assert_eq(arp.dst_hw[7], 0x28);
    cr_assert_eq(arp.dst_proto[1], 0x32);

    hand_dissect(&h, &d, h.n - 1, h.n);
    cr_assert(weir_arp_view_find(&arp, h.bytes, &d));
    cr_assert_not_null(arp.dst_hw);
    cr_assert_null(arp.dst_proto);
}

static void payload_expect(const struct hand *h, uint32_t caplen,
                           uint32_t captured, uint32_t length)
{
    struct weir_dissection d;
    struct weir_payload_view payload;
    hand_dissect(h, &d, caplen, h->n);
    cr_assert(weir_payload_view_read(&payload, h->bytes, caplen, &d));
    cr_assert_eq(payload.bytes, h->bytes + d.payload_offset);
    cr_assert_eq(payload.captured, captured);
    cr_assert_eq(payload.length, length);
}

Test(fields, payload_without_padding)
{
    struct hand h;
    udp_frame(&h, 10, 8);
    payload_expect(&h, h.n, 10, 10);
    payload_expect(&h, h.n - 8, 10, 10);
    payload_expect(&h, h.n - 9, 9, 10);
    payload_expect(&h, 42, 0, 10);
    udp_frame(&h, 0, 18);
    payload_expect(&h, h.n, 0, 0);
}

Test(fields, payload_of_nothing)
{
    struct hand h;
    struct weir_dissection d;
    struct weir_payload_view payload;
    udp_frame(&h, 10, 0);
    hand_dissect(&h, &d, h.n, h.n);
    cr_assert_not(weir_payload_view_read(NULL, h.bytes, h.n, &d));
    cr_assert_not(weir_payload_view_read(&payload, NULL, h.n, &d));
    cr_assert_not(weir_payload_view_read(&payload, h.bytes, h.n, NULL));
    /* A dissection of more bytes than there are. */
    cr_assert_not(weir_payload_view_read(&payload, h.bytes, 41, &d));
    cr_assert_null(payload.bytes);
}
