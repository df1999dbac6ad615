#ifndef WEIR_DISSECT_LLC_H
#define WEIR_DISSECT_LLC_H

/* llc: IEEE 802.2, and SNAP.  Private to dissect/; see dissect/layer.h. */

#include "base/bytes.h"
#include "dissect/eth.h"
#include "dissect/ethertype.h"
#include "dissect/layer.h"

#define LLC_HEADER  3 /* two access points, and control: one byte in */
#define LLC_CONTROL 1 /* unnumbered frames, two in all others */
#define SNAP_REST   5
#define SNAP_OUI    3
#define SNAP_TYPE   6

/* Both lead to EtherTypes: RFC 1042 encapsulation, and the bridge tunnel of
 * IEEE 802.1H. */
#define OUI_ETHERTYPE     0x000000
#define OUI_BRIDGE_TUNNEL 0x0000f8

static inline bool is_snap(const uint8_t *p)
{
    return p[0] == 0xaa && p[1] == 0xaa && p[2] == 0x03;
}

static inline bool is_unnumbered(const uint8_t *p)
{
    return (p[2] & 3) == 3;
}

static inline uint8_t weir_llc_dissect(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, LLC_HEADER, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    const uint8_t *p = weir_cursor_bytes(c);
    /* Novell's raw 802.3 has no LLC: IPX begins right away, and its checksum
     * is always ff ff, which no LLC frame begins with. */
    if (p[0] == 0xff && p[1] == 0xff)
        return WEIR_PROTO_NONE;

    struct weir_layer *layer = weir_layer_add(c, WEIR_PROTO_LLC, LLC_HEADER);
    if (!is_unnumbered(p))
        weir_layer_extend(c, layer, LLC_CONTROL, WEIR_OUTCOME_SHORT_HEADER);
    if (!is_snap(p) ||
        !weir_layer_extend(c, layer, SNAP_REST, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    uint32_t oui = weir_load_be32(p + SNAP_OUI) >> 8;
    if (oui != OUI_ETHERTYPE && oui != OUI_BRIDGE_TUNNEL)
        return WEIR_PROTO_NONE;
    return weir_ethertype_next(weir_load_be16(p + SNAP_TYPE));
}

#endif
