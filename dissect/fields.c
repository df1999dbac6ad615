#include "dissect/fields.h"

#include <stddef.h>
#include <string.h>

#include "base/bytes.h"
#include "dissect/ethertype.h"
#include "dissect/family.h"

#define IPV4_FIXED 20
#define TCP_FIXED  20

/* Clears the view, and returns where the header is: NULL unless the layer is
 * of one of the two protocols. */
static const uint8_t *header_of_either(void *out, size_t size,
                                       const uint8_t *data,
                                       const struct weir_layer *layer,
                                       uint8_t proto, uint8_t other)
{
    if (out == NULL)
        return NULL;
    memset(out, 0, size);
    if (data == NULL || layer == NULL ||
        (layer->proto != proto && layer->proto != other))
        return NULL;
    return data + layer->offset;
}

static const uint8_t *header_of(void *out, size_t size, const uint8_t *data,
                                const struct weir_layer *layer, uint8_t proto)
{
    return header_of_either(out, size, data, layer, proto, proto);
}

/* Options end where the header says, and an authentication header may be
 * part of the layer behind them. */
static uint8_t options_of(const struct weir_layer *layer, uint32_t fixed,
                          uint32_t said)
{
    uint32_t end = layer->header < said ? layer->header : said;

    return (uint8_t)(end > fixed ? end - fixed : 0);
}

bool weir_eth_view_read(struct weir_eth_view *out, const uint8_t *data,
                        const struct weir_layer *layer)
{
    const uint8_t *p = header_of(out, sizeof *out, data, layer, WEIR_PROTO_ETH);
    if (p == NULL)
        return false;

    out->dst = p;
    out->src = p + 6;
    out->type = weir_load_be16(p + 12);
    out->is_length = out->type <= WEIR_LENGTH_MAX;
    return true;
}

bool weir_llc_view_read(struct weir_llc_view *out, const uint8_t *data,
                        const struct weir_layer *layer)
{
    const uint8_t *p = header_of(out, sizeof *out, data, layer, WEIR_PROTO_LLC);
    if (p == NULL)
        return false;
    bool unnumbered = (p[2] & 3) == 3;

    out->dsap = p[0];
    out->ssap = p[1];
    out->control = p[2];
    if (!unnumbered && layer->header >= 4)
        out->control = weir_load_le16(p + 2);
    out->is_snap = layer->header == 8;
    out->oui = out->is_snap ? weir_load_be32(p + 3) >> 8 : 0;
    out->type = out->is_snap ? weir_load_be16(p + 6) : 0;
    return true;
}

bool weir_vlan_view_read(struct weir_vlan_view *out, const uint8_t *data,
                         const struct weir_layer *layer)
{
    const uint8_t *p =
        header_of(out, sizeof *out, data, layer, WEIR_PROTO_VLAN);
    if (p == NULL)
        return false;
    uint16_t tci = weir_load_be16(p);

    out->priority = (uint8_t)(tci >> 13);
    out->dei = (tci & 0x1000) != 0;
    out->id = tci & 0x0fff;
    out->etype = weir_load_be16(p + 2);
    out->is_length = out->etype <= WEIR_LENGTH_MAX;
    return true;
}

bool weir_mpls_view_read(struct weir_mpls_view *out, const uint8_t *data,
                         const struct weir_layer *layer)
{
    const uint8_t *p =
        header_of(out, sizeof *out, data, layer, WEIR_PROTO_MPLS);
    if (p == NULL)
        return false;
    uint32_t entry = weir_load_be32(p);

    out->label = entry >> 12;
    out->exp = (uint8_t)(entry >> 9 & 7);
    out->bottom = (entry & 0x100) != 0;
    out->ttl = (uint8_t)entry;
    return true;
}

/* The bytes from begin to end of a header, if they were captured. */
static const uint8_t *part_of(const uint8_t *p, const struct weir_layer *layer,
                              uint32_t begin, uint32_t end)
{
    return layer->header >= end ? p + begin : NULL;
}

/* Hardware types 1 (Ethernet) and 6 (IEEE 802) have addresses of the same
 * form: IANA, Address Resolution Protocol parameters. */
bool weir_arp_view_read(struct weir_arp_view *out, const uint8_t *data,
                        const struct weir_layer *layer)
{
    const uint8_t *p = header_of(out, sizeof *out, data, layer, WEIR_PROTO_ARP);
    if (p == NULL)
        return false;

    out->hw_type = weir_load_be16(p);
    out->proto_type = weir_load_be16(p + 2);
    out->hw_size = p[4];
    out->proto_size = p[5];
    out->opcode = weir_load_be16(p + 6);

    bool mac = (out->hw_type == 1 || out->hw_type == 6) && out->hw_size == 6;
    bool ipv4 = out->proto_type == WEIR_ETHERTYPE_IP && out->proto_size == 4;
    uint32_t src_hw = 8;
    uint32_t src_proto = src_hw + out->hw_size;
    uint32_t dst_hw = src_proto + out->proto_size;
    uint32_t dst_proto = dst_hw + out->hw_size;

    out->src_hw = part_of(p, layer, src_hw, src_proto);
    out->src_proto = part_of(p, layer, src_proto, dst_hw);
    out->dst_hw = part_of(p, layer, dst_hw, dst_proto);
    out->dst_proto = part_of(p, layer, dst_proto, dst_proto + out->proto_size);
    out->src_hw_mac = mac ? out->src_hw : NULL;
    out->src_proto_ipv4 = ipv4 ? out->src_proto : NULL;
    out->dst_hw_mac = mac ? out->dst_hw : NULL;
    out->dst_proto_ipv4 = ipv4 ? out->dst_proto : NULL;
    return true;
}

bool weir_ip_view_read(struct weir_ip_view *out, const uint8_t *data,
                       const struct weir_layer *layer)
{
    const uint8_t *p = header_of(out, sizeof *out, data, layer, WEIR_PROTO_IP);
    if (p == NULL)
        return false;
    uint16_t fragment = weir_load_be16(p + 6);

    out->version = p[0] >> 4;
    out->header_length = (uint8_t)((p[0] & 0x0f) * 4);
    out->tos = p[1];
    out->total_length = weir_load_be16(p + 2);
    out->id = weir_load_be16(p + 4);
    out->flags = (uint8_t)(fragment >> 13);
    out->fragment_offset = (uint16_t)((fragment & 0x1fff) * 8);
    out->ttl = p[8];
    out->proto = p[9];
    out->checksum = weir_load_be16(p + 10);
    out->src = p + 12;
    out->dst = p + 16;
    out->options = p + IPV4_FIXED;
    out->options_length = options_of(layer, IPV4_FIXED, out->header_length);
    return true;
}

bool weir_ipv6_view_read(struct weir_ipv6_view *out, const uint8_t *data,
                         const struct weir_layer *layer)
{
    const uint8_t *p =
        header_of(out, sizeof *out, data, layer, WEIR_PROTO_IPV6);
    if (p == NULL)
        return false;
    uint32_t word = weir_load_be32(p);

    out->traffic_class = (uint8_t)(word >> 20);
    out->flow = word & 0xfffff;
    out->plen = weir_load_be16(p + 4);
    out->nxt = p[6];
    out->hlim = p[7];
    out->src = p + 8;
    out->dst = p + 24;
    return true;
}

bool weir_tcp_view_read(struct weir_tcp_view *out, const uint8_t *data,
                        const struct weir_layer *layer)
{
    const uint8_t *p = header_of(out, sizeof *out, data, layer, WEIR_PROTO_TCP);
    if (p == NULL)
        return false;
    uint16_t word = weir_load_be16(p + 12);

    out->srcport = weir_load_be16(p);
    out->dstport = weir_load_be16(p + 2);
    out->seq = weir_load_be32(p + 4);
    out->ack = weir_load_be32(p + 8);
    out->header_length = (uint8_t)((word >> 12) * 4);
    out->flags = word & 0x0fff;
    out->window = weir_load_be16(p + 14);
    out->checksum = weir_load_be16(p + 16);
    out->urgent = weir_load_be16(p + 18);
    out->options = p + TCP_FIXED;
    out->options_length = options_of(layer, TCP_FIXED, out->header_length);
    return true;
}

bool weir_udp_view_read(struct weir_udp_view *out, const uint8_t *data,
                        const struct weir_layer *layer)
{
    const uint8_t *p = header_of(out, sizeof *out, data, layer, WEIR_PROTO_UDP);
    if (p == NULL)
        return false;

    out->srcport = weir_load_be16(p);
    out->dstport = weir_load_be16(p + 2);
    out->length = weir_load_be16(p + 4);
    out->checksum = weir_load_be16(p + 6);
    return true;
}

bool weir_icmp_view_read(struct weir_icmp_view *out, const uint8_t *data,
                         const struct weir_layer *layer)
{
    const uint8_t *p = header_of_either(out, sizeof *out, data, layer,
                                        WEIR_PROTO_ICMP, WEIR_PROTO_ICMPV6);
    if (p == NULL)
        return false;

    out->type = p[0];
    out->code = p[1];
    out->checksum = weir_load_be16(p + 2);
    out->has_rest = layer->header >= 8;
    out->rest = out->has_rest ? weir_load_be32(p + 4) : 0;
    return true;
}

bool weir_sctp_view_read(struct weir_sctp_view *out, const uint8_t *data,
                         const struct weir_layer *layer)
{
    const uint8_t *p =
        header_of(out, sizeof *out, data, layer, WEIR_PROTO_SCTP);
    if (p == NULL)
        return false;

    out->srcport = weir_load_be16(p);
    out->dstport = weir_load_be16(p + 2);
    out->vtag = weir_load_be32(p + 4);
    out->checksum = weir_load_be32(p + 8);
    return true;
}

bool weir_sll_view_read(struct weir_sll_view *out, const uint8_t *data,
                        const struct weir_layer *layer)
{
    const uint8_t *p = header_of_either(out, sizeof *out, data, layer,
                                        WEIR_PROTO_SLL, WEIR_PROTO_SLL2);
    if (p == NULL)
        return false;

    out->has_ifindex = layer->proto == WEIR_PROTO_SLL2;
    if (out->has_ifindex) {
        out->protocol = weir_load_be16(p);
        out->ifindex = weir_load_be32(p + 4);
        out->arphrd = weir_load_be16(p + 8);
        out->packet_type = p[10];
        out->address_length = p[11];
        out->address = p + 12;
    } else {
        out->packet_type = weir_load_be16(p);
        out->arphrd = weir_load_be16(p + 2);
        out->address_length = weir_load_be16(p + 4);
        out->address = p + 6;
        out->protocol = weir_load_be16(p + 14);
        out->ifindex = 0;
    }
    return true;
}

bool weir_null_view_read(struct weir_null_view *out, const uint8_t *data,
                         const struct weir_layer *layer)
{
    const uint8_t *p =
        header_of(out, sizeof *out, data, layer, WEIR_PROTO_NULL);
    if (p == NULL)
        return false;
    out->family = weir_family_read(p);
    return true;
}

#define VIEW_FIND(view, fields, id)                                            \
    bool weir_##view##_view_find(struct weir_##fields##_view *out,             \
                                 const uint8_t *data,                          \
                                 const struct weir_dissection *dissection)     \
    {                                                                          \
        return weir_##fields##_view_read(                                      \
            out, data, weir_dissection_find(dissection, WEIR_PROTO_##id));     \
    }

VIEW_FIND(eth, eth, ETH)
VIEW_FIND(llc, llc, LLC)
VIEW_FIND(vlan, vlan, VLAN)
VIEW_FIND(mpls, mpls, MPLS)
VIEW_FIND(arp, arp, ARP)
VIEW_FIND(ip, ip, IP)
VIEW_FIND(ipv6, ipv6, IPV6)
VIEW_FIND(tcp, tcp, TCP)
VIEW_FIND(udp, udp, UDP)
VIEW_FIND(icmp, icmp, ICMP)
VIEW_FIND(icmpv6, icmp, ICMPV6)
VIEW_FIND(sctp, sctp, SCTP)
VIEW_FIND(null, null, NULL)

bool weir_sll_view_find(struct weir_sll_view *out, const uint8_t *data,
                        const struct weir_dissection *dissection)
{
    const struct weir_layer *layer =
        weir_dissection_find(dissection, WEIR_PROTO_SLL);

    if (layer == NULL)
        layer = weir_dissection_find(dissection, WEIR_PROTO_SLL2);
    return weir_sll_view_read(out, data, layer);
}

bool weir_payload_view_read(struct weir_payload_view *out, const uint8_t *data,
                            uint32_t caplen,
                            const struct weir_dissection *dissection)
{
    if (out == NULL)
        return false;
    memset(out, 0, sizeof *out);
    if (data == NULL || dissection == NULL ||
        dissection->payload_offset > caplen ||
        dissection->payload_offset > dissection->payload_end)
        return false;
    uint32_t end =
        dissection->payload_end < caplen ? dissection->payload_end : caplen;
    out->bytes = data + dissection->payload_offset;
    out->captured = end - dissection->payload_offset;
    out->length = dissection->payload_end - dissection->payload_offset;
    return true;
}
