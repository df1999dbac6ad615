#ifndef WEIR_DISSECT_ARP_H
#define WEIR_DISSECT_ARP_H

/* arp: ARP and RARP.  Private to dissect/; see dissect/layer.h. */

#include "base/bytes.h"
#include "dissect/layer.h"

#define ARP_FIXED      8 /* up to the opcode; then four addresses */
#define ARP_HW_SIZE    4
#define ARP_PROTO_SIZE 5

/* RFC 2225 section 8.4: ATMARP's lengths lie elsewhere and mean more, so
 * only the fixed part is its header here. */
#define ARP_HARDWARE_ATM 19

static inline uint8_t weir_arp_dissect(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, ARP_FIXED, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    const uint8_t *p = weir_cursor_bytes(c);
    struct weir_layer *layer = weir_layer_add(c, WEIR_PROTO_ARP, ARP_FIXED);
    if (weir_load_be16(p) != ARP_HARDWARE_ATM) {
        uint32_t pair = (uint32_t)p[ARP_HW_SIZE] + p[ARP_PROTO_SIZE];
        weir_layer_extend(c, layer, 2 * pair, WEIR_OUTCOME_BAD_HEADER_LENGTH);
    }
    return WEIR_PROTO_NONE;
}

#endif
