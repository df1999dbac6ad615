#include "dissect/fields.h"

#include <stddef.h>

#include "base/bytes.h"
#include "dissect/ethertype.h"
#include "dissect/family.h"

void weir_eth_view_read(struct weir_eth_view *out, const uint8_t *data,
                        const struct weir_layer *layer)
{
    const uint8_t *p = data + layer->offset;

    out->dst = p;
    out->src = p + 6;
    out->type = weir_load_be16(p + 12);
    out->is_length = out->type <= WEIR_LENGTH_MAX;
}

void weir_llc_view_read(struct weir_llc_view *out, const uint8_t *data,
                        const struct weir_layer *layer)
{
    const uint8_t *p = data + layer->offset;
    bool unnumbered = (p[2] & 3) == 3;

    out->dsap = p[0];
    out->ssap = p[1];
    out->control = p[2];
    if (!unnumbered && layer->header >= 4)
        out->control = weir_load_le16(p + 2);
    out->is_snap = layer->header == 8;
    out->oui = out->is_snap ? weir_load_be32(p + 3) >> 8 : 0;
    out->type = out->is_snap ? weir_load_be16(p + 6) : 0;
}

void weir_vlan_view_read(struct weir_vlan_view *out, const uint8_t *data,
                         const struct weir_layer *layer)
{
    const uint8_t *p = data + layer->offset;
    uint16_t tci = weir_load_be16(p);

    out->priority = (uint8_t)(tci >> 13);
    out->dei = (tci & 0x1000) != 0;
    out->id = tci & 0x0fff;
    out->etype = weir_load_be16(p + 2);
    out->is_length = out->etype <= WEIR_LENGTH_MAX;
}

void weir_mpls_view_read(struct weir_mpls_view *out, const uint8_t *data,
                         const struct weir_layer *layer)
{
    uint32_t entry = weir_load_be32(data + layer->offset);

    out->label = entry >> 12;
    out->exp = (uint8_t)(entry >> 9 & 7);
    out->bottom = (entry & 0x100) != 0;
    out->ttl = (uint8_t)entry;
}

/* Hardware types 1 (Ethernet) and 6 (IEEE 802) have addresses of the same
 * form: IANA, Address Resolution Protocol parameters. */
void weir_arp_view_read(struct weir_arp_view *out, const uint8_t *data,
                        const struct weir_layer *layer)
{
    const uint8_t *p = data + layer->offset;

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

    out->src_hw_mac = mac && layer->header >= src_hw + 6 ? p + src_hw : NULL;
    out->src_proto_ipv4 =
        ipv4 && layer->header >= src_proto + 4 ? p + src_proto : NULL;
    out->dst_hw_mac = mac && layer->header >= dst_hw + 6 ? p + dst_hw : NULL;
    out->dst_proto_ipv4 =
        ipv4 && layer->header >= dst_proto + 4 ? p + dst_proto : NULL;
}

void weir_ip_view_read(struct weir_ip_view *out, const uint8_t *data,
                       const struct weir_layer *layer)
{
    const uint8_t *p = data + layer->offset;
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
}

void weir_ipv6_view_read(struct weir_ipv6_view *out, const uint8_t *data,
                         const struct weir_layer *layer)
{
    const uint8_t *p = data + layer->offset;
    uint32_t word = weir_load_be32(p);

    out->traffic_class = (uint8_t)(word >> 20);
    out->flow = word & 0xfffff;
    out->plen = weir_load_be16(p + 4);
    out->nxt = p[6];
    out->hlim = p[7];
    out->src = p + 8;
    out->dst = p + 24;
}

void weir_tcp_view_read(struct weir_tcp_view *out, const uint8_t *data,
                        const struct weir_layer *layer)
{
    const uint8_t *p = data + layer->offset;
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
}

void weir_udp_view_read(struct weir_udp_view *out, const uint8_t *data,
                        const struct weir_layer *layer)
{
    const uint8_t *p = data + layer->offset;

    out->srcport = weir_load_be16(p);
    out->dstport = weir_load_be16(p + 2);
    out->length = weir_load_be16(p + 4);
    out->checksum = weir_load_be16(p + 6);
}

void weir_icmp_view_read(struct weir_icmp_view *out, const uint8_t *data,
                         const struct weir_layer *layer)
{
    const uint8_t *p = data + layer->offset;

    out->type = p[0];
    out->code = p[1];
    out->checksum = weir_load_be16(p + 2);
    out->has_rest = layer->header >= 8;
    out->rest = out->has_rest ? weir_load_be32(p + 4) : 0;
}

void weir_sctp_view_read(struct weir_sctp_view *out, const uint8_t *data,
                         const struct weir_layer *layer)
{
    const uint8_t *p = data + layer->offset;

    out->srcport = weir_load_be16(p);
    out->dstport = weir_load_be16(p + 2);
    out->vtag = weir_load_be32(p + 4);
    out->checksum = weir_load_be32(p + 8);
}

void weir_sll_view_read(struct weir_sll_view *out, const uint8_t *data,
                        const struct weir_layer *layer)
{
    const uint8_t *p = data + layer->offset;

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
}

void weir_null_view_read(struct weir_null_view *out, const uint8_t *data,
                         const struct weir_layer *layer)
{
    out->family = weir_family_read(data + layer->offset);
}
