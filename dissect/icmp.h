#ifndef WEIR_DISSECT_ICMP_H
#define WEIR_DISSECT_ICMP_H

/* icmp: ICMP and ICMPv6.  Private to dissect/; see dissect/layer.h. */

#include "dissect/layer.h"

/* RFC 792: every message has at least eight bytes. */
#define ICMP_HEADER 8

/* RFC 4443 section 2.1: type, code and checksum; and RFC 6550 section 6.2.1
 * has a message with only two bytes behind them. */
#define ICMPV6_HEADER 4
#define ICMPV6_REST   4

static inline uint8_t weir_icmp_dissect(struct weir_cursor *c)
{
    if (weir_cursor_need(c, ICMP_HEADER, WEIR_OUTCOME_SHORT_HEADER))
        weir_layer_add(c, WEIR_PROTO_ICMP, ICMP_HEADER);
    return WEIR_PROTO_NONE;
}

static inline uint8_t weir_icmpv6_dissect(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, ICMPV6_HEADER, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    struct weir_layer *layer =
        weir_layer_add(c, WEIR_PROTO_ICMPV6, ICMPV6_HEADER);
    if (weir_cursor_left(c) >= ICMPV6_REST)
        weir_layer_extend(c, layer, ICMPV6_REST, WEIR_OUTCOME_SHORT_HEADER);
    return WEIR_PROTO_NONE;
}

#endif
