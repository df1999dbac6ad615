#ifndef WEIR_DISSECT_SLL_H
#define WEIR_DISSECT_SLL_H

/* sll: Linux's cooked headers, both versions.  Private to dissect/; see
 * dissect/layer.h. */

#include "base/bytes.h"
#include "dissect/eth.h"
#include "dissect/ethertype.h"
#include "dissect/layer.h"

/* https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html and _SLL2. */
#define SLL_HEADER   16
#define SLL_ARPHRD   2
#define SLL_SIZE     5 /* of the address; the byte that counts */
#define SLL_ADDRESS  6
#define SLL_PROTOCOL 14

#define SLL2_HEADER   20
#define SLL2_PROTOCOL 0
#define SLL2_ARPHRD   8
#define SLL2_SIZE     11
#define SLL2_ADDRESS  12

#define ARPHRD_ETHERNET 1
#define ARPHRD_FRAD     770 /* the protocol field is to be ignored */
#define ARPHRD_RADIOTAP 803 /* so it is here: an 802.11 frame follows */
#define ARPHRD_NETLINK  824 /* the protocol field is netlink's own */

/* Linux's ETH_P_802_2 (linux/if_ether.h): an LLC frame follows. */
#define PROTOCOL_LLC 4

static inline uint8_t protocol_next(uint16_t arphrd, uint16_t protocol)
{
    if (arphrd == ARPHRD_FRAD || arphrd == ARPHRD_RADIOTAP ||
        arphrd == ARPHRD_NETLINK)
        return WEIR_PROTO_NONE;
    return protocol == PROTOCOL_LLC ? WEIR_PROTO_LLC
                                    : weir_ethertype_next(protocol);
}

static inline uint8_t weir_sll_dissect(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, SLL_HEADER, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    const uint8_t *p = weir_cursor_bytes(c);
    uint16_t arphrd = weir_load_be16(p + SLL_ARPHRD);
    if (arphrd == ARPHRD_ETHERNET && p[SLL_SIZE] == 6)
        weir_talker_set(c, 1, c->at + SLL_ADDRESS);
    weir_layer_add(c, WEIR_PROTO_SLL, SLL_HEADER);
    return protocol_next(arphrd, weir_load_be16(p + SLL_PROTOCOL));
}

static inline uint8_t weir_sll2_dissect(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, SLL2_HEADER, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    const uint8_t *p = weir_cursor_bytes(c);
    uint16_t arphrd = weir_load_be16(p + SLL2_ARPHRD);
    if (arphrd == ARPHRD_ETHERNET && p[SLL2_SIZE] == 6)
        weir_talker_set(c, 1, c->at + SLL2_ADDRESS);
    weir_layer_add(c, WEIR_PROTO_SLL2, SLL2_HEADER);
    return protocol_next(arphrd, weir_load_be16(p + SLL2_PROTOCOL));
}

#endif
