#ifndef WEIR_DISSECT_UDP_H
#define WEIR_DISSECT_UDP_H

/* udp: UDP.  Private to dissect/; see dissect/layer.h. */

#include "base/bytes.h"
#include "dissect/layer.h"

#define UDP_HEADER 8
#define UDP_LENGTH 4

/* RFC 2675 section 4: 0 is for a datagram too large for the field. */
static inline bool length_fits(const struct weir_cursor *c, uint32_t length)
{
    uint32_t left = weir_cursor_left(c);

    if (length == 0)
        return left > UINT16_MAX;
    return length >= UDP_HEADER && (length <= left || c->partial);
}

static inline uint8_t weir_udp_dissect(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, UDP_HEADER, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    uint32_t length = weir_load_be16(weir_cursor_bytes(c) + UDP_LENGTH);
    if (!length_fits(c, length))
        weir_cursor_fault(c, WEIR_OUTCOME_BAD_TOTAL_LENGTH);
    else if (length != 0 && length < weir_cursor_left(c))
        c->end = c->at + length;
    weir_layer_add(c, WEIR_PROTO_UDP, UDP_HEADER);
    return WEIR_PROTO_NONE;
}

#endif
