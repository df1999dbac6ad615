#include "base/bytes.h"
#include "dissect/ethertype.h"
#include "dissect/layer.h"

#define LLC_HEADER_U  3 /* unnumbered: one byte of control */
#define LLC_HEADER_IS 4 /* information and supervisory: two */
#define SNAP_HEADER   8
#define SNAP_OUI      3
#define SNAP_TYPE     6

/* Both lead to EtherTypes: RFC 1042 encapsulation, and the bridge tunnel of
 * IEEE 802.1H. */
#define OUI_ETHERTYPE     0x000000
#define OUI_BRIDGE_TUNNEL 0x0000f8

static uint32_t header_length(const uint8_t *p)
{
    if (p[0] == 0xaa && p[1] == 0xaa && p[2] == 0x03)
        return SNAP_HEADER;
    return (p[2] & 3) == 3 ? LLC_HEADER_U : LLC_HEADER_IS;
}

uint8_t weir_llc_dissect(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, LLC_HEADER_U, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    const uint8_t *p = weir_cursor_bytes(c);
    /* Novell's raw 802.3 has no LLC: IPX begins right away, and its checksum
     * is always ff ff, which no LLC frame begins with. */
    if (p[0] == 0xff && p[1] == 0xff)
        return WEIR_PROTO_NONE;

    uint32_t header = header_length(p);
    if (!weir_layer_take(c, WEIR_PROTO_LLC, header, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;
    if (header != SNAP_HEADER)
        return WEIR_PROTO_NONE;

    uint32_t oui = weir_load_be32(p + SNAP_OUI) >> 8;
    if (oui != OUI_ETHERTYPE && oui != OUI_BRIDGE_TUNNEL)
        return WEIR_PROTO_NONE;
    return weir_ethertype_next(weir_load_be16(p + SNAP_TYPE));
}
