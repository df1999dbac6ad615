#include "dissect/layer.h"

#define TCP_HEADER 20
#define TCP_OFFSET 12 /* the data offset, in four bits */

uint8_t weir_tcp_dissect(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, TCP_HEADER, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    const uint8_t *p = weir_cursor_bytes(c);
    uint32_t header = (p[TCP_OFFSET] >> 4) * UINT32_C(4);
    if (header < TCP_HEADER) {
        /* The ports stand, so the layer does. */
        weir_cursor_fault(c, WEIR_OUTCOME_BAD_HEADER_LENGTH);
        header = TCP_HEADER;
    }
    bool whole = weir_layer_take(c, WEIR_PROTO_TCP, header,
                                 WEIR_OUTCOME_BAD_HEADER_LENGTH);
    if (whole && header > TCP_HEADER &&
        !weir_options_check(p + TCP_HEADER, header - TCP_HEADER))
        weir_cursor_fault(c, WEIR_OUTCOME_BAD_OPTION);
    return WEIR_PROTO_NONE;
}
