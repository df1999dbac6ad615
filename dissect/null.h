#ifndef WEIR_DISSECT_NULL_H
#define WEIR_DISSECT_NULL_H

/* null: the four bytes of NULL and LOOP.  Private to dissect/; see
 * dissect/layer.h. */

#include "dissect/family.h"
#include "dissect/layer.h"

#define NULL_HEADER 4

static inline uint8_t weir_null_dissect(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, NULL_HEADER, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    uint32_t family = weir_family_read(weir_cursor_bytes(c));
    weir_layer_add(c, WEIR_PROTO_NULL, NULL_HEADER);
    switch (family) {
    case WEIR_FAMILY_INET:
        return WEIR_PROTO_IP;
    case WEIR_FAMILY_INET6_LINUX:
    case WEIR_FAMILY_INET6_NETBSD:
    case WEIR_FAMILY_INET6_FREEBSD:
    case WEIR_FAMILY_INET6_DARWIN:
        return WEIR_PROTO_IPV6;
    default:
        return WEIR_PROTO_NONE;
    }
}

#endif
