#include "dissect/dissect.h"

#include <stddef.h>

#include "base/linktype.h"
#include "dissect/arp.h"
#include "dissect/dissect_layers.h"
#include "dissect/eth.h"
#include "dissect/icmp.h"
#include "dissect/ip.h"
#include "dissect/ipv4.h"
#include "dissect/ipv6.h"
#include "dissect/layer.h"
#include "dissect/llc.h"
#include "dissect/mpls.h"
#include "dissect/null.h"
#include "dissect/sctp.h"
#include "dissect/sll.h"
#include "dissect/tcp.h"
#include "dissect/udp.h"
#include "dissect/usual.h"
#include "dissect/vlan.h"

/* No function pointer: the compiler sees every target and puts all of them
 * into the loop.  A protocol that has no dissector cannot come out of one. */
static uint8_t next_dissect(struct weir_cursor *c, uint8_t proto)
{
    switch (proto) {
    case WEIR_PROTO_ETH:
        return weir_eth_dissect(c);
    case WEIR_PROTO_LLC:
        return weir_llc_dissect(c);
    case WEIR_PROTO_VLAN:
        return weir_vlan_dissect(c);
    case WEIR_PROTO_MPLS:
        return weir_mpls_dissect(c);
    case WEIR_PROTO_ARP:
        return weir_arp_dissect(c);
    case WEIR_PROTO_IP:
        return weir_ipv4_dissect(c);
    case WEIR_PROTO_IPV6:
        return weir_ipv6_dissect(c);
    case WEIR_PROTO_TCP:
        return weir_tcp_dissect(c);
    case WEIR_PROTO_UDP:
        return weir_udp_dissect(c);
    case WEIR_PROTO_ICMP:
        return weir_icmp_dissect(c);
    case WEIR_PROTO_ICMPV6:
        return weir_icmpv6_dissect(c);
    case WEIR_PROTO_SCTP:
        return weir_sctp_dissect(c);
    case WEIR_PROTO_SLL:
        return weir_sll_dissect(c);
    case WEIR_PROTO_SLL2:
        return weir_sll2_dissect(c);
    case WEIR_PROTO_NULL:
        return weir_null_dissect(c);
    default:
        WEIR_ASSERT(false);
        return WEIR_PROTO_NONE;
    }
}

/* LINKTYPE_RAW: no header, and the version tells which IP it is. */
static uint8_t raw_first(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, 1, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;
    uint8_t proto = weir_ip_version(c);

    return proto != WEIR_PROTO_NONE
               ? proto
               : weir_cursor_fault(c, WEIR_OUTCOME_BAD_VERSION);
}

static uint8_t link_first(struct weir_cursor *c, uint16_t linktype)
{
    switch (linktype) {
    case WEIR_LINKTYPE_ETHERNET:
        return WEIR_PROTO_ETH;
    case WEIR_LINKTYPE_RAW:
        return raw_first(c);
    case WEIR_LINKTYPE_IPV4:
        return WEIR_PROTO_IP;
    case WEIR_LINKTYPE_IPV6:
        return WEIR_PROTO_IPV6;
    case WEIR_LINKTYPE_NULL:
    case WEIR_LINKTYPE_LOOP:
        return WEIR_PROTO_NULL;
    case WEIR_LINKTYPE_LINUX_SLL:
        return WEIR_PROTO_SLL;
    case WEIR_LINKTYPE_LINUX_SLL2:
        return WEIR_PROTO_SLL2;
    default:
        c->out->known_link = false;
        return WEIR_PROTO_NONE;
    }
}

static inline void usual_layer(struct weir_layer *layer, uint8_t proto,
                               uint8_t upper, uint32_t offset, uint32_t end)
{
    *layer = (struct weir_layer){
        .proto = proto,
        .upper = upper,
        .header = (uint16_t)(end - offset),
        .offset = offset,
    };
}

/* Field by field: the layers behind the last are not written to. */
static inline void usual_dissect(struct weir_dissection *out,
                                 const struct weir_usual *u)
{
    const uint32_t above = u->tagged ? 16 : 8;
    const uint32_t payload = u->upper_at + u->upper_header;
    struct weir_layer *layer = out->layers;
    out->path = u->path;
    out->outcome = WEIR_OUTCOME_OK;
    out->layers_count = u->tagged ? 4 : 3;
    out->known_link = true;
    out->fragment = false;
    out->talker_kind = u->version;
    out->talker_offset = u->talker_at;
    out->payload_offset = payload;
    out->payload_end = u->payload_end;
    usual_layer(layer++, WEIR_PROTO_ETH, 0, 0, ETH_HEADER);
    if (u->tagged)
        usual_layer(layer++, WEIR_PROTO_VLAN, 0, ETH_HEADER, u->ip_at);
    usual_layer(layer++, (uint8_t)(u->path >> above), u->protocol, u->ip_at,
                u->upper_at);
    usual_layer(layer, (uint8_t)(u->path >> (above + 8)), 0, u->upper_at,
                payload);
}

void weir_dissect(struct weir_dissection *out, const uint8_t *data,
                  uint32_t caplen, uint32_t len, uint16_t linktype)
{
    struct weir_usual usual;
    if (out == NULL)
        return;
    if (data == NULL)
        caplen = 0;
    if (linktype == WEIR_LINKTYPE_ETHERNET &&
        weir_usual_find(&usual, data, caplen, len < caplen ? caplen : len))
        usual_dissect(out, &usual);
    else
        weir_dissect_layers(out, data, caplen, len, linktype);
}

void weir_dissect_layers(struct weir_dissection *out, const uint8_t *data,
                         uint32_t caplen, uint32_t len, uint16_t linktype)
{
    struct weir_cursor c = {
        .data = data,
        .out = out,
        .caplen = caplen,
        .end = len < caplen ? caplen : len,
    };

    out->path = 0;
    out->outcome = WEIR_OUTCOME_OK;
    out->layers_count = 0;
    out->known_link = true;
    out->fragment = false;
    out->talker_kind = 0;
    out->talker_offset = 0;

    uint8_t proto = link_first(&c, linktype);
    while (proto != WEIR_PROTO_NONE) {
        if (out->layers_count == WEIR_LAYERS_MAX) {
            weir_cursor_fault(&c, WEIR_OUTCOME_TOO_MANY_LAYERS);
            break;
        }
        proto = next_dissect(&c, proto);
    }
    out->payload_offset = c.at;
    out->payload_end = c.end;
}

const char *weir_proto_name(uint8_t proto)
{
#define PROTO_NAME(id, name) [WEIR_PROTO_##id] = (name),
    static const char *const names[WEIR_PROTO_COUNT] = {
        [WEIR_PROTO_NONE] = "", WEIR_PROTO_LIST(PROTO_NAME)};
#undef PROTO_NAME

    return proto < WEIR_PROTO_COUNT ? names[proto] : "";
}

const char *weir_outcome_name(uint8_t outcome)
{
#define OUTCOME_NAME(id, name) [WEIR_OUTCOME_##id] = (name),
    static const char *const names[WEIR_OUTCOME_COUNT] = {
        WEIR_OUTCOME_LIST(OUTCOME_NAME)};
#undef OUTCOME_NAME

    return outcome < WEIR_OUTCOME_COUNT ? names[outcome] : "";
}

const struct weir_layer *
weir_dissection_find(const struct weir_dissection *dissection, uint8_t proto)
{
    return weir_dissection_next(dissection, NULL, proto);
}

const struct weir_layer *
weir_dissection_next(const struct weir_dissection *dissection,
                     const struct weir_layer *behind, uint8_t proto)
{
    if (dissection == NULL)
        return NULL;
    uint32_t count = dissection->layers_count;
    for (uint32_t i = 0; i < count && i < WEIR_LAYERS_MAX; i++) {
        const struct weir_layer *layer = &dissection->layers[i];
        if (layer->proto == proto && (behind == NULL || layer > behind))
            return layer;
    }
    return NULL;
}
