#ifndef WEIR_DISSECT_MPLS_H
#define WEIR_DISSECT_MPLS_H

/* mpls: an entry of a label stack.  Private to dissect/; see dissect/layer.h.
 */

#include "dissect/ip.h"
#include "dissect/layer.h"

#define MPLS_ENTRY  4
#define MPLS_BOTTOM 2 /* the byte that holds the bottom-of-stack bit */

/* Nothing on the wire says what follows the stack.  RFC 4928 section 3: IP
 * is told by its version, and what is not IP begins with another number. */
static inline uint8_t weir_mpls_dissect(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, MPLS_ENTRY, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    const uint8_t *p = weir_cursor_bytes(c);
    weir_layer_add(c, WEIR_PROTO_MPLS, MPLS_ENTRY);
    if ((p[MPLS_BOTTOM] & 1) == 0)
        return WEIR_PROTO_MPLS;
    if (weir_cursor_left(c) == 0)
        return WEIR_PROTO_NONE;
    if (!weir_cursor_need(c, 1, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;
    return weir_ip_version(c);
}

#endif
