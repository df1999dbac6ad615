#ifndef WEIR_DISSECT_IPV4_H
#define WEIR_DISSECT_IPV4_H

/* ipv4: IPv4 with options, fragments, and an authentication header.  Private to
 * dissect/; see dissect/layer.h. */

#include "base/bytes.h"
#include "dissect/ip.h"
#include "dissect/layer.h"

#define IPV4_HEADER   20
#define IPV4_TOTAL    2
#define IPV4_FRAGMENT 6
#define IPV4_NUMBER   9
#define IPV4_SRC      12
#define IPV4_DST      16

#define IPV4_FRAGMENT_OFFSET 0x1fff /* in units of eight bytes */
#define IPV4_FRAGMENT_MORE   0x2000

#define IP_NUMBER_AH 51

/* The payload ends where the total length says, and Ethernet's padding is
 * not part of it.  A total length of 0 is what a segmentation offload leaves
 * in a packet too large for the field: the rest of the frame. */
static inline bool total_apply(struct weir_cursor *c, uint32_t total,
                               uint32_t header)
{
    if (total == 0)
        return true;
    if (total < header) {
        weir_cursor_fault(c, WEIR_OUTCOME_BAD_TOTAL_LENGTH);
        return false;
    }
    if (total <= weir_cursor_left(c))
        c->end = c->at + total;
    else if (!c->partial)
        weir_cursor_fault(c, WEIR_OUTCOME_BAD_TOTAL_LENGTH);
    return true;
}

/* Returns whether a transport header can follow. */
static inline bool fragment_apply(struct weir_cursor *c, uint32_t word,
                                  bool outermost, uint32_t header)
{
    uint32_t offset = (word & IPV4_FRAGMENT_OFFSET) * 8;
    bool more = (word & IPV4_FRAGMENT_MORE) != 0;

    weir_ip_fragment_check(c, offset, more, header);
    c->partial |= more;
    if (offset != 0 && outermost)
        c->out->fragment = true;
    return offset == 0;
}

static inline uint8_t weir_ipv4_dissect(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, IPV4_HEADER, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    const uint8_t *p = weir_cursor_bytes(c);
    if (p[0] >> 4 != 4)
        return weir_cursor_fault(c, WEIR_OUTCOME_BAD_VERSION);
    uint32_t header = (p[0] & UINT32_C(0x0f)) * 4;
    if (header < IPV4_HEADER)
        return weir_cursor_fault(c, WEIR_OUTCOME_BAD_HEADER_LENGTH);
    if (!total_apply(c, weir_load_be16(p + IPV4_TOTAL), header))
        return WEIR_PROTO_NONE;

    bool outermost = c->out->talker_kind < 4;
    weir_talker_set(c, 4, c->at + IPV4_SRC);
    struct weir_layer *layer = weir_layer_add(c, WEIR_PROTO_IP, IPV4_HEADER);
    layer->upper = p[IPV4_NUMBER];
    if (header > IPV4_HEADER &&
        !weir_options_take(c, layer, header - IPV4_HEADER))
        return WEIR_PROTO_NONE;

    uint32_t word = weir_load_be16(p + IPV4_FRAGMENT);
    if ((word & (IPV4_FRAGMENT_OFFSET | IPV4_FRAGMENT_MORE)) != 0 &&
        !fragment_apply(c, word, outermost, header))
        return WEIR_PROTO_NONE;
    if (p[IPV4_NUMBER] == IP_NUMBER_AH &&
        !weir_ip_authentication_take(c, layer))
        return WEIR_PROTO_NONE;
    return weir_ip_next(layer->upper);
}

#endif
