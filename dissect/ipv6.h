#ifndef WEIR_DISSECT_IPV6_H
#define WEIR_DISSECT_IPV6_H

/* ipv6: IPv6 with its extension headers.  Private to dissect/; see
 * dissect/layer.h. */

#include "base/bytes.h"
#include "dissect/ip.h"
#include "dissect/layer.h"

#define IPV6_HEADER 40
#define IPV6_LENGTH 4
#define IPV6_NEXT   6
#define IPV6_SRC    8

/* RFC 8200 section 4; RFC 4302 for the authentication header. */
#define NEXT_HOP_BY_HOP     0
#define NEXT_ROUTING        43
#define NEXT_FRAGMENT       44
#define NEXT_AUTHENTICATION 51
#define NEXT_NOTHING        59
#define NEXT_DESTINATION    60

#define EXTENSION_LENGTH     1
#define IPV6_FRAGMENT_HEADER 8
#define IPV6_FRAGMENT_WORD   2
#define IPV6_FRAGMENT_OFFSET 0xfff8 /* in bytes, as it stands */
#define IPV6_FRAGMENT_MORE   0x0001

/* RFC 8200 section 4.1 needs seven at most; more would make the work on a
 * frame depend on its length. */
#define EXTENSIONS_MAX 16

enum verdict { UPPER, EXTENSION, STOP };

/* A payload length of 0 is what jumbograms (RFC 2675) and segmentation
 * offloads have: the rest of the frame.  With nothing behind the header it
 * means what it says. */
static inline void length_apply(struct weir_cursor *c, uint32_t length,
                                uint8_t next)
{
    if (length == 0 && next != NEXT_NOTHING)
        return;
    if (IPV6_HEADER + length <= weir_cursor_left(c))
        c->end = c->at + IPV6_HEADER + length;
    else if (!c->partial)
        weir_cursor_fault(c, WEIR_OUTCOME_BAD_TOTAL_LENGTH);
}

static inline enum verdict
fragment_take(struct weir_cursor *c, struct weir_layer *layer, bool outermost)
{
    const uint8_t *p = weir_cursor_bytes(c);
    /* The payload length of the whole packet counts these, too. */
    uint32_t before = layer->header - (uint32_t)IPV6_HEADER;

    if (!weir_cursor_need(c, IPV6_FRAGMENT_HEADER, WEIR_OUTCOME_BAD_EXTENSION))
        return STOP;
    weir_ip_extension_take(c, layer, IPV6_FRAGMENT_HEADER);
    uint32_t word = weir_load_be16(p + IPV6_FRAGMENT_WORD);
    uint32_t offset = word & IPV6_FRAGMENT_OFFSET;
    bool more = (word & IPV6_FRAGMENT_MORE) != 0;
    if (offset != 0 || more)
        weir_ip_fragment_check(c, offset, more, before);
    c->partial |= more;
    if (offset == 0)
        return EXTENSION;
    if (outermost)
        c->out->fragment = true;
    return STOP;
}

static inline enum verdict
extension_take(struct weir_cursor *c, struct weir_layer *layer, bool outermost)
{
    bool whole = false;

    switch (layer->upper) {
    case NEXT_HOP_BY_HOP:
    case NEXT_ROUTING:
    case NEXT_DESTINATION:
        if (weir_cursor_need(c, 8, WEIR_OUTCOME_BAD_EXTENSION)) {
            /* In units of eight bytes, less one. */
            uint32_t units = weir_cursor_bytes(c)[EXTENSION_LENGTH];
            whole = weir_ip_extension_take(c, layer, (units + 1) * 8);
        }
        break;
    case NEXT_AUTHENTICATION:
        whole = weir_ip_authentication_take(c, layer);
        break;
    case NEXT_FRAGMENT:
        return fragment_take(c, layer, outermost);
    default:
        return UPPER;
    }
    return whole ? EXTENSION : STOP;
}

static inline uint8_t weir_ipv6_dissect(struct weir_cursor *c)
{
    if (!weir_cursor_need(c, IPV6_HEADER, WEIR_OUTCOME_SHORT_HEADER))
        return WEIR_PROTO_NONE;

    const uint8_t *p = weir_cursor_bytes(c);
    if (p[0] >> 4 != 6)
        return weir_cursor_fault(c, WEIR_OUTCOME_BAD_VERSION);

    bool outermost = c->out->talker_kind < 4;
    length_apply(c, weir_load_be16(p + IPV6_LENGTH), p[IPV6_NEXT]);
    weir_talker_set(c, 6, c->at + IPV6_SRC);
    struct weir_layer *layer = weir_layer_add(c, WEIR_PROTO_IPV6, IPV6_HEADER);
    layer->upper = p[IPV6_NEXT];

    for (uint32_t i = 0; i <= EXTENSIONS_MAX; i++) {
        enum verdict verdict = extension_take(c, layer, outermost);
        if (verdict == UPPER)
            return weir_ip_next(layer->upper);
        if (verdict == STOP)
            return WEIR_PROTO_NONE;
    }
    return weir_cursor_fault(c, WEIR_OUTCOME_BAD_EXTENSION);
}

#endif
