#include "sink/build.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/linktype.h"
#include "dissect/checksum.h"
#include "dissect/dissect.h"
#include "tests/sink/build_stack.h"

static struct weir_build *build;
static uint8_t frame[WEIR_BUILD_BYTES_MAX];

static void start(void)
{
    cr_assert_eq(weir_build_open(&build, NULL), 0);
}

static void finish(void)
{
    cr_assert_eq(weir_build_close(&build, NULL), 0);
    cr_assert_null(build);
}

TestSuite(build, .init = start, .fini = finish);

static void made(const uint8_t *want, size_t size)
{
    struct weir_err err = {0};
    memset(frame, 0xee, sizeof frame);
    int got = weir_build_bytes(build, frame, sizeof frame, &err);
    cr_assert_eq(got, (int)size, "%d: %s", got, err.text);
    for (size_t i = 0; i < size; i++)
        cr_assert_eq(frame[i], want[i], "byte %zu: %02x, not %02x", i, frame[i],
                     want[i]);
}

static const struct weir_build_eth eth = {.dst = {2, 0, 0, 0, 0, 2},
                                          .src = {2, 0, 0, 0, 0, 1}};

/* From here on, frames made by hand from the RFCs. */

Test(build, arp_request)
{
    static const uint8_t want[] = {
        255, 255, 255,  255, 255, 255, 2, 0, 0, 0,   0, 1, 0x08, 0x06, /* RFC
                                                                          826 */
        0,   1,   0x08, 0,   6,   4,   0, 1, 2, 0,   0, 0, 0,    1,    192,
        0,   2,   1,    0,   0,   0,   0, 0, 0, 192, 0, 2, 9,
    };
    struct weir_build_eth link = eth;
    memset(link.dst, 255, sizeof link.dst);
    const struct weir_build_arp arp = {
        .src_hw_mac = {2, 0, 0, 0, 0, 1},
        .src_proto_ipv4 = {192, 0, 2, 1},
        .dst_proto_ipv4 = {192, 0, 2, 9},
    };
    cr_assert_eq(weir_build_add_eth(build, &link, NULL), 0);
    cr_assert_eq(weir_build_add_arp(build, &arp, NULL), 1);
    made(want, sizeof want);
}

/* RFC 768: the sum of pseudo header, header and "wei". */
static const uint8_t udp_frame[] = {
    0x08, 0x00, 0x45, 0x28, 0,  31, 0x12, 0x34, 0,   0,   7,
    17,   0x16, 0x53, 198,  18, 3,  4,    192,  0,   2,   9,
    4,    1,    0,    9,    0,  11, 0x90, 0x48, 'w', 'e', 'i',
};

static const struct weir_build_ipv4 ipv4 = {
    .src = {198, 18, 3, 4},
    .dst = {192, 0, 2, 9},
    .tos = 0x28,
    .id = 0x1234,
    .ttl = 7,
};
static const struct weir_build_udp udp = {.srcport = 1025, .dstport = 9};

static void add_udp(void)
{
    cr_assert_geq(weir_build_add_ipv4(build, &ipv4, NULL), 0);
    cr_assert_geq(weir_build_add_udp(build, &udp, NULL), 0);
    cr_assert_geq(weir_build_add_payload(build, "wei", 3, NULL), 0);
}

Test(build, udp_without_a_link_layer)
{
    add_udp();
    made(udp_frame + 2, sizeof udp_frame - 2);
}

/* IEEE 802.1ad: the service tag first, then the customer's. */
Test(build, two_tags)
{
    uint8_t want[20 + sizeof udp_frame] = {
        2, 0, 0,    0,    0,    2,    2,    0, 0, 0,
        0, 1, 0x88, 0xa8, 0xb4, 0xd2, 0x81, 0, 0, 5,
    };
    const struct weir_build_vlan service = {
        .id = 1234, .priority = 5, .dei = true};
    const struct weir_build_vlan customer = {.id = 5};
    memcpy(want + 20, udp_frame, sizeof udp_frame);
    cr_assert_eq(weir_build_add_eth(build, &eth, NULL), 0);
    cr_assert_eq(weir_build_add_vlan(build, &service, NULL), 1);
    cr_assert_eq(weir_build_add_vlan(build, &customer, NULL), 2);
    add_udp();
    made(want, sizeof want);
}

/* RFC 8200 with its flow label and pseudo header, RFC 4443 with an echo. */
Test(build, icmpv6_echo)
{
    static const uint8_t want[] = {
        0x61, 0x2a, 0xbc, 0xde, 0,    10,   58,   64, 0x20, 1,   0x0d, 0xb8, 0,
        0,    0,    0,    0,    0,    0,    0,    0,  0,    0,   1,    0x20, 1,
        0x0d, 0xb8, 0,    0,    0,    0,    0,    0,  0,    0,   0,    0,    0,
        2,    128,  0,    0xa9, 0xa1, 0x12, 0x34, 0,  7,    'h', 'i',
    };
    const struct weir_build_ipv6 ip = {
        .src = {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
        .dst = {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2},
        .traffic_class = 0x12,
        .flow = 0xabcde,
    };
    const struct weir_build_icmp echo = {.type = 128, .rest = 0x12340007};
    cr_assert_eq(weir_build_add_ipv6(build, &ip, NULL), 0);
    cr_assert_eq(weir_build_add_icmpv6(build, &echo, NULL), 1);
    cr_assert_eq(weir_build_add_payload(build, "hi", 2, NULL), 2);
    made(want, sizeof want);
}

/* RFC 9293: all twelve flags, and options filled up with zeros. */
Test(build, tcp_with_options)
{
    static const uint8_t want[] = {
        0x46, 0,    0, 48, 0,    0,    0x40, 0,    64,   6,    0x1a, 0xa4,
        198,  18,   3, 4,  192,  0,    2,    9,    0x94, 4,    0,    0,
        0,    1,    0, 80, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
        0x6f, 0xff, 0, 0,  0xda, 0x70, 0x12, 0x34, 2,    4,    0x05, 0xb4,
    };
    static const uint8_t alert[] = {0x94, 4};
    static const uint8_t mss[] = {2, 4, 0x05, 0xb4};
    const struct weir_build_ipv4 ip = {
        .src = {198, 18, 3, 4},
        .dst = {192, 0, 2, 9},
        .flags = 2,
        .options = alert,
        .options_bytes = sizeof alert,
    };
    const struct weir_build_tcp tcp = {
        .srcport = 1,
        .dstport = 80,
        .seq = 0x01020304,
        .ack = 0x05060708,
        .flags = 0xfff,
        .urgent = 0x1234,
        .options = mss,
        .options_bytes = sizeof mss,
        .zeros = WEIR_BUILD_ZERO_WINDOW,
    };
    cr_assert_eq(weir_build_add_ipv4(build, &ip, NULL), 0);
    cr_assert_eq(weir_build_add_tcp(build, &tcp, NULL), 1);
    made(want, sizeof want);
}

/* What is given is taken, right or wrong, and so are zeros that are meant. */
Test(build, everything_can_be_wrong)
{
    static const uint8_t want[] = {
        2,
        0,
        0,
        0,
        0,
        2,
        2,
        0,
        0,
        0,
        0,
        1,
        0x00,
        0x05,
        /* a VLAN tag whose type is 0 */
        0,
        1,
        0,
        0,
        /* IPv4: header length 60, total length 1, TTL 0, protocol 0 */
        0x4f,
        0,
        0,
        1,
        0,
        0,
        0xf0,
        0x01,
        0,
        0,
        0xab,
        0xcd,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        /* UDP: length 0, checksum 0 */
        0,
        1,
        0,
        2,
        0,
        0,
        0,
        0,
    };
    const struct weir_build_eth link = {
        .dst = {2, 0, 0, 0, 0, 2}, .src = {2, 0, 0, 0, 0, 1}, .type = 5};
    const struct weir_build_vlan vlan = {.id = 1,
                                         .zeros = WEIR_BUILD_ZERO_TYPE};
    const struct weir_build_ipv4 ip = {
        .src = {1, 2, 3, 4},
        .dst = {5, 6, 7, 8},
        .header_length = 60,
        .total_length = 1,
        .flags = 7,
        .fragment_offset = 0x8008,
        .checksum = 0xabcd,
        .zeros = WEIR_BUILD_ZERO_TTL | WEIR_BUILD_ZERO_TYPE,
    };
    const struct weir_build_udp bad = {
        .srcport = 1,
        .dstport = 2,
        .zeros = WEIR_BUILD_ZERO_LENGTH | WEIR_BUILD_ZERO_CHECKSUM,
    };
    cr_assert_eq(weir_build_add_eth(build, &link, NULL), 0);
    cr_assert_eq(weir_build_add_vlan(build, &vlan, NULL), 1);
    cr_assert_eq(weir_build_add_ipv4(build, &ip, NULL), 2);
    cr_assert_eq(weir_build_add_udp(build, &bad, NULL), 3);
    made(want, sizeof want);
}

Test(build, wrong_sizes_of_arp_and_header_length_of_zero)
{
    const struct weir_build_arp arp = {.hw_type = 6,
                                       .proto_type = 0x86dd,
                                       .hw_size = 255,
                                       .proto_size = 16,
                                       .zeros = WEIR_BUILD_ZERO_TYPE};
    const struct weir_build_ipv4 ip = {.zeros = WEIR_BUILD_ZERO_HEADER |
                                                WEIR_BUILD_ZERO_LENGTH |
                                                WEIR_BUILD_ZERO_CHECKSUM};
    const struct weir_build_tcp tcp = {.header_length = 16};
    cr_assert_eq(weir_build_add_eth(build, &eth, NULL), 0);
    cr_assert_eq(weir_build_add_arp(build, &arp, NULL), 1);
    cr_assert_eq(weir_build_bytes(build, frame, sizeof frame, NULL), 42);
    cr_assert_arr_eq(frame + 14, "\0\6\x86\xdd\xff\x10\0\0", 8);

    cr_assert_eq(weir_build_reset(build, NULL), 0);
    cr_assert_eq(weir_build_add_ipv4(build, &ip, NULL), 0);
    cr_assert_eq(weir_build_add_tcp(build, &tcp, NULL), 1);
    cr_assert_eq(weir_build_bytes(build, frame, sizeof frame, NULL), 40);
    cr_assert_eq(frame[0], 0x40);
    cr_assert_arr_eq(frame + 2, "\0\0", 2);
    cr_assert_arr_eq(frame + 10, "\0\0", 2);
    cr_assert_eq(frame[20 + 12], 0x40);
}

/* RFC 768: a checksum of 0 would say that there is none. */
Test(build, a_udp_sum_of_zero_is_sent_as_ones)
{
    add_udp();
    uint8_t payload[4] = {0};
    cr_assert_eq(weir_build_set_payload(build, 2, payload, 4, NULL), 2);
    cr_assert_eq(weir_build_bytes(build, frame, sizeof frame, NULL), 32);
    /* Adding the checksum itself makes the sum all ones. */
    memcpy(payload, frame + 26, 2);
    cr_assert_eq(weir_build_set_payload(build, 2, payload, 4, NULL), 2);
    cr_assert_eq(weir_build_bytes(build, frame, sizeof frame, NULL), 32);
    cr_assert_arr_eq(frame + 26, "\xff\xff", 2);
}

/* RFC 1122, 3.2.1.8: the checksum is with the final destination, which is the
 * route's last address while its pointer is not behind it. */
Test(build, a_source_route_ends_at_the_final_destination)
{
    static const uint8_t options[][12] = {
        {131, 7, 4, 192, 0, 2, 3},
        {131, 7, 8, 192, 0, 2, 3},
        {1, 137, 11, 4, 192, 0, 2, 3, 192, 0, 2, 4},
        {131, 6, 4, 192, 0, 2},
        {131},
        {7, 7, 4, 192, 0, 2, 3},
        {0, 131, 7, 4, 192, 0, 2, 3},
    };
    static const uint16_t sums[] = {0x7569, 0x7563, 0x7568, 0x7563,
                                    0x7563, 0x7563, 0x7563};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        const struct weir_build_ipv4 ip = {.src = {1, 2, 3, 4},
                                           .dst = {192, 0, 2, 9},
                                           .options = options[i],
                                           .options_bytes = 12};
        const struct weir_build_udp ports = {.srcport = 1, .dstport = 2};
        struct weir_dissection d;
        cr_assert_eq(weir_build_reset(build, NULL), 0);
        cr_assert_eq(weir_build_add_ipv4(build, &ip, NULL), 0);
        cr_assert_eq(weir_build_add_udp(build, &ports, NULL), 1);
        cr_assert_eq(weir_build_add_payload(build, "abc", 3, NULL), 2);
        cr_assert_eq(weir_build_bytes(build, frame, sizeof frame, NULL), 43);
        weir_dissect(&d, frame, 43, 43, WEIR_LINKTYPE_RAW);
        uint8_t status = weir_checksum_verify(frame, 43, &d, 1);
        cr_assert(status == WEIR_CHECKSUM_VALID ||
                      status == WEIR_CHECKSUM_PARTIAL,
                  "%zu: %s", i, weir_checksum_name(status));
        cr_assert_eq(frame[38] << 8 | frame[39], sums[i], "%zu", i);
    }
}

/* From here on, properties. */

static const uint8_t protos[] = {
    [STACK_ETH] = WEIR_PROTO_ETH,       [STACK_VLAN] = WEIR_PROTO_VLAN,
    [STACK_ARP] = WEIR_PROTO_ARP,       [STACK_IPV4] = WEIR_PROTO_IP,
    [STACK_IPV6] = WEIR_PROTO_IPV6,     [STACK_TCP] = WEIR_PROTO_TCP,
    [STACK_UDP] = WEIR_PROTO_UDP,       [STACK_ICMP] = WEIR_PROTO_ICMP,
    [STACK_ICMPV6] = WEIR_PROTO_ICMPV6, [STACK_PAYLOAD] = WEIR_PROTO_NONE,
};

/* The dissection ends at ICMP: what an error quotes is its payload. */
static void check_layers(const struct stack *stack, const uint8_t *bytes)
{
    struct weir_dissection d;
    uint32_t offset = 0;
    weir_dissect(&d, bytes, stack->bytes, stack->bytes, WEIR_LINKTYPE_ETHERNET);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_OK);
    for (uint32_t i = 0; i < d.layers_count; i++) {
        cr_assert_eq(d.layers[i].proto, protos[stack->layers[i].kind]);
        cr_assert_eq(d.layers[i].offset, offset);
        cr_assert_eq(d.layers[i].header, stack->layers[i].bytes);
        offset += stack->layers[i].bytes;
    }
    cr_assert_eq(d.payload_offset, offset);
    const struct stack_layer *last = &stack->layers[stack->count - 1];
    if (last->kind == STACK_PAYLOAD)
        cr_assert_eq(memcmp(bytes + stack->bytes - last->bytes, stack->payload,
                            last->bytes),
                     0);
}

/* A frame is the same whether it is the first of a new handle or one of many,
 * and is written into exactly its bytes. */
Test(build, set_and_reset_leave_no_trace)
{
    struct random random = random_start("build_test", 5);
    struct stack stack;
    for (int i = 0; i < 400; i++) {
        stack_choose(&stack, &random, true);
        cr_assert(stack_add(&stack, build));
        for (int j = 0; j < 6; j++) {
            struct weir_build *other = NULL;
            uint8_t *bytes = malloc(stack.bytes);
            uint8_t *again = malloc(stack.bytes);
            cr_assert(bytes != NULL && again != NULL);
            cr_assert_eq(weir_build_open(&other, NULL), 0);
            cr_assert(stack_add(&stack, other));
            cr_assert_eq(weir_build_bytes(build, bytes, stack.bytes, NULL),
                         (int)stack.bytes);
            cr_assert_eq(weir_build_bytes(other, again, stack.bytes, NULL),
                         (int)stack.bytes);
            cr_assert_arr_eq(bytes, again, stack.bytes);
            check_layers(&stack, bytes);
            weir_build_close(&other, NULL);
            free(bytes);
            free(again);
            stack_vary(&stack, &random, true);
            cr_assert(stack_set(&stack, build));
        }
        cr_assert_eq(weir_build_reset(build, NULL), 0);
    }
}

static uint32_t folded_sum(const uint8_t *bytes, size_t count, uint64_t sum)
{
    for (size_t i = 0; i < count; i++)
        sum += i % 2 == 0 ? (uint64_t)bytes[i] << 8 : bytes[i];
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint32_t)sum;
}

/* The longest packets, all ones: sums of 32 bits and lengths of 16 overflow
 * there. */
Test(build, the_longest)
{
    static uint8_t ones[WEIR_BUILD_PAYLOAD_MAX];
    const struct weir_build_ipv6 ip = {.src = {255, 255}, .dst = {255, 255}};
    memset(ones, 255, sizeof ones);
    cr_assert_eq(weir_build_add_ipv6(build, &ip, NULL), 0);
    cr_assert_eq(weir_build_add_udp(build, &udp, NULL), 1);
    cr_assert_eq(weir_build_add_payload(build, ones, 65535 - 8, NULL), 2);
    cr_assert_eq(weir_build_bytes(build, frame, 65575, NULL), 65575);
    cr_assert_eq(folded_sum(frame + 8, 65575 - 8, 17 + 65535), 0xffff);
    cr_assert_eq(weir_build_set_payload(build, 2, ones, 65535 - 7, NULL), 2);
    cr_assert_eq(weir_build_bytes(build, frame, sizeof frame, NULL), -EMSGSIZE);
    /* Who tells the lengths may. */
    const struct weir_build_ipv6 told = {.plen = 1};
    const struct weir_build_udp told_too = {.length = 1};
    cr_assert_eq(weir_build_set_ipv6(build, 0, &told, NULL), 0);
    cr_assert_eq(weir_build_set_udp(build, 1, &told_too, NULL), 1);
    cr_assert_eq(weir_build_bytes(build, frame, sizeof frame, NULL), 65576);

    cr_assert_eq(weir_build_reset(build, NULL), 0);
    cr_assert_eq(weir_build_add_eth(build, &eth, NULL), 0);
    for (int i = 1; i < WEIR_BUILD_LAYERS_MAX - 1; i++) {
        const struct weir_build_vlan tag = {.id = (uint16_t)i};
        cr_assert_eq(weir_build_add_vlan(build, &tag, NULL), i);
    }
    cr_assert_eq(weir_build_add_payload(build, ones, sizeof ones, NULL), 15);
    cr_assert_eq(weir_build_bytes(build, frame, sizeof frame, NULL),
                 65535 + 14 + 14 * 4);
}
