#include <stdbool.h>

#include "base/bytes.h"
#include "dissect/fields.h"
#include "dissect/options.h"
#include "dissect/text_line.h"

/* The ports of the layer behind, which tcpdump joins to the addresses. */
static bool ports_behind(const struct weir_text *text, uint16_t *src,
                         uint16_t *dst)
{
    if (text->layer + 1 >= text->dissection->layers_count)
        return false;
    const struct weir_layer *next = &text->dissection->layers[text->layer + 1];
    if (next->proto != WEIR_PROTO_TCP && next->proto != WEIR_PROTO_UDP &&
        next->proto != WEIR_PROTO_SCTP)
        return false;
    const uint8_t *data = text->frame->data + next->offset;
    *src = weir_load_be16(data);
    *dst = weir_load_be16(data + 2);
    return true;
}

static void put_ends(struct weir_text *text, const uint8_t *src,
                     const uint8_t *dst,
                     void put_address(struct weir_text *, const uint8_t *))
{
    uint16_t src_port;
    uint16_t dst_port;
    bool ports = ports_behind(text, &src_port, &dst_port);
    put_address(text, src);
    if (ports)
        weir_text_put_pair(text, ".", src_port);
    weir_text_put(text, " > ");
    put_address(text, dst);
    if (ports)
        weir_text_put_pair(text, ".", dst_port);
    weir_text_put(text, ": ");
}

/* A length of 0: the card cuts the segments later, or it is a jumbogram (RFC
 * 2675); the frame is all there is. */
void weir_text_narrow(struct weir_text *text, const struct weir_layer *layer)
{
    const uint8_t *p = text->frame->data + layer->offset;
    uint32_t length = 0;
    uint32_t header = 0;
    if (layer->proto == WEIR_PROTO_IP) {
        length = weir_load_be16(p + 2);
    } else if (layer->proto == WEIR_PROTO_IPV6) {
        length = weir_load_be16(p + 4);
        header = 40;
    }
    if (length != 0)
        text->end = (uint64_t)layer->offset + header + length;
}

void weir_text_ip(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_ip_view ip;
    weir_ip_view_read(&ip, text->frame->data, layer);
    weir_text_put(text, "IP ");
    put_ends(text, ip.src, ip.dst, weir_text_put_ipv4);
    if (ip.proto == WEIR_EXTENSION_AUTH && layer->upper != ip.proto)
        weir_text_put(text, "AH ");
    weir_text_narrow(text, layer);
    bool more = (ip.flags & WEIR_IP_MORE_FRAGMENTS) != 0;
    if ((more || ip.fragment_offset != 0) && !text->fragment.is)
        text->fragment = (struct weir_text_fragment){
            .is = true,
            .more = more,
            .id = ip.id,
            .offset = ip.fragment_offset,
            .length = weir_text_rest(text, layer->offset + ip.header_length),
        };
}

static void put_extension(struct weir_text *text,
                          const struct weir_layer *layer,
                          const struct weir_extension *at)
{
    switch (at->kind) {
    case WEIR_EXTENSION_HOP_BY_HOP:
        weir_text_put(text, "HBH ");
        break;
    case WEIR_EXTENSION_ROUTING:
        weir_text_put(text, "RT6 ");
        break;
    case WEIR_EXTENSION_FRAGMENT:
        weir_text_put_pair(text, "frag (", at->fragment_offset);
        weir_text_put_pair(text, "|",
                           weir_text_rest(text, layer->offset + at->end));
        weir_text_put(text, ") ");
        break;
    case WEIR_EXTENSION_AUTH:
        weir_text_put(text, "AH ");
        break;
    case WEIR_EXTENSION_DESTINATION:
        weir_text_put(text, "DSTOPT ");
        break;
    case WEIR_EXTENSION_MOBILITY:
        weir_text_put(text, "mobility ");
        break;
    default:
        weir_text_put_pair(text, "ext-", at->kind);
        weir_text_put(text, " ");
        break;
    }
}

void weir_text_extensions(struct weir_text *text,
                          const struct weir_layer *layer)
{
    struct weir_extension at = {0};
    while (weir_extension_next(&at, text->frame->data, layer))
        put_extension(text, layer, &at);
}

void weir_text_ipv6(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_ipv6_view ip6;
    weir_ipv6_view_read(&ip6, text->frame->data, layer);
    weir_text_put(text, "IP6 ");
    put_ends(text, ip6.src, ip6.dst, weir_text_put_ipv6);
    weir_text_narrow(text, layer);
    weir_text_extensions(text, layer);
}

const char *weir_text_upper(uint8_t number)
{
    /* IANA, Assigned Internet Protocol Numbers. */
    static const struct {
        uint8_t number;
        const char *name;
    } names[] = {
        {2, "igmp"},       {4, "IP-in-IP"},
        {41, "IP6-in-IP"}, {47, "GRE"},
        {50, "ESP"},       {51, "AH"},
        {88, "EIGRP"},     {89, "OSPF"},
        {103, "PIM"},      {59, "no next header"},
        {112, "VRRP"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].number == number)
            return names[i].name;
    return NULL;
}

void weir_text_ip_end(struct weir_text *text, const struct weir_layer *layer)
{
    const char *name = weir_text_upper(layer->upper);
    if (name != NULL && !text->dissection->fragment)
        weir_text_put(text, name);
    else
        weir_text_put_pair(text, "ip-proto-", layer->upper);
    weir_text_put_pair(text, ", length ",
                       weir_text_rest(text, layer->offset + layer->header));
}
