/* Checksums of a frame that is laid out: RFC 1071's sum, in IPv4 over the
 * header alone, elsewhere over all behind it, with the pseudo header of RFC
 * 9293 3.1 and RFC 8200 8.1 but in ICMP. */

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/bytes.h"
#include "sink/build_impl.h"

/* Of big-endian words; 64 bits take far more of them than a frame has. */
static uint64_t sum_add(uint64_t sum, const uint8_t *bytes, uint32_t count)
{
    for (uint32_t i = 0; i + 1 < count; i += 2)
        sum += weir_load_be16(bytes + i);
    if (count % 2 != 0)
        sum += (uint64_t)bytes[count - 1] << 8;
    return sum;
}

static uint16_t sum_finish(uint64_t sum)
{
    while (sum > UINT16_MAX)
        sum = (sum & UINT16_MAX) + (sum >> 16);
    return (uint16_t)~sum;
}

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

/* An IP layer is always right before one that has a pseudo header. */
static uint64_t sum_pseudo(const struct weir_build_layer *ip,
                           const uint8_t *header, uint32_t protocol,
                           uint32_t bytes)
{
    uint64_t sum = (uint64_t)protocol + bytes;
    if (ip->kind == WEIR_BUILD_IPV4)
        return sum_add(sum, header + 12, 8);
    return sum_add(sum, header + 8, 32);
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
        uint16_t found = sum_finish(sum_add(sum, header, bytes));
        /* RFC 768: 0 would say that there is no checksum. */
        if (found == 0 && layer->kind == WEIR_BUILD_UDP)
            found = UINT16_MAX;
        weir_store_16(header + field, htons(found));
    }
}
