/* Checksums of a frame that is laid out: in IPv4 over the header alone,
 * elsewhere over all behind it, with the pseudo header of RFC 9293 3.1 and RFC
 * 8200 8.1 but in ICMP. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "sink/build_impl.h"

#define IPV4_FIXED 20u

/* Where a layer's checksum is in its header, or 0 if there is none to fill in;
 * *protocol is the one of its pseudo header, or 0 if it has none. */
static uint32_t wanted(const struct weir_build_layer *layer, uint32_t *protocol)
{
    uint16_t given;
    uint32_t zeros;
    uint32_t at;
    *protocol = 0;
    switch (layer->kind) {
    case WEIR_BUILD_IPV4:
        given = layer->ipv4.checksum;
        zeros = layer->ipv4.zeros;
        at = 10;
        break;
    case WEIR_BUILD_TCP:
        given = layer->tcp.checksum;
        zeros = layer->tcp.zeros;
        at = 16;
        *protocol = IPPROTO_TCP;
        break;
    case WEIR_BUILD_UDP:
        given = layer->udp.checksum;
        zeros = layer->udp.zeros;
        at = 6;
        *protocol = IPPROTO_UDP;
        break;
    case WEIR_BUILD_ICMP:
    case WEIR_BUILD_ICMPV6:
        given = layer->icmp.checksum;
        zeros = layer->icmp.zeros;
        at = 2;
        if (layer->kind == WEIR_BUILD_ICMPV6)
            *protocol = IPPROTO_ICMPV6;
        break;
    default:
        return 0;
    }
    return given != 0 || (zeros & WEIR_BUILD_ZERO_CHECKSUM) != 0 ? 0 : at;
}

/* Whom a packet is for in the end: of a source route whose pointer is not
 * behind it, the last address (RFC 791, 3.1; RFC 1122, 3.2.1.8). */
static const uint8_t *ipv4_destination(const uint8_t *header, uint32_t bytes)
{
    const uint8_t *dst = header + 16;
    uint32_t at = IPV4_FIXED;
    while (at < bytes && header[at] != IPOPT_EOL) {
        uint8_t kind = header[at];
        uint32_t left = bytes - at;
        uint32_t said = kind == IPOPT_NOP ? 1 : left < 2 ? 0 : header[at + 1];
        if (said == 0 || said > left)
            break;
        if ((kind == IPOPT_LSRR || kind == IPOPT_SSRR) && said >= 7 &&
            (said - 3) % 4 == 0 && header[at + 2] <= said)
            dst = header + at + said - 4;
        at += said;
    }
    return dst;
}

/* An IP layer is always right before one that has a pseudo header. */
static uint64_t sum_pseudo(const struct weir_build_layer *ip,
                           const uint8_t *header, uint32_t protocol,
                           uint32_t bytes)
{
    uint32_t tail[2] = {htonl(bytes), htonl(protocol)};
    uint64_t sum = weir_sum_add(0, tail, sizeof tail);
    if (ip->kind == WEIR_BUILD_IPV6)
        return weir_sum_add(sum, header + 8, 32);
    sum = weir_sum_add(sum, header + 12, 4);
    return weir_sum_add(sum, ipv4_destination(header, ip->bytes), 4);
}

void weir_build_sum(const struct weir_build *build, uint8_t *frame,
                    uint32_t size)
{
    uint32_t offset = size;
    /* The outer sums are over the inner ones. */
    for (uint32_t at = build->count; at-- > 0;) {
        const struct weir_build_layer *layer = &build->layers[at];
        uint32_t protocol;
        uint32_t field = wanted(layer, &protocol);
        offset -= layer->bytes;
        if (field == 0)
            continue;
        uint8_t *header = frame + offset;
        uint32_t bytes =
            layer->kind == WEIR_BUILD_IPV4 ? layer->bytes : size - offset;
        uint64_t sum = 0;
        if (protocol != 0)
            sum = sum_pseudo(&layer[-1], header - layer[-1].bytes, protocol,
                             bytes);
        uint16_t found = weir_sum_field(weir_sum_add(sum, header, bytes));
        /* RFC 768: 0 would say that there is no checksum. */
        if (found == 0 && layer->kind == WEIR_BUILD_UDP)
            found = UINT16_MAX;
        weir_store_16(header + field, htons(found));
    }
}
