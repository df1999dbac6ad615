#ifndef WEIR_DISSECT_IP_H
#define WEIR_DISSECT_IP_H

/* ip: what IPv4 and IPv6 share.  Private to dissect/; see dissect/layer.h. */

#include "dissect/layer.h"

#define IP_NUMBER_ICMP   1
#define IP_NUMBER_IPV4   4
#define IP_NUMBER_TCP    6
#define IP_NUMBER_UDP    17
#define IP_NUMBER_IPV6   41
#define IP_NUMBER_ICMPV6 58
#define IP_NUMBER_SCTP   132

#define AH_FIXED  12 /* RFC 4302: without an integrity check value */
#define AH_LENGTH 1

/* weir_ip_next: the protocol of an IP protocol number. */
static inline uint8_t weir_ip_next(uint8_t number)
{
    switch (number) {
    case IP_NUMBER_TCP:
        return WEIR_PROTO_TCP;
    case IP_NUMBER_UDP:
        return WEIR_PROTO_UDP;
    case IP_NUMBER_ICMP:
        return WEIR_PROTO_ICMP;
    case IP_NUMBER_ICMPV6:
        return WEIR_PROTO_ICMPV6;
    case IP_NUMBER_SCTP:
        return WEIR_PROTO_SCTP;
    case IP_NUMBER_IPV4:
        return WEIR_PROTO_IP;
    case IP_NUMBER_IPV6:
        return WEIR_PROTO_IPV6;
    default:
        return WEIR_PROTO_NONE;
    }
}

/* weir_ip_version: IP or IPV6 by the next byte's upper four bits, else NONE;
 * the byte has been captured. */
static inline uint8_t weir_ip_version(const struct weir_cursor *c)
{
    switch (*weir_cursor_bytes(c) >> 4) {
    case 4:
        return WEIR_PROTO_IP;
    case 6:
        return WEIR_PROTO_IPV6;
    default:
        return WEIR_PROTO_NONE;
    }
}

/* weir_ip_extension_take: adds an extension header of n bytes, whose first
 * names the protocol behind it, to the layer; false: stop. */
static inline bool weir_ip_extension_take(struct weir_cursor *c,
                                          struct weir_layer *layer, uint32_t n)
{
    const uint8_t *p = weir_cursor_bytes(c);

    if (!weir_layer_extend(c, layer, n, WEIR_OUTCOME_BAD_EXTENSION))
        return false;
    layer->upper = *p;
    return true;
}

/* weir_ip_authentication_take: the same for an authentication header, which
 * IPv4 has too. */
static inline bool weir_ip_authentication_take(struct weir_cursor *c,
                                               struct weir_layer *layer)
{
    if (!weir_cursor_need(c, AH_FIXED, WEIR_OUTCOME_BAD_EXTENSION))
        return false;
    /* In units of four bytes, less two. */
    uint32_t n = (weir_cursor_bytes(c)[AH_LENGTH] + UINT32_C(2)) * 4;
    if (n < AH_FIXED) {
        weir_cursor_fault(c, WEIR_OUTCOME_BAD_EXTENSION);
        return false;
    }
    return weir_ip_extension_take(c, layer, n);
}

/* weir_ip_fragment_check: a fragment's offset and payload contradict each
 * other, or the greatest length of a datagram; before is what stands in front
 * of the payload and counts. */
static inline void weir_ip_fragment_check(struct weir_cursor *c,
                                          uint32_t offset, bool more,
                                          uint32_t before)
{
    uint32_t payload = weir_cursor_left(c);

    if ((more && payload % 8 != 0) || before + offset + payload > UINT16_MAX)
        weir_cursor_fault(c, WEIR_OUTCOME_BAD_FRAGMENT);
}

/* False if the options do not fit together. */
static inline bool options_check(const uint8_t *options, uint32_t n)
{
    uint32_t at = 0;

    while (at < n) {
        if (options[at] == 0) /* end of the list */
            return true;
        if (options[at] == 1) { /* one byte of nothing */
            at++;
            continue;
        }
        if (n - at < 2)
            return false;
        uint32_t length = options[at + 1];
        if (length < 2 || length > n - at)
            return false;
        at += length;
    }
    return true;
}

/* weir_options_take: adds n bytes of options, of IPv4 or TCP, to the layer and
 * records a fault if they do not fit together; false: stop. */
static inline bool weir_options_take(struct weir_cursor *c,
                                     struct weir_layer *layer, uint32_t n)
{
    const uint8_t *options = weir_cursor_bytes(c);

    if (!weir_layer_extend(c, layer, n, WEIR_OUTCOME_BAD_HEADER_LENGTH))
        return false;
    if (!options_check(options, n))
        weir_cursor_fault(c, WEIR_OUTCOME_BAD_OPTION);
    return true;
}

#endif
