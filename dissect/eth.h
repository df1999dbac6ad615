#ifndef WEIR_DISSECT_ETH_H
#define WEIR_DISSECT_ETH_H

/* eth: Ethernet II and IEEE 802.3, and what a type or length leads to.  Private
 * to dissect/; see dissect/layer.h. */

#include "base/bytes.h"
#include "dissect/ethertype.h"
#include "dissect/layer.h"

#define ETH_HEADER 14
#define ETH_SRC    6
#define ETH_TYPE   12

/* weir_ethertype_next: the protocol of an EtherType. */
static inline uint8_t weir_ethertype_next(uint16_t type)
{
    switch (type) {
    case WEIR_ETHERTYPE_IP:
        return WEIR_PROTO_IP;
    case WEIR_ETHERTYPE_IPV6:
        return WEIR_PROTO_IPV6;
    case WEIR_ETHERTYPE_VLAN:
    case WEIR_ETHERTYPE_SVLAN:
    case WEIR_ETHERTYPE_QINQ_OLD:
        return WEIR_PROTO_VLAN;
    case WEIR_ETHERTYPE_ARP:
    case WEIR_ETHERTYPE_RARP:
        return WEIR_PROTO_ARP;
    case WEIR_ETHERTYPE_MPLS:
    case WEIR_ETHERTYPE_MPLS_UP:
        return WEIR_PROTO_MPLS;
    default:
        return WEIR_PROTO_NONE;
    }
}

/* weir_length_next: of a field that is an EtherType or, up to 1500, the length
 * of what follows, which ends the payload there. */
static inline uint8_t weir_length_next(struct weir_cursor *c, uint16_t type)
{
    if (type > WEIR_LENGTH_MAX)
        return weir_ethertype_next(type);
    /* What is behind the length is padding, or the frame check sequence. */
    if (type <= weir_cursor_left(c))
        c->end = c->at + type;
    else
        weir_cursor_fault(c, WEIR_OUTCOME_BAD_TOTAL_LENGTH);
    return WEIR_PROTO_LLC;
}

static inline uint8_t weir_eth_dissect(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, ETH_HEADER, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    const uint8_t *p = weir_cursor_bytes(c);
    weir_talker_set(c, 1, c->at + ETH_SRC);
    weir_layer_add(c, WEIR_PROTO_ETH, ETH_HEADER);
    return weir_length_next(c, weir_load_be16(p + ETH_TYPE));
}

#endif
