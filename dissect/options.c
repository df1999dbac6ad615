#include "dissect/options.h"

#include <stddef.h>

#include "base/bytes.h"

#define IPV6_HEADER 40

/* RFC 791, section 3.1, and RFC 9293, section 3.1: kind, then length, which
 * counts both, but for the two kinds of one byte. */
bool weir_option_next(struct weir_option *at, const uint8_t *options,
                      uint32_t length)
{
    if (at == NULL || options == NULL || at->end >= length)
        return false;
    const uint8_t *p = options + at->end;
    uint32_t left = length - at->end;
    bool single = p[0] <= WEIR_OPTION_NOP;
    uint32_t said = single ? 1 : left < 2 ? 0 : p[1];
    if (said > left || (!single && said < 2)) {
        at->bad = true;
        return false;
    }
    at->kind = p[0];
    at->value = p + (single ? 1 : 2);
    at->length = (uint8_t)(single ? 0 : said - 2);
    at->end = p[0] == WEIR_OPTION_END ? length : at->end + said;
    return true;
}

/* RFC 8200, section 4: all begin with the next header's type and (but for
 * the fragment header) their own length.  Returns 0 if `kind` is none. */
static uint32_t length_of(uint8_t kind, const uint8_t *header)
{
    switch (kind) {
    case WEIR_EXTENSION_FRAGMENT:
        return 8;
    case WEIR_EXTENSION_AUTH: /* RFC 4302, section 2.2 */
        return (header[1] + 2U) * 4;
    case WEIR_EXTENSION_HOP_BY_HOP:
    case WEIR_EXTENSION_ROUTING:
    case WEIR_EXTENSION_DESTINATION:
    case WEIR_EXTENSION_MOBILITY:
    case WEIR_EXTENSION_HIP:
    case WEIR_EXTENSION_SHIM6:
        return (header[1] + 1U) * 8;
    default:
        return 0;
    }
}

bool weir_extension_next(struct weir_extension *at, const uint8_t *data,
                         const struct weir_layer *layer)
{
    if (at == NULL || data == NULL || layer == NULL ||
        layer->proto != WEIR_PROTO_IPV6)
        return false;
    const uint8_t *ip6 = data + layer->offset;
    uint32_t begin = at->end == 0 ? IPV6_HEADER : at->end;
    uint8_t kind = at->end == 0 ? ip6[6] : at->next;
    if (begin + 8 > layer->header)
        return false;
    uint32_t length = length_of(kind, ip6 + begin);
    if (length == 0 || begin + length > layer->header)
        return false;
    /* Behind a fragment that is not the first come bytes of its payload. */
    if (at->kind == WEIR_EXTENSION_FRAGMENT && at->fragment_offset != 0)
        return false;
    at->kind = kind;
    at->next = ip6[begin];
    at->header = ip6 + begin;
    at->length = length;
    at->end = begin + length;
    if (kind == WEIR_EXTENSION_FRAGMENT) {
        uint16_t word = weir_load_be16(ip6 + begin + 2);
        at->fragment_offset = word & 0xfff8;
        at->more = (word & 1) != 0;
        at->id = weir_load_be32(ip6 + begin + 4);
    }
    return true;
}
