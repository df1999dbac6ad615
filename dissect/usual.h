#ifndef WEIR_DISSECT_USUAL_H
#define WEIR_DISSECT_USUAL_H

/* usual: the stacks of nearly all frames, in one go.
 *
 * Ethernet, perhaps one VLAN tag, IPv4 without options or IPv6 without
 * extension headers, then TCP (without options, or with the timestamps that
 * most segments carry), UDP, ICMP or ICMPv6: whole, and not fragments.
 *
 * Going layer by layer, each step waits for a loop's and a switch's branches,
 * and the cursor for its own last value.  Here all offsets but TCP's payload
 * are constants, so that loads wait for nothing, and what can be wrong with a
 * header comes together in one branch that is nearly always taken.
 *
 * weir_dissect begins with it, and so do those who do the same for each frame
 * and want a few values of it and no list of layers: it is inline, and what
 * its caller does not look at is not made.
 *
 * Threads   any; pure.
 * Errors    false: not a usual frame, go layer by layer (weir_dissect_layers).
 *           A frame that has a fault is never usual. */

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "dissect/dissect.h"
#include "dissect/eth.h"
#include "dissect/ethertype.h"
#include "dissect/icmp.h"
#include "dissect/ip.h"
#include "dissect/ipv4.h"
#include "dissect/ipv6.h"
#include "dissect/tcp.h"
#include "dissect/udp.h"
#include "dissect/vlan.h"

/* What tells the two IP headers apart; constants where they are used. */
struct usual_ip {
    uint8_t proto;
    uint8_t kind; /* of the talker */
    uint8_t talker_at;
    uint8_t header;
    uint8_t number_at;
    uint8_t length_at;
    uint8_t length_add;  /* what the length does not count */
    uint8_t length_min;  /* as it says: none is 0 or less than the header */
    uint8_t first_mask;  /* of the first byte */
    uint8_t first;       /* version; of IPv4 the header's length, too */
    uint16_t other_mask; /* of bytes 6 and 7: IPv4's fragment */
};

static const struct usual_ip usual_ipv4 = {
    .proto = WEIR_PROTO_IP,
    .kind = 4,
    .talker_at = IPV4_SRC,
    .header = IPV4_HEADER,
    .number_at = IPV4_NUMBER,
    .length_at = IPV4_TOTAL,
    .length_min = IPV4_HEADER,
    .first_mask = 0xff,
    .first = 4 << 4 | IPV4_HEADER / 4,
    .other_mask = IPV4_FRAGMENT_OFFSET | IPV4_FRAGMENT_MORE,
};

static const struct usual_ip usual_ipv6 = {
    .proto = WEIR_PROTO_IPV6,
    .kind = 6,
    .talker_at = IPV6_SRC,
    .header = IPV6_HEADER,
    .number_at = IPV6_NEXT,
    .length_at = IPV6_LENGTH,
    .length_add = IPV6_HEADER,
    .length_min = 1,
    .first_mask = 0xf0,
    .first = 6 << 4,
};

/* RFC 7323 appendix A: two bytes of nothing, then the timestamps' kind and
 * length. */
#define USUAL_TCP_OPTIONS 12
#define USUAL_TIMESTAMPS  UINT32_C(0x0101080a)

/* An upper header: what `left` bytes on the wire, of which `captured` were
 * captured, begin with. */
struct usual_upper {
    uint8_t proto;
    uint32_t header; /* 0: not usual */
    uint32_t length; /* with the payload */
};

static inline struct usual_upper usual_tcp(const uint8_t *p, uint32_t captured,
                                           uint32_t left)
{
    struct usual_upper upper = {.proto = WEIR_PROTO_TCP, .length = left};
    if (captured < TCP_HEADER)
        return upper;
    uint32_t header = (p[TCP_OFFSET] >> 4) * UINT32_C(4);
    if (header == TCP_HEADER ||
        (header == TCP_HEADER + USUAL_TCP_OPTIONS && header <= captured &&
         weir_load_be32(p + TCP_HEADER) == USUAL_TIMESTAMPS))
        upper.header = header;
    return upper;
}

static inline struct usual_upper usual_udp(const uint8_t *p, uint32_t captured,
                                           uint32_t left)
{
    struct usual_upper upper = {.proto = WEIR_PROTO_UDP};
    if (captured < UDP_HEADER)
        return upper;
    upper.length = weir_load_be16(p + UDP_LENGTH);
    if ((upper.length >= UDP_HEADER) & (upper.length <= left))
        upper.header = UDP_HEADER;
    return upper;
}

static inline struct usual_upper usual_icmp(uint8_t proto, uint32_t captured,
                                            uint32_t left)
{
    static_assert(ICMP_HEADER == ICMPV6_HEADER + ICMPV6_REST, "one size");
    return (struct usual_upper){
        .proto = proto,
        .header = captured >= ICMP_HEADER ? ICMP_HEADER : 0,
        .length = left,
    };
}

static inline struct usual_upper usual_upper_read(uint8_t number,
                                                  const uint8_t *p,
                                                  uint32_t captured,
                                                  uint32_t left)
{
    switch (number) {
    case IP_NUMBER_TCP:
        return usual_tcp(p, captured, left);
    case IP_NUMBER_UDP:
        return usual_udp(p, captured, left);
    case IP_NUMBER_ICMP:
        return usual_icmp(WEIR_PROTO_ICMP, captured, left);
    case IP_NUMBER_ICMPV6:
        return usual_icmp(WEIR_PROTO_ICMPV6, captured, left);
    default:
        return (struct usual_upper){0};
    }
}

/* What a usual frame has; offsets are in its data. */
struct weir_usual {
    uint64_t path; /* as of struct weir_dissection */
    uint32_t ip_at;
    uint32_t talker_at;
    uint32_t upper_at;
    uint32_t upper_header; /* bytes */
    uint32_t payload_end;
    uint8_t version;  /* of IP, and the talker's kind */
    uint8_t protocol; /* IP's number of what is above */
    bool tagged;      /* the VLAN tag is behind Ethernet's header */
};

static inline __attribute__((always_inline)) bool
usual_take(struct weir_usual *out, const uint8_t *data, uint32_t caplen,
           uint32_t len, uint32_t tags, const struct usual_ip *ip)
{
    const uint32_t ip_at = ETH_HEADER + tags * VLAN_HEADER;
    const uint32_t at = ip_at + ip->header;
    if (caplen < at)
        return false;
    const uint8_t *p = data + ip_at;
    uint32_t said = weir_load_be16(p + ip->length_at);
    uint32_t end = ip_at + said + ip->length_add;
    bool usual = (p[0] & ip->first_mask) == ip->first;
    usual &= (weir_load_be16(p + IPV4_FRAGMENT) & ip->other_mask) == 0;
    usual &= (said >= ip->length_min) & (end <= len);
    if (!usual)
        return false;
    uint8_t number = p[ip->number_at];
    struct usual_upper upper = usual_upper_read(
        number, data + at, (caplen < end ? caplen : end) - at, end - at);
    if (upper.header == 0)
        return false;

    uint64_t path = (uint64_t)ip->proto | (uint64_t)upper.proto << 8;
    if (tags > 0)
        path = path << 8 | WEIR_PROTO_VLAN;
    *out = (struct weir_usual){
        .path = path << 8 | WEIR_PROTO_ETH,
        .ip_at = ip_at,
        .talker_at = ip_at + ip->talker_at,
        .upper_at = at,
        .upper_header = upper.header,
        .payload_end = at + upper.length,
        .version = ip->kind,
        .protocol = number,
        .tagged = tags > 0,
    };
    return true;
}

/* Of an untagged frame: where IP's header is, and how long IPv4's. */
#define WEIR_USUAL_IP_AT ETH_HEADER
#define WEIR_USUAL_IPV4  IPV4_HEADER

/* The paths of the most usual frames. */
#define WEIR_USUAL_PATH(ip, upper)                                             \
    (WEIR_PROTO_ETH | WEIR_PROTO_##ip << 8 | WEIR_PROTO_##upper << 16)

/* weir_usual_find: whether a frame on Ethernet is a usual one, and what it
 * has.  len is not less than caplen. */
static inline __attribute__((always_inline)) bool
weir_usual_find(struct weir_usual *out, const uint8_t *data, uint32_t caplen,
                uint32_t len)
{
    if (caplen < ETH_HEADER + VLAN_HEADER)
        return false;
    switch (weir_load_be16(data + ETH_TYPE)) {
    case WEIR_ETHERTYPE_IP:
        return usual_take(out, data, caplen, len, 0, &usual_ipv4);
    case WEIR_ETHERTYPE_IPV6:
        return usual_take(out, data, caplen, len, 0, &usual_ipv6);
    case WEIR_ETHERTYPE_VLAN:
    case WEIR_ETHERTYPE_SVLAN:
        break;
    default:
        return false;
    }
    switch (weir_load_be16(data + ETH_HEADER + VLAN_TYPE)) {
    case WEIR_ETHERTYPE_IP:
        return usual_take(out, data, caplen, len, 1, &usual_ipv4);
    case WEIR_ETHERTYPE_IPV6:
        return usual_take(out, data, caplen, len, 1, &usual_ipv6);
    default:
        return false;
    }
}

#endif
