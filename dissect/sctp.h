#ifndef WEIR_DISSECT_SCTP_H
#define WEIR_DISSECT_SCTP_H

/* sctp: SCTP's common header.  Private to dissect/; see dissect/layer.h. */

#include "dissect/layer.h"

#define SCTP_HEADER 12 /* RFC 9260 section 3.1: the common header */

static inline uint8_t weir_sctp_dissect(struct weir_cursor *c)
{
    if (weir_cursor_need(c, SCTP_HEADER, WEIR_OUTCOME_SHORT_HEADER))
        weir_layer_add(c, WEIR_PROTO_SCTP, SCTP_HEADER);
    return WEIR_PROTO_NONE;
}

#endif
