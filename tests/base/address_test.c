#include "base/address.h"

#include <criterion/criterion.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/address_put.h"

static void check_six(const uint8_t address[16])
{
    char ours[WEIR_IPV6_TEXT], theirs[INET6_ADDRSTRLEN];
    inet_ntop(AF_INET6, address, theirs, sizeof theirs);
    cr_assert_str_eq(weir_ipv6_text(ours, address), theirs);
    cr_assert_eq(weir_ipv6_put(ours, address), ours + strlen(theirs));
}

Test(address, four_as_inet_ntop)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        const uint8_t address[4] = {(uint8_t)octet, (uint8_t)(octet * 7), 0,
                                    (uint8_t)~octet};
        char ours[WEIR_IPV4_TEXT], theirs[INET_ADDRSTRLEN];
        inet_ntop(AF_INET, address, theirs, sizeof theirs);
        cr_assert_str_eq(weir_ipv4_text(ours, address), theirs);
        cr_assert_eq(weir_ipv4_put(ours, address), ours + strlen(theirs));
    }
}

/* Every pattern of groups that are 0, with others of one to four digits. */
Test(address, six_as_inet_ntop)
{
    static const uint16_t groups[] = {0x1, 0x20, 0x300, 0xabcd, 0xffff};
    for (unsigned zeros = 0; zeros < 256; zeros++) {
        for (unsigned from = 0; from < 5; from++) {
            uint8_t address[16] = {0};
            for (size_t i = 0; i < 8; i++) {
                uint16_t group = groups[(from + i) % 5];
                if ((zeros >> i & 1) != 0)
                    continue;
                address[2 * i] = (uint8_t)(group >> 8);
                address[2 * i + 1] = (uint8_t)group;
            }
            check_six(address);
        }
    }
}

Test(address, mac)
{
    static const uint8_t mac[6] = {0x00, 0x1f, 0xa0, 0xff, 0x0b, 0xc9};
    char text[WEIR_MAC_TEXT];
    cr_assert_str_eq(weir_mac_text(text, mac), "00:1f:a0:ff:0b:c9");
    cr_assert_eq(weir_mac_put(text, mac), text + 17);
}

Test(address, null_is_no_text)
{
    static const uint8_t zeros[16];
    char text[WEIR_IPV6_TEXT] = "x";
    cr_assert_str_eq(weir_mac_text(text, NULL), "");
    cr_assert_str_eq(weir_ipv4_text(text, NULL), "");
    cr_assert_str_eq(weir_ipv6_text(text, NULL), "");
    cr_assert_null(weir_mac_text(NULL, zeros));
    cr_assert_null(weir_ipv4_text(NULL, zeros));
    cr_assert_null(weir_ipv6_text(NULL, zeros));
}
