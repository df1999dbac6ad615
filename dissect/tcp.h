#ifndef WEIR_DISSECT_TCP_H
#define WEIR_DISSECT_TCP_H

/* tcp: TCP with options.  Private to dissect/; see dissect/layer.h. */

#include "dissect/ip.h"
#include "dissect/layer.h"

#define TCP_HEADER 20
#define TCP_OFFSET 12 /* the data offset, in four bits */
#define TCP_FLAGS  13

static inline uint8_t weir_tcp_dissect(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, TCP_HEADER, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    uint32_t header = (weir_cursor_bytes(c)[TCP_OFFSET] >> 4) * UINT32_C(4);
    struct weir_layer *layer = weir_layer_add(c, WEIR_PROTO_TCP, TCP_HEADER);
    /* The ports stand, so the layer does. */
    if (header < TCP_HEADER)
        weir_cursor_fault(c, WEIR_OUTCOME_BAD_HEADER_LENGTH);
    if (header > TCP_HEADER)
        weir_options_take(c, layer, header - TCP_HEADER);
    return WEIR_PROTO_NONE;
}

#endif
