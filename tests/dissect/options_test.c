#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/fields.h"
#include "dissect/options.h"
#include "tests/dissect/hand.h"

/* "kind:length", with blanks between, and "bad" behind the last. */
static void options_expect(const char *hex, const char *expected)
{
    struct hand h;
    struct weir_option at = {0};
    char text[512] = "";
    size_t n = 0;
    hand_begin(&h, 0);
    hand_hex(&h, hex);
    uint8_t *exact = malloc(h.n == 0 ? 1 : h.n);
    cr_assert_not_null(exact);
    memcpy(exact, h.bytes, h.n);
    while (weir_option_next(&at, exact, h.n)) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%u:%u",
                              n == 0 ? "" : " ", at.kind, at.length);
        cr_assert_leq(at.value + at.length, exact + h.n);
    }
    cr_assert_not(weir_option_next(&at, exact, h.n));
    if (at.bad)
        snprintf(text + n, sizeof text - n, "%sbad", n == 0 ? "" : " ");
    cr_assert_str_eq(text, expected, "%s: %s", hex, text);
    free(exact);
}

Test(options, of_a_connection_request)
{
    options_expect("020405b4 0402 080a0102030405060708 01 030307",
                   "2:2 4:0 8:8 1:0 3:1");
}

Test(options, end_ends)
{
    options_expect("", "");
    options_expect("00", "0:0");
    options_expect("01010002ff", "1:0 1:0 0:0");
}

Test(options, hostile_bytes)
{
    options_expect("02", "bad");
    options_expect("0200", "bad");
    options_expect("0201", "bad");
    options_expect("0202", "2:0");
    options_expect("0203", "bad");
    options_expect("01ffff0000", "1:0 bad");
    options_expect("0204000005", "2:2 bad");
}

/* Whatever the bytes: each step goes on, and nothing outside is read. */
Test(options, any_two_bytes_and_a_value)
{
    uint8_t *bytes = malloc(6);
    cr_assert_not_null(bytes);
    for (uint32_t i = 0; i < 65536; i++) {
        const uint8_t some[6] = {(uint8_t)i, (uint8_t)(i >> 8), 1, 2, 3, 0};
        memcpy(bytes, some, 6);
        struct weir_option at = {0};
        uint32_t end = 0;
        while (weir_option_next(&at, bytes, 6)) {
            cr_assert_gt(at.end, end);
            cr_assert_leq(at.end, 6);
            end = at.end;
        }
        cr_assert(at.bad || end == 6);
    }
    free(bytes);
}

Test(options, null)
{
    struct weir_option at = {0};
    const uint8_t byte = 1;
    cr_assert_not(weir_option_next(NULL, &byte, 1));
    cr_assert_not(weir_option_next(&at, NULL, 1));
    cr_assert_not(weir_option_next(&at, &byte, 0));
    cr_assert_not(at.bad);
}

Test(options, ip_ends_before_an_authentication_header)
{
    struct hand h;
    struct weir_dissection d;
    struct weir_ip_view ip;
    struct weir_option at = {0};
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 51, 8, 12 + 8);
    memcpy(h.bytes + 14 + 20, "\x94\x04\x00\x00\x01\x01\x01\x00", 8);
    hand_hex(&h, "11 01 0000 00000001 00000002");
    hand_udp(&h, 0);
    hand_expect(&h, &d, "eth ip udp", WEIR_OUTCOME_OK);
    cr_assert(weir_ip_view_find(&ip, h.bytes, &d));
    cr_assert_eq(ip.options_length, 8);
    cr_assert(weir_option_next(&at, ip.options, ip.options_length));
    cr_assert_eq(at.kind, WEIR_IP_OPTION_ROUTER_ALERT);
    cr_assert_eq(at.length, 2);
}

Test(options, tcp_that_were_cut)
{
    struct hand h;
    struct weir_dissection d;
    struct weir_tcp_view tcp;
    struct weir_option at = {0};
    hand_eth(&h, 0x0800);
    hand_ipv4(&h, 6, 0, 32);
    hand_tcp(&h);
    h.bytes[14 + 20 + 12] = 0x80;
    hand_hex(&h, "0101 080a 00000001 00000002");
    hand_expect(&h, &d, "eth ip tcp", WEIR_OUTCOME_OK);
    cr_assert(weir_tcp_view_find(&tcp, h.bytes, &d));
    cr_assert_eq(tcp.options_length, 12);

    hand_dissect(&h, &d, h.n - 1, h.n);
    cr_assert(weir_tcp_view_find(&tcp, h.bytes, &d));
    cr_assert_eq(tcp.options_length, 11);
    cr_assert(weir_option_next(&at, tcp.options, tcp.options_length));
    cr_assert(weir_option_next(&at, tcp.options, tcp.options_length));
    cr_assert_not(weir_option_next(&at, tcp.options, tcp.options_length));
    cr_assert(at.bad);
    cr_assert_eq(at.end, 2);
}

Test(options, extension_headers)
{
    struct hand h;
    struct weir_dissection d;
    struct weir_extension at = {0};
    hand_eth(&h, 0x86dd);
    hand_ipv6(&h, WEIR_EXTENSION_HOP_BY_HOP, 8 + 8 + 16 + 8);
    hand_hex(&h, "2c 00 0104 00000000"); /* then a fragment header */
    hand_hex(&h, "3c 00 0000 89abcdef"); /* then destination options */
    hand_hex(&h, "11 01 010c 00000000 00000000 00000000");
    hand_udp(&h, 0);
    hand_expect(&h, &d, "eth ipv6 udp", WEIR_OUTCOME_OK);
    const struct weir_layer *layer = weir_dissection_find(&d, WEIR_PROTO_IPV6);

    cr_assert(weir_extension_next(&at, h.bytes, layer));
    cr_assert_eq(at.kind, WEIR_EXTENSION_HOP_BY_HOP);
    cr_assert_eq(at.header, h.bytes + 14 + 40);
    cr_assert_eq(at.length, 8);
    cr_assert(weir_extension_next(&at, h.bytes, layer));
    cr_assert_eq(at.kind, WEIR_EXTENSION_FRAGMENT);
    cr_assert_eq(at.id, 0x89abcdef);
    cr_assert_not(at.more);
    cr_assert(weir_extension_next(&at, h.bytes, layer));
    cr_assert_eq(at.kind, WEIR_EXTENSION_DESTINATION);
    cr_assert_eq(at.length, 16);
    cr_assert_eq(at.next, 17);
    cr_assert_not(weir_extension_next(&at, h.bytes, layer));

    at = (struct weir_extension){0};
    cr_assert_not(weir_extension_next(NULL, h.bytes, layer));
    cr_assert_not(weir_extension_next(&at, NULL, layer));
    cr_assert_not(weir_extension_next(&at, h.bytes, NULL));
    cr_assert_not(weir_extension_next(&at, h.bytes, &d.layers[0]));
}
