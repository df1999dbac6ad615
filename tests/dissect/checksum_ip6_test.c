#include "dissect/checksum.h"

#include "tests/dissect/checksum_hand.h"

#define IP    14 /* behind Ethernet's header */
#define UPPER (IP + 40)

/* A UDP datagram of three bytes behind extension headers. */
static void udp_frame(struct hand *h, uint8_t next, const char *extensions)
{
    struct hand count;
    hand_begin(&count, 0);
    hand_hex(&count, extensions);
    hand_eth(h, 0x86dd);
    hand_ipv6(h, next, count.n + 8 + 3);
    hand_hex(h, extensions);
    hand_udp(h, 3);
    hand_hex(h, "616263");
}

static void seal_udp(struct hand *h, uint32_t src, uint32_t dst)
{
    seal(h, &(struct seal){.begin = h->n - 11,
                           .n = 11,
                           .field = 6,
                           .src = src,
                           .dst = dst,
                           .size = 16,
                           .number = 17});
}

static void plain_expect(const char *extensions, uint8_t next, uint8_t status)
{
    struct hand h;
    udp_frame(&h, next, extensions);
    seal_udp(&h, IP + 8, IP + 24);
    status_expect(&h, WEIR_PROTO_UDP, status);
}

Test(checksum_ip6, udp)
{
    struct hand h;
    udp_frame(&h, 17, "");
    seal_udp(&h, IP + 8, IP + 24);
    valid_expect(&h, WEIR_PROTO_UDP, UPPER, 11);
}

Test(checksum_ip6, udp_without_is_invalid)
{
    struct hand h;
    udp_frame(&h, 17, "");
    hand_set16(&h, UPPER + 6, 0);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_INVALID);
}

Test(checksum_ip6, tcp)
{
    struct hand h;
    hand_eth(&h, 0x86dd);
    hand_ipv6(&h, 6, 20);
    hand_tcp(&h);
    seal(&h, &(struct seal){.begin = UPPER,
                            .n = 20,
                            .field = 16,
                            .src = IP + 8,
                            .dst = IP + 24,
                            .size = 16,
                            .number = 6});
    valid_expect(&h, WEIR_PROTO_TCP, UPPER, 20);
}

Test(checksum_ip6, icmpv6)
{
    struct hand h;
    for (uint32_t n = 4; n < 20; n++) {
        hand_eth(&h, 0x86dd);
        hand_ipv6(&h, 58, n);
        hand_hex(&h, "80000000");
        hand_fill(&h, n - 4, 0x6b);
        seal(&h, &(struct seal){.begin = UPPER,
                                .n = n,
                                .field = 2,
                                .src = IP + 8,
                                .dst = IP + 24,
                                .size = 16,
                                .number = 58});
        valid_expect(&h, WEIR_PROTO_ICMPV6, UPPER, n);
    }
}

/* Its number in IPv4 means nothing. */
Test(checksum_ip6, icmpv6_in_ipv4_has_none)
{
    struct hand h;
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 58, 0, 8);
    hand_hex(&h, "8000 0000 00000000");
    status_expect(&h, WEIR_PROTO_ICMPV6, WEIR_CHECKSUM_NONE);
}

Test(checksum_ip6, length_not_said)
{
    struct hand h;
    udp_frame(&h, 17, "");
    seal_udp(&h, IP + 8, IP + 24);
    hand_set16(&h, IP + 4, 0);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_VALID); /* UDP says */
    h.bytes[h.n - 1] ^= 1;
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_INVALID);
    hand_set16(&h, h.n - 7, 0);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_PARTIAL);
}

Test(checksum_ip6, fragments)
{
    plain_expect("11 00 0000 00000001", 44, WEIR_CHECKSUM_VALID); /* atomic */
    plain_expect("11 00 0001 00000001", 44, WEIR_CHECKSUM_PARTIAL);
}

#define FIRST "20010db8000000000000000000000aaa"
#define LAST  "20010db8000000000000000000000bbb"

Test(checksum_ip6, stations_that_were_passed_do_not_count)
{
    plain_expect("11 04 00 00 00000000" FIRST LAST, 43, WEIR_CHECKSUM_VALID);
    plain_expect("11 04 63 00 00000000" FIRST LAST, 43, WEIR_CHECKSUM_VALID);
}

static void routed_expect(const char *extensions, uint32_t final)
{
    struct hand h;
    udp_frame(&h, 43, extensions);
    seal_udp(&h, IP + 8, UPPER + final);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_VALID);
    seal_udp(&h, IP + 8, IP + 24);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_INVALID);
}

Test(checksum_ip6, final_destination)
{
    routed_expect("11 04 00 02 00000000" FIRST LAST, 24);
    routed_expect("11 02 02 01 00000000" LAST, 8);
    routed_expect("11 04 04 01 01000000" LAST FIRST, 8);
}

Test(checksum_ip6, a_route_that_does_not_tell_where_to)
{
    plain_expect("11 04 03 01 00000000" FIRST LAST, 43, WEIR_CHECKSUM_PARTIAL);
    plain_expect("11 00 00 01 00000000", 43, WEIR_CHECKSUM_PARTIAL);
    plain_expect("11 03 00 01 00000000" FIRST "0000000000000000", 43,
                 WEIR_CHECKSUM_PARTIAL);
}

Test(checksum_ip6, home_address)
{
    struct hand h;
    /* Two bytes of padding and two single ones before the option. */
    udp_frame(&h, 60, "11 02 0100 0000 c9 10" FIRST);
    seal_udp(&h, UPPER + 8, IP + 24);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_VALID);
    seal_udp(&h, IP + 8, IP + 24);
    status_expect(&h, WEIR_PROTO_UDP, WEIR_CHECKSUM_INVALID);
    /* An option that reaches behind its header. */
    plain_expect("11 00 1e ff 00000000", 60, WEIR_CHECKSUM_PARTIAL);
}
