#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/linktype.h"
#include "dissect/flow_key.h"
#include "dissect/flow_table.h"
#include "tests/dissect/flow_hand.h"
#include "tests/dissect/hand.h"

/* A frame's kind by its first caplen bytes in a block of that size, and the
 * flow that it alone makes. */
static enum weir_flow_kind flow_of_cut(const struct hand *h, uint32_t caplen,
                                       uint32_t len, struct weir_flow *flow)
{
    const struct weir_flow_table_config config = {
        .flows = WEIR_FLOW_TABLE_FLOWS_MIN,
        .idle_ns = WEIR_FLOW_TIMEOUT_MIN_NS,
        .active_ns = WEIR_FLOW_TIMEOUT_MIN_NS,
        .seed = 7,
    };
    struct weir_flow_table *table = NULL;
    struct weir_dissection d;
    struct weir_flow_frame f;
    uint8_t *exact = malloc(caplen == 0 ? 1 : caplen);
    struct weir_frame frame = {
        .data = exact, .caplen = caplen, .len = len, .time_ns = 99};

    cr_assert_not_null(exact);
    memcpy(exact, h->bytes, caplen);
    cr_assert_eq(weir_flow_table_open(&table, &config, NULL), 0);
    weir_dissect(&d, exact, caplen, len, h->linktype);
    enum weir_flow_kind kind =
        weir_flow_frame_make(&weir_flow_table_aim(table)->hash, &f, &d, &frame);
    if (kind == WEIR_FLOW_TRACKED) {
        cr_assert_eq(flow_hand_count_all(table, &f, 1), 0);
        cr_assert_eq(weir_flow_table_flows(table), 1);
        weir_flow_table_get(table, 0, flow);
        cr_assert_eq(flow->first_ns, 99);
        cr_assert_eq(flow->last_ns, 99);
        cr_assert_eq(flow->sent[0].frames, 1);
        cr_assert_eq(flow->sent[1].frames, 0);
        cr_assert_eq(flow->sent[0].wire, len);
        cr_assert_eq(flow->tcp_flags[1], 0);
    }
    weir_flow_table_close(table);
    free(exact);
    return kind;
}

static struct weir_flow flow_of(const struct hand *h)
{
    struct weir_flow flow;
    cr_assert_eq(flow_of_cut(h, h->n, h->n, &flow), WEIR_FLOW_TRACKED);
    return flow;
}

static enum weir_flow_kind kind_of(const struct hand *h)
{
    struct weir_flow flow;
    return flow_of_cut(h, h->n, h->n, &flow);
}

static void expect_ends(const struct weir_flow *flow, uint8_t protocol,
                        uint16_t from, uint16_t to)
{
    cr_assert_eq(flow->protocol, protocol);
    cr_assert_eq(flow->ports[0], from);
    cr_assert_eq(flow->ports[1], to);
}

Test(flow_key, udp_over_ipv4)
{
    static const uint8_t from[16] = {192, 0, 2, 1};
    static const uint8_t to[16] = {192, 0, 2, 2};
    struct hand h;

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 17, 0, 10);
    hand_udp(&h, 2);
    hand_fill(&h, 20, 0); /* 2 of payload, the rest padding */
    struct weir_flow flow = flow_of(&h);
    expect_ends(&flow, 17, 1001, 2002);
    cr_assert_eq(flow.version, 4);
    cr_assert_arr_eq(flow.addresses[0], from, 16);
    cr_assert_arr_eq(flow.addresses[1], to, 16);
    cr_assert_eq(flow.sent[0].bytes, 30);
    cr_assert_eq(flow.tags[0], 0);
    cr_assert_eq(flow.tags[1], 0);
}

Test(flow_key, tcp_over_ipv6)
{
    static const uint8_t from[16] = {0x20, 1, 0xd, 0xb8, [15] = 1};
    static const uint8_t to[16] = {0x20, 1, 0xd, 0xb8, [15] = 2};
    struct hand h;

    hand_eth(&h, 0x86dd);
    hand_ipv6(&h, 6, 20);
    hand_tcp(&h);
    struct weir_flow flow = flow_of(&h);
    expect_ends(&flow, 6, 1001, 2002);
    cr_assert_eq(flow.version, 6);
    cr_assert_arr_eq(flow.addresses[0], from, 16);
    cr_assert_arr_eq(flow.addresses[1], to, 16);
    cr_assert_eq(flow.tcp_flags[0], 0x02);
    cr_assert_eq(flow.sent[0].bytes, 60);
}

Test(flow_key, the_two_outer_tags_count_and_their_priority_does_not)
{
    struct hand h;

    hand_eth(&h, 0x88a8);
    hand_hex(&h, "6064 8100 f0c8 8100 000a 0800");
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    struct weir_flow flow = flow_of(&h);
    cr_assert_eq(flow.tags[0], WEIR_FLOW_TAGGED | 100);
    cr_assert_eq(flow.tags[1], WEIR_FLOW_TAGGED | 200);
}

/* A tag with the id 0 is not the same as none. */
Test(flow_key, priority_tag)
{
    struct hand h;

    hand_eth(&h, 0x8100);
    hand_hex(&h, "e000 0800");
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    cr_assert_eq(flow_of(&h).tags[0], WEIR_FLOW_TAGGED);
}

static struct weir_flow icmp(uint8_t type, uint8_t code)
{
    struct hand h;
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 1, 0, 8);
    hand_fill(&h, 1, type);
    hand_fill(&h, 1, code);
    hand_fill(&h, 6, 0x11);
    return flow_of(&h);
}

Test(flow_key, icmp_has_its_types_as_ports)
{
    static const uint8_t pairs[][2] = {{8, 0},   {0, 8},   {13, 14}, {14, 13},
                                       {15, 16}, {16, 15}, {17, 18}, {18, 17}};
    struct weir_flow flow;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        flow = icmp(pairs[i][0], 0);
        expect_ends(&flow, 1, pairs[i][0], pairs[i][1]);
    }
    flow = icmp(3, 13); /* unreachable, administratively prohibited */
    expect_ends(&flow, 1, 3, 13);
}

Test(flow_key, icmpv6_has_its_types_as_ports)
{
    struct hand h;
    hand_eth(&h, 0x86dd);
    hand_ipv6(&h, 58, 8);
    hand_hex(&h, "80 00 0000 00000000");
    struct weir_flow flow = flow_of(&h);
    expect_ends(&flow, 58, 128, 129);
    h.bytes[h.n - 8] = 129;
    flow = flow_of(&h);
    expect_ends(&flow, 58, 129, 128);
    h.bytes[h.n - 8] = 1;
    h.bytes[h.n - 7] = 4;
    flow = flow_of(&h);
    expect_ends(&flow, 58, 1, 4);
}

/* What the ports were is not in it. */
Test(flow_key, later_fragment_has_no_ports)
{
    struct hand h;
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 17, 0, 16);
    hand_set16(&h, 14 + 6, 0x0010);
    hand_fill(&h, 16, 0x33);
    struct weir_flow flow = flow_of(&h);
    expect_ends(&flow, 17, 0, 0);
    cr_assert_eq(flow.sent[0].bytes, 36);

    hand_set16(&h, 14 + 6, 0x2000); /* the first has */
    flow = flow_of(&h);
    expect_ends(&flow, 17, 0x3333, 0x3333);
}

Test(flow_key, a_tunnel_is_one_flow)
{
    struct hand h;
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 4, 0, 28);
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    struct weir_flow flow = flow_of(&h);
    expect_ends(&flow, 4, 0, 0);
    cr_assert_eq(flow.sent[0].bytes, 48);
}

Test(flow_key, another_protocol_has_no_ports)
{
    struct hand h;
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 89, 0, 8);
    hand_fill(&h, 8, 0x44);
    struct weir_flow flow = flow_of(&h);
    expect_ends(&flow, 89, 0, 0);
}

/* The protocol is the one behind the extension headers. */
Test(flow_key, extension_headers)
{
    struct hand h;
    hand_eth(&h, 0x86dd);
    hand_ipv6(&h, 0, 16);
    hand_hex(&h, "11 00 0102 00000000");
    hand_udp(&h, 0);
    struct weir_flow flow = flow_of(&h);
    expect_ends(&flow, 17, 1001, 2002);
    cr_assert_eq(flow.sent[0].bytes, 56);
}

Test(flow_key, lengths_that_are_not_there)
{
    struct hand h;
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    hand_fill(&h, 10, 0);
    hand_set16(&h, 14 + 2, 0); /* of a segmentation offload */
    cr_assert_eq(flow_of(&h).sent[0].bytes, 38);
    hand_set16(&h, 14 + 2, 1500); /* more than the frame has */
    cr_assert_eq(flow_of(&h).sent[0].bytes, 38);

    hand_eth(&h, 0x86dd);
    hand_ipv6(&h, 59, 0);
    hand_fill(&h, 6, 0);
    cr_assert_eq(flow_of(&h).sent[0].bytes, 40);
    h.bytes[14 + 6] = 253;
    cr_assert_eq(flow_of(&h).sent[0].bytes, 46);
}

Test(flow_key, what_has_no_flow)
{
    struct weir_flow flow;
    struct hand h;

    hand_eth(&h, 0x0806);
    hand_hex(&h, "0001 0800 06 04 0001 020000000001 c0000201 000000000000 "
                 "c0000202");
    cr_assert_eq(kind_of(&h), WEIR_FLOW_NOT_IP);
    hand_eth(&h, 0x88cc);
    hand_fill(&h, 46, 1);
    cr_assert_eq(kind_of(&h), WEIR_FLOW_NOT_IP);
    hand_begin(&h, 127);
    hand_fill(&h, 60, 1);
    cr_assert_eq(kind_of(&h), WEIR_FLOW_NOT_IP);

    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    cr_assert_eq(flow_of_cut(&h, 20, h.n, &flow), WEIR_FLOW_TRUNCATED);
    cr_assert_eq(flow_of_cut(&h, 20, 20, &flow), WEIR_FLOW_MALFORMED);
    h.bytes[14] = 0x55;
    cr_assert_eq(kind_of(&h), WEIR_FLOW_MALFORMED);
}

/* The IP header stands, so the frame is one of its flow. */
Test(flow_key, broken_behind_the_ip_header)
{
    struct weir_flow flow;
    struct hand h;
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 6, 0, 20);
    hand_tcp(&h);
    for (uint32_t n = 34; n < h.n; n++) {
        cr_assert_eq(flow_of_cut(&h, n, h.n, &flow), WEIR_FLOW_TRACKED);
        expect_ends(&flow, 6, 0, 0);
        cr_assert_eq(flow.sent[0].bytes, 40);
        cr_assert_eq(flow_of_cut(&h, n, n, &flow), WEIR_FLOW_TRACKED);
        cr_assert_eq(flow.sent[0].bytes, n - 14);
    }
    h.bytes[34 + 12] = 0x10; /* an impossible data offset: the ports stand */
    flow = flow_of(&h);
    expect_ends(&flow, 6, 1001, 2002);
}

static void turn(struct hand *h, uint32_t at, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint8_t byte = h->bytes[at + i];
        h->bytes[at + i] = h->bytes[at + n + i];
        h->bytes[at + n + i] = byte;
    }
}

static void make(const struct weir_flow_hash *hash, const struct hand *h,
                 struct weir_flow_frame *out)
{
    struct weir_dissection d;
    struct weir_frame frame = {.data = h->bytes, .caplen = h->n, .len = h->n};
    weir_dissect(&d, h->bytes, h->n, h->n, h->linktype);
    cr_assert_eq(weir_flow_frame_make(hash, out, &d, &frame),
                 WEIR_FLOW_TRACKED);
}

static void expect_turned(struct hand *h, uint32_t addresses, uint32_t n)
{
    struct weir_flow_hash hash;
    struct weir_flow_frame a, b;
    weir_flow_hash_init(&hash, 3);
    make(&hash, h, &a);
    turn(h, addresses, n);
    turn(h, addresses + 2 * n, 2);
    make(&hash, h, &b);
    cr_assert_eq(a.ends[0], b.ends[0]);
    cr_assert_eq(a.ends[1], b.ends[1]);
    cr_assert_eq(a.hash, b.hash);
    cr_assert_neq(a.side, b.side);
}

Test(flow_key, both_directions_are_one_flow)
{
    struct hand h;
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    expect_turned(&h, 14 + 12, 4);
    hand_eth(&h, 0x86dd);
    hand_ipv6(&h, 6, 20);
    hand_tcp(&h);
    expect_turned(&h, 14 + 8, 16);
    /* The same address at both ends: the ports tell. */
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    h.bytes[14 + 19] = 1;
    expect_turned(&h, 14 + 12, 4);
    hand_eth(&h, 0x86dd);
    hand_ipv6(&h, 6, 20);
    hand_tcp(&h);
    h.bytes[14 + 39] = 1;
    expect_turned(&h, 14 + 8, 16);
}

/* Each of them alone changes the key, and with it the hash. */
Test(flow_key, everything_in_it_counts)
{
    static const uint32_t bytes[] = {
        14 + 1,  14 + 5, /* ids of the tags */
        22 + 9,          /* protocol: another, without ports */
        22 + 12, 22 + 19, 22 + 20, 22 + 23,
    };
    struct weir_flow_hash hash;
    struct weir_flow_frame a, b;
    struct hand h;
    weir_flow_hash_init(&hash, 3);
    hand_eth(&h, 0x8100);
    hand_hex(&h, "0001 8100 0001 0800");
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    make(&hash, &h, &a);
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        uint32_t at = bytes[i];
        h.bytes[at] ^= 0x40;
        make(&hash, &h, &b);
        cr_assert(a.ends[0] != b.ends[0] || a.ends[1] != b.ends[1] ||
                      a.inner != b.inner,
                  "byte %u", at);
        cr_assert_neq(a.hash, b.hash, "byte %u", at);
        h.bytes[at] ^= 0x40;
    }
}
