#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/address_put.h"
#include "base/bytes.h"

static const char digits[] = "0123456789abcdef";

char *weir_mac_put(char *out, const uint8_t *mac)
{
    char *at = out;
    for (int i = 0; i < 6; i++) {
        *at++ = digits[mac[i] >> 4];
        *at++ = digits[mac[i] & 15];
        *at++ = ':';
    }
    return at - 1;
}

static char *put_octet(char *at, unsigned n)
{
    if (n >= 100)
        *at++ = (char)('0' + n / 100);
    if (n >= 10)
        *at++ = (char)('0' + n / 10 % 10);
    *at++ = (char)('0' + n % 10);
    return at;
}

char *weir_ipv4_put(char *out, const uint8_t *address)
{
    char *at = put_octet(out, address[0]);
    for (int i = 1; i < 4; i++) {
        *at++ = '.';
        at = put_octet(at, address[i]);
    }
    return at;
}

static char *put_group(char *at, unsigned n)
{
    if (n >= 0x1000)
        *at++ = digits[n >> 12];
    if (n >= 0x100)
        *at++ = digits[n >> 8 & 15];
    if (n >= 0x10)
        *at++ = digits[n >> 4 & 15];
    *at++ = digits[n & 15];
    return at;
}

/* The longest run of at least two groups that are 0, of equal ones the first
 * (RFC 5952, 4.2); 8: there is none. */
static size_t find_zeros(const uint8_t *address, size_t *length)
{
    size_t first = 8;
    size_t run = 0;
    *length = 1;
    for (size_t i = 0; i < 8; i++) {
        run = weir_load_16(address + 2 * i) == 0 ? run + 1 : 0;
        if (run > *length) {
            *length = run;
            first = i + 1 - run;
        }
    }
    return first;
}

/* What holds an IPv4 address ends with it (RFC 4291, 2.5.5), as inet_ntop has
 * it. */
char *weir_ipv6_put(char *out, const uint8_t *address)
{
    size_t length;
    size_t first = find_zeros(address, &length);
    bool four =
        first == 0 &&
        (length == 6 || (length == 5 && weir_load_16(address + 10) == 0xffff));
    char *at = out;
    for (size_t i = 0; i < 8; i++) {
        if (i == first) {
            i += length - 1;
            *at++ = ':';
            if (i == 7)
                *at++ = ':';
            continue;
        }
        if (i > 0)
            *at++ = ':';
        if (four && i == 6)
            return weir_ipv4_put(at, address + 12);
        at = put_group(at, weir_load_be16(address + 2 * i));
    }
    return at;
}

typedef char *put_fn(char *out, const uint8_t *address);

static char *text_of(char *out, const uint8_t *address, put_fn *put)
{
    if (out != NULL)
        *(address != NULL ? put(out, address) : out) = '\0';
    return out;
}

char *weir_mac_text(char *out, const uint8_t *mac)
{
    return text_of(out, mac, weir_mac_put);
}

char *weir_ipv4_text(char *out, const uint8_t *address)
{
    return text_of(out, address, weir_ipv4_put);
}

char *weir_ipv6_text(char *out, const uint8_t *address)
{
    return text_of(out, address, weir_ipv6_put);
}
