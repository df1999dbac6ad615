/* What a layer's header says when nobody has said it. */

#include <errno.h>
#include <netinet/in.h>

#include "base/err.h"
#include "sink/build_impl.h"

/* EtherTypes (IEEE 802); the last is for experiments. */
#define TYPE_IPV4       0x0800
#define TYPE_ARP        0x0806
#define TYPE_VLAN       0x8100
#define TYPE_IPV6       0x86dd
#define TYPE_SERVICE    0x88a8
#define TYPE_EXPERIMENT 0x88b5

#define PROTO_EXPERIMENT 253 /* RFC 3692 */

#define HW_ETHERNET    1
#define ARP_REQUEST    1
#define TTL_DEFAULT    64
#define WINDOW_DEFAULT 65535

static bool has_zero(uint32_t zeros, enum weir_build_zero which)
{
    return (zeros & (uint32_t)which) != 0;
}

static void fill_16(uint16_t *value, uint32_t zeros, enum weir_build_zero which,
                    uint16_t fill)
{
    if (*value == 0 && !has_zero(zeros, which))
        *value = fill;
}

static void fill_8(uint8_t *value, uint32_t zeros, enum weir_build_zero which,
                   uint8_t fill)
{
    if (*value == 0 && !has_zero(zeros, which))
        *value = fill;
}

/* A length that does not fit is an error only where we are to tell it. */
static int fill_length(uint16_t *value, uint32_t zeros, uint32_t fill,
                       const char *whose, struct weir_err *err)
{
    if (*value != 0 || has_zero(zeros, WEIR_BUILD_ZERO_LENGTH))
        return 0;
    if (fill > UINT16_MAX)
        return weir_err_set(err, -EMSGSIZE,
                            "%u bytes are more than the length of %s can tell",
                            fill, whose);
    *value = (uint16_t)fill;
    return 0;
}

/* A header that says it is longer than its field can tell cannot be made: it
 * has at most 20 + 40 bytes. */
static void fill_header(uint8_t *value, uint32_t zeros, uint32_t bytes)
{
    fill_8(value, zeros, WEIR_BUILD_ZERO_HEADER, (uint8_t)bytes);
}

/* The layer behind `at`, or NULL. */
static const struct weir_build_layer *next_of(const struct weir_build *build,
                                              uint32_t at)
{
    return at + 1 < build->count ? &build->layers[at + 1] : NULL;
}

/* The EtherType of what is behind layer `at`. */
static uint16_t type_behind(const struct weir_build *build, uint32_t at)
{
    const struct weir_build_layer *next = next_of(build, at);
    if (next == NULL)
        return TYPE_EXPERIMENT;
    switch (next->kind) {
    case WEIR_BUILD_VLAN: {
        const struct weir_build_layer *third = next_of(build, at + 1);
        if (next->vlan.tpid != 0)
            return next->vlan.tpid;
        return third != NULL && third->kind == WEIR_BUILD_VLAN ? TYPE_SERVICE
                                                               : TYPE_VLAN;
    }
    case WEIR_BUILD_ARP:
        return TYPE_ARP;
    case WEIR_BUILD_IPV4:
        return TYPE_IPV4;
    case WEIR_BUILD_IPV6:
        return TYPE_IPV6;
    default:
        return TYPE_EXPERIMENT;
    }
}

/* The protocol number of what is behind layer `at`; nothing: `none`. */
static uint8_t proto_behind(const struct weir_build *build, uint32_t at,
                            uint8_t none)
{
    static const uint8_t protos[WEIR_BUILD_KINDS] = {
        [WEIR_BUILD_IPV4] = IPPROTO_IPIP,
        [WEIR_BUILD_IPV6] = IPPROTO_IPV6,
        [WEIR_BUILD_TCP] = IPPROTO_TCP,
        [WEIR_BUILD_UDP] = IPPROTO_UDP,
        [WEIR_BUILD_ICMP] = IPPROTO_ICMP,
        [WEIR_BUILD_ICMPV6] = IPPROTO_ICMPV6,
        [WEIR_BUILD_PAYLOAD] = PROTO_EXPERIMENT,
    };
    const struct weir_build_layer *next = next_of(build, at);
    return next == NULL ? none : protos[next->kind];
}

static void fill_arp(struct weir_build_arp *arp)
{
    if (arp->hw_type == 0)
        arp->hw_type = HW_ETHERNET;
    if (arp->proto_type == 0)
        arp->proto_type = TYPE_IPV4;
    if (arp->hw_size == 0)
        arp->hw_size = sizeof arp->src_hw_mac;
    if (arp->proto_size == 0)
        arp->proto_size = sizeof arp->src_proto_ipv4;
    fill_16(&arp->opcode, arp->zeros, WEIR_BUILD_ZERO_TYPE, ARP_REQUEST);
}

static int fill_ipv4(const struct weir_build *build, uint32_t at,
                     uint32_t behind, struct weir_build_layer *layer,
                     struct weir_err *err)
{
    struct weir_build_ipv4 *ip = &layer->ipv4;
    fill_header(&ip->header_length, ip->zeros, layer->bytes);
    fill_8(&ip->ttl, ip->zeros, WEIR_BUILD_ZERO_TTL, TTL_DEFAULT);
    fill_8(&ip->proto, ip->zeros, WEIR_BUILD_ZERO_TYPE,
           proto_behind(build, at, PROTO_EXPERIMENT));
    return fill_length(&ip->total_length, ip->zeros, behind, "IPv4", err);
}

static int fill_ipv6(const struct weir_build *build, uint32_t at,
                     uint32_t behind, struct weir_build_layer *layer,
                     struct weir_err *err)
{
    struct weir_build_ipv6 *ip = &layer->ipv6;
    fill_8(&ip->hlim, ip->zeros, WEIR_BUILD_ZERO_TTL, TTL_DEFAULT);
    fill_8(&ip->nxt, ip->zeros, WEIR_BUILD_ZERO_TYPE,
           proto_behind(build, at, IPPROTO_NONE));
    return fill_length(&ip->plen, ip->zeros, behind - layer->bytes, "IPv6",
                       err);
}

int weir_build_fill(const struct weir_build *build, uint32_t at,
                    uint32_t behind, struct weir_build_layer *out,
                    struct weir_err *err)
{
    *out = build->layers[at];
    switch (out->kind) {
    case WEIR_BUILD_ETH:
        fill_16(&out->eth.type, out->eth.zeros, WEIR_BUILD_ZERO_TYPE,
                type_behind(build, at));
        return 0;
    case WEIR_BUILD_VLAN:
        fill_16(&out->vlan.etype, out->vlan.zeros, WEIR_BUILD_ZERO_TYPE,
                type_behind(build, at));
        return 0;
    case WEIR_BUILD_ARP:
        fill_arp(&out->arp);
        return 0;
    case WEIR_BUILD_IPV4:
        return fill_ipv4(build, at, behind, out, err);
    case WEIR_BUILD_IPV6:
        return fill_ipv6(build, at, behind, out, err);
    case WEIR_BUILD_TCP:
        fill_header(&out->tcp.header_length, out->tcp.zeros, out->bytes);
        fill_16(&out->tcp.window, out->tcp.zeros, WEIR_BUILD_ZERO_WINDOW,
                WINDOW_DEFAULT);
        return 0;
    case WEIR_BUILD_UDP:
        return fill_length(&out->udp.length, out->udp.zeros, behind, "UDP",
                           err);
    default:
        return 0;
    }
}
