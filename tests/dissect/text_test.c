#include "dissect/text.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <string.h>

#include "base/linktype.h"
#include "tests/dissect/hand.h"

static struct weir_frame frame_of(const struct hand *h)
{
    return (struct weir_frame){.data = h->bytes, .caplen = h->n, .len = h->n};
}

/* hand_expect makes each text at each length and in buffers of any size. */
static void text_expect(const struct hand *h, const char *layers, uint32_t n,
                        const char *const *texts, const char *line)
{
    struct weir_dissection d;
    char text[WEIR_FRAME_TEXT_MAX];
    const struct weir_frame frame = frame_of(h);
    hand_expect(h, &d, layers, WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers_count, n);
    for (uint32_t i = 0; i < n; i++) {
        int length = weir_layer_text(text, sizeof text, &frame, &d, i);
        cr_expect_str_eq(text, texts[i], "%s", text);
        cr_assert_eq(length, (int)strlen(text));
    }
    weir_frame_text(text, sizeof text, &frame, h->linktype, &d);
    cr_expect_str_eq(text, line, "%s", text);
}

Test(text, tagged_tcp)
{
    struct hand h;
    hand_eth(&h, 0x88a8);
    hand_hex(&h, "300a 8847 0003e13f");
    hand_ipv4(&h, 6, 4, 36);
    memcpy(h.bytes + h.n - 4, "\x94\x04\x00\x00", 4);
    hand_tcp(&h);
    h.bytes[h.n - 8] = 0x80;
    hand_hex(&h, "020405b4 01 030307 0402 0000");
    hand_hex(&h, "61626364");
    text_expect(
        &h, "eth vlan mpls ip tcp", 5,
        (const char *const[]){
            "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype 802.1ad "
            "(0x88a8), length 82",
            "vlan 10, p 1, DEI, ethertype MPLS (0x8847)",
            "MPLS (label 62, tc 0, [S], ttl 63)",
            "IP (tos 0x0, ttl 64, id 4660, offset 0, flags [none], proto TCP "
            "(6), length 60, options [RA 0x0000]) 192.0.2.1 > 192.0.2.2",
            "TCP 1001 > 2002: Flags [S], seq 16909060:16909064, win 8192, "
            "options [mss 1460,nop,wscale 7,sackOK,eol], length 4",
        },
        "vlan 10, p 1, DEI, MPLS (label 62, tc 0, [S], ttl 63) IP "
        "192.0.2.1.1001 > 192.0.2.2.2002: Flags [S], seq 16909060:16909064, "
        "win 8192, options [mss 1460,nop,wscale 7,sackOK,eol], length 4");
}

Test(text, extension_headers)
{
    struct hand h;
    hand_begin(&h, WEIR_LINKTYPE_LINUX_SLL2);
    hand_hex(&h, "86dd 0000 00000003 0001 04 06 020000000001 0000");
    hand_ipv6(&h, 0, 8 + 8 + 8);
    hand_hex(&h, "2c00 0104 00000000 1100 0000 00000001");
    hand_udp(&h, 0);
    text_expect(
        &h, "sll ipv6 udp", 3,
        (const char *const[]){
            "ifindex 3 Out 02:00:00:00:00:01, ethertype IPv6 (0x86dd)",
            "IP6 (class 0x00, flowlabel 0x00000, hlim 64, next-header HBH "
            "(0), payload length 24) 2001:db8::1 > 2001:db8::2: HBH frag "
            "(0|8) UDP (17)",
            "UDP 1001 > 2002: length 0",
        },
        "ifindex 3 Out IP6 2001:db8::1.1001 > 2001:db8::2.2002: HBH frag "
        "(0|8) UDP, length 0");
}

Test(text, others)
{
    struct hand h;
    hand_eth(&h, 36);
    hand_hex(&h, "aaaa03 000000 0806");
    hand_hex(&h, "0001 0800 06 04 0001 020000000001 c0000201"
                 "000000000000 c0000202");
    text_expect(&h, "eth llc arp", 3,
                (const char *const[]){
                    "02:00:00:00:00:01 > 02:00:00:00:00:02, 802.3 length 36, "
                    "length 50",
                    "SNAP, oui 0x000000, pid 0x0806",
                    "ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28",
                },
                "ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28");

    hand_begin(&h, WEIR_LINKTYPE_NULL);
    hand_hex(&h, "02000000");
    hand_ipv4(&h, 132, 0, 16);
    h.bytes[4 + 6] = 0x40;
    hand_hex(&h, "0001 0002 00000003 00000004 01000004");
    text_expect(&h, "null ip sctp", 3,
                (const char *const[]){
                    "AF 2",
                    "IP (tos 0x0, ttl 64, id 4660, offset 0, flags [DF], "
                    "proto SCTP (132), length 36) 192.0.2.1 > 192.0.2.2",
                    "SCTP 1 > 2: sctp (1) [INIT], length 16",
                },
                "IP 192.0.2.1.1 > 192.0.2.2.2: sctp (1) [INIT], length 16");
}

/* As snprintf. */
Test(text, any_size)
{
    struct hand h;
    struct weir_dissection d;
    char text[64];
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    hand_dissect(&h, &d, h.n, h.n);
    const struct weir_frame frame = frame_of(&h);
    const char *whole = "UDP 1001 > 2002: length 0";
    for (size_t size = 0; size < sizeof text; size++) {
        memset(text, 'x', sizeof text);
        cr_assert_eq(weir_layer_text(text, size, &frame, &d, 2), 25);
        if (size == 0)
            continue;
        size_t n = size <= 25 ? size - 1 : 25;
        cr_assert_eq(strlen(text), n);
        cr_assert_eq(memcmp(text, whole, n), 0);
        cr_assert_eq(text[n + 1], 'x');
    }
    cr_assert_eq(weir_layer_text(NULL, 0, &frame, &d, 2), 25);
}

/* 16 layers of 16 extension headers each are the longest line. */
Test(text, longest)
{
    struct hand h;
    struct weir_dissection d;
    char text[WEIR_FRAME_TEXT_MAX];
    hand_begin(&h, WEIR_LINKTYPE_IPV6);
    for (int layer = 0; layer < 16; layer++) {
        hand_ipv6(&h, 44, 0);
        memset(h.bytes + h.n - 32, 0xff, 32);
        for (int i = 0; i < 16; i++)
            hand_hex(&h, i < 15 ? "2c000000 ffffffff" : "29000000 ffffffff");
    }
    weir_dissect(&d, h.bytes, h.n, UINT32_MAX, h.linktype);
    cr_assert_eq(d.layers_count, 16);
    const struct weir_frame frame = {
        .data = h.bytes, .caplen = h.n, .len = UINT32_MAX};
    int n = weir_frame_text(text, sizeof text, &frame, h.linktype, &d);
    cr_assert_lt(n, WEIR_FRAME_TEXT_MAX);
    cr_assert_gt(n, 16 * 16 * 20);
    for (uint32_t i = 0; i < 16; i++)
        cr_assert_lt(weir_layer_text(text, sizeof text, &frame, &d, i),
                     WEIR_LAYER_TEXT_MAX);
}

Test(text, unknown_link)
{
    struct hand h;
    struct weir_dissection d;
    char text[64];
    hand_begin(&h, 127);
    hand_fill(&h, 9, 1);
    hand_dissect(&h, &d, h.n, h.n);
    const struct weir_frame frame = frame_of(&h);
    weir_frame_text(text, sizeof text, &frame, 127, &d);
    cr_assert_str_eq(text, "link-type 127, caplen 9, length 9");
    cr_assert_eq(weir_layer_text(text, sizeof text, &frame, &d, 0), -EINVAL);
}

Test(text, misuse)
{
    struct hand h;
    struct weir_dissection d;
    char text[64] = "x";
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 17, 0, 8);
    hand_udp(&h, 0);
    hand_dissect(&h, &d, h.n, h.n);
    struct weir_frame frame = frame_of(&h);
    cr_assert_eq(weir_layer_text(text, 64, &frame, &d, 3), -EINVAL);
    cr_assert_str_eq(text, "");
    cr_assert_eq(weir_layer_text(NULL, 64, &frame, &d, 0), -EINVAL);
    cr_assert_eq(weir_layer_text(text, 64, NULL, &d, 0), -EINVAL);
    cr_assert_eq(weir_layer_text(text, 64, &frame, NULL, 0), -EINVAL);
    cr_assert_eq(weir_frame_text(NULL, 64, &frame, 1, &d), -EINVAL);
    cr_assert_eq(weir_frame_text(text, 64, NULL, 1, &d), -EINVAL);
    cr_assert_eq(weir_frame_text(text, 64, &frame, 1, NULL), -EINVAL);
    /* A dissection of more bytes than there are. */
    frame.caplen = h.n - 1;
    cr_assert_eq(weir_frame_text(text, 64, &frame, 1, &d), -EINVAL);
    frame = frame_of(&h);
    frame.data = NULL;
    cr_assert_eq(weir_frame_text(text, 64, &frame, 1, &d), -EINVAL);
}
