#include "tests/dissect/invariants.h"

#include <stddef.h>
#include <string.h>

#include "base/linktype.h"
#include "dissect/dissect_layers.h"
#include "dissect/fields.h"
#include "dissect/flow_key.h"
#include "dissect/usual.h"
#include "tests/dissect/views.h"

/* Keeps the reads: the sum goes where the compiler must write it. */
static volatile uint32_t sink;

static void bytes_read(const uint8_t *p, uint32_t n)
{
    for (uint32_t i = 0; p != NULL && i < n; i++)
        sink += p[i];
}

static void link_read(const uint8_t *data, const struct weir_layer *layer)
{
    if (layer->proto == WEIR_PROTO_ETH) {
        struct weir_eth_view eth;
        weir_eth_view_read(&eth, data, layer);
        bytes_read(eth.dst, 6);
        bytes_read(eth.src, 6);
        sink += eth.type;
    } else if (layer->proto == WEIR_PROTO_NULL) {
        struct weir_null_view null;
        weir_null_view_read(&null, data, layer);
        sink += null.family;
    } else {
        struct weir_sll_view sll;
        weir_sll_view_read(&sll, data, layer);
        bytes_read(sll.address,
                   sll.address_length < 8 ? sll.address_length : 8);
        sink += sll.protocol + sll.ifindex + sll.arphrd + sll.packet_type;
    }
}

static void shim_read(const uint8_t *data, const struct weir_layer *layer)
{
    if (layer->proto == WEIR_PROTO_LLC) {
        struct weir_llc_view llc;
        weir_llc_view_read(&llc, data, layer);
        sink += llc.control + llc.oui + llc.type;
    } else if (layer->proto == WEIR_PROTO_VLAN) {
        struct weir_vlan_view vlan;
        weir_vlan_view_read(&vlan, data, layer);
        sink += vlan.id + vlan.etype;
    } else if (layer->proto == WEIR_PROTO_MPLS) {
        struct weir_mpls_view mpls;
        weir_mpls_view_read(&mpls, data, layer);
        sink += mpls.label + mpls.ttl;
    } else {
        struct weir_arp_view arp;
        weir_arp_view_read(&arp, data, layer);
        bytes_read(arp.src_hw_mac, 6);
        bytes_read(arp.src_proto_ipv4, 4);
        bytes_read(arp.dst_hw_mac, 6);
        bytes_read(arp.dst_proto_ipv4, 4);
        sink += arp.opcode;
    }
}

static void ip_read(const uint8_t *data, const struct weir_layer *layer)
{
    if (layer->proto == WEIR_PROTO_IP) {
        struct weir_ip_view ip;
        weir_ip_view_read(&ip, data, layer);
        bytes_read(ip.src, 4);
        bytes_read(ip.dst, 4);
        sink += ip.total_length + ip.checksum;
    } else {
        struct weir_ipv6_view ipv6;
        weir_ipv6_view_read(&ipv6, data, layer);
        bytes_read(ipv6.src, 16);
        bytes_read(ipv6.dst, 16);
        sink += ipv6.plen + ipv6.flow;
    }
}

static void upper_read(const uint8_t *data, const struct weir_layer *layer)
{
    if (layer->proto == WEIR_PROTO_TCP) {
        struct weir_tcp_view tcp;
        weir_tcp_view_read(&tcp, data, layer);
        sink += tcp.flags + tcp.urgent;
    } else if (layer->proto == WEIR_PROTO_UDP) {
        struct weir_udp_view udp;
        weir_udp_view_read(&udp, data, layer);
        sink += udp.length + udp.checksum;
    } else if (layer->proto == WEIR_PROTO_SCTP) {
        struct weir_sctp_view sctp;
        weir_sctp_view_read(&sctp, data, layer);
        sink += sctp.vtag + sctp.checksum;
    } else {
        struct weir_icmp_view icmp;
        weir_icmp_view_read(&icmp, data, layer);
        sink += icmp.checksum + icmp.rest;
    }
}

static const char *fields_read(const uint8_t *data,
                               const struct weir_layer *layer)
{
    switch (layer->proto) {
    case WEIR_PROTO_ETH:
    case WEIR_PROTO_NULL:
    case WEIR_PROTO_SLL:
    case WEIR_PROTO_SLL2:
        link_read(data, layer);
        return NULL;
    case WEIR_PROTO_LLC:
    case WEIR_PROTO_VLAN:
    case WEIR_PROTO_MPLS:
    case WEIR_PROTO_ARP:
        shim_read(data, layer);
        return NULL;
    case WEIR_PROTO_IP:
    case WEIR_PROTO_IPV6:
        ip_read(data, layer);
        return NULL;
    case WEIR_PROTO_TCP:
    case WEIR_PROTO_UDP:
    case WEIR_PROTO_SCTP:
    case WEIR_PROTO_ICMP:
    case WEIR_PROTO_ICMPV6:
        upper_read(data, layer);
        return NULL;
    default:
        return "a layer's protocol is unknown";
    }
}

static const char *layers_broken(const struct weir_dissection *d,
                                 const uint8_t *data, uint32_t caplen)
{
    uint64_t path = 0;
    uint32_t at = 0;

    for (uint8_t i = 0; i < d->layers_count; i++) {
        const struct weir_layer *layer = &d->layers[i];
        if (layer->offset != at)
            return "a layer does not begin where the one before ends";
        if (layer->header == 0 || layer->header > caplen - at)
            return "a layer's header is not within the captured bytes";
        if (i < 8)
            path |= (uint64_t)layer->proto << (8 * i);
        at += layer->header;
        const char *broken = fields_read(data, layer);
        if (broken != NULL)
            return broken;
        bytes_read(data + layer->offset, layer->header);
    }
    if (path != d->path)
        return "the path does not name the layers";
    if (d->payload_offset != at)
        return "the payload does not begin behind the last header";
    return NULL;
}

static const char *talker_broken(const struct weir_dissection *d,
                                 const uint8_t *data, uint32_t caplen)
{
    uint32_t size = d->talker_kind == 4   ? 4
                    : d->talker_kind == 6 ? 16
                    : d->talker_kind == 1 ? 6
                                          : 0;

    if (size == 0 && d->talker_kind != 0)
        return "the talker is of no kind";
    if (d->talker_offset > caplen || size > caplen - d->talker_offset)
        return "the talker is not within the captured bytes";
    bytes_read(data + d->talker_offset, size);
    return NULL;
}

const char *weir_dissection_broken(const struct weir_dissection *d,
                                   const uint8_t *data, uint32_t caplen,
                                   uint32_t len)
{
    uint32_t wire = len < caplen ? caplen : len;

    if (d->outcome >= WEIR_OUTCOME_COUNT)
        return "the outcome is unknown";
    if (d->outcome == WEIR_OUTCOME_TRUNCATED && wire == caplen)
        return "truncated, though nothing was cut off";
    if (d->layers_count > WEIR_LAYERS_MAX)
        return "too many layers in the list";
    if (d->payload_end < d->payload_offset || d->payload_end > wire)
        return "the payload does not end within the frame";
    if (!d->known_link && (d->layers_count != 0 || d->outcome != 0))
        return "an unknown link type has layers or a fault";
    const char *broken = layers_broken(d, data, caplen);
    if (broken == NULL)
        broken = talker_broken(d, data, caplen);
    return broken != NULL ? broken : weir_views_broken(d, data, caplen, len);
}

const char *weir_dissection_differs(const struct weir_dissection *a,
                                    const struct weir_dissection *b)
{
    if (a->path != b->path)
        return "the paths differ";
    if (a->outcome != b->outcome)
        return "the outcomes differ";
    if (a->known_link != b->known_link || a->fragment != b->fragment)
        return "the flags differ";
    if (a->talker_kind != b->talker_kind ||
        a->talker_offset != b->talker_offset)
        return "the talkers differ";
    if (a->payload_offset != b->payload_offset ||
        a->payload_end != b->payload_end)
        return "the payloads differ";
    if (a->layers_count != b->layers_count)
        return "the layers differ in number";
    for (uint8_t i = 0; i < a->layers_count; i++) {
        const struct weir_layer *x = &a->layers[i];
        const struct weir_layer *y = &b->layers[i];
        if (x->proto != y->proto || x->upper != y->upper ||
            x->header != y->header || x->offset != y->offset)
            return "the layers differ";
    }
    return NULL;
}

const char *weir_usual_differs(const uint8_t *data, uint32_t caplen,
                               uint32_t len)
{
    const struct weir_frame frame = {
        .data = data, .caplen = caplen, .len = len, .time_ns = 77};
    struct weir_flow_hash hash;
    struct weir_flow_frame by_layer, usual, plain;
    struct weir_dissection d;
    struct weir_usual u;
    weir_flow_hash_init(&hash, 5);
    if (!weir_usual_find(&u, data, caplen, len < caplen ? caplen : len))
        return NULL;
    weir_dissect_layers(&d, data, caplen, len, WEIR_LINKTYPE_ETHERNET);
    if (d.path != u.path || d.talker_kind != u.version ||
        d.talker_offset != u.talker_at || d.outcome != WEIR_OUTCOME_OK)
        return "the short cut finds another frame";
    if (weir_flow_frame_make(&hash, &by_layer, &d, &frame) != WEIR_FLOW_TRACKED)
        return "a usual frame has no flow";
    weir_flow_frame_make_usual(&hash, &usual, u.path, &frame);
    if (memcmp(&usual, &by_layer, sizeof usual) != 0)
        return "the usual flow differs";
    const bool tcp = u.path == WEIR_USUAL_PATH(IP, TCP);
    if (!tcp && u.path != WEIR_USUAL_PATH(IP, UDP))
        return NULL;
    weir_flow_frame_make_plain(&hash, &plain, tcp, &frame);
    return memcmp(&plain, &by_layer, sizeof plain) != 0
               ? "the plain flow differs"
               : NULL;
}
