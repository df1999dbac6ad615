#ifndef WEIR_DISSECT_VLAN_H
#define WEIR_DISSECT_VLAN_H

/* vlan: a tag of IEEE 802.1Q or 802.1ad.  Private to dissect/; see
 * dissect/layer.h. */

#include "base/bytes.h"
#include "dissect/eth.h"
#include "dissect/layer.h"

#define VLAN_HEADER 4 /* tag control information, then what follows */
#define VLAN_TYPE   2

static inline uint8_t weir_vlan_dissect(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, VLAN_HEADER, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    const uint8_t *p = weir_cursor_bytes(c);
    weir_layer_add(c, WEIR_PROTO_VLAN, VLAN_HEADER);
    return weir_length_next(c, weir_load_be16(p + VLAN_TYPE));
}

#endif
