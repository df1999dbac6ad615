#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "dissect/fields.h"
#include "dissect/text_line.h"

struct phrase {
    uint8_t number;
    const char *text;
};

static const char *find_phrase(const struct phrase *phrases, size_t n,
                               uint8_t number)
{
    for (size_t i = 0; i < n; i++)
        if (phrases[i].number == number)
            return phrases[i].text;
    return NULL;
}

#define FIND_PHRASE(phrases, number)                                           \
    find_phrase(phrases, sizeof(phrases) / sizeof(phrases)[0], number)

/* The packet that an ICMP error is about, as far as it was captured: RFC 792
 * sends its IP header and eight bytes more. */
static const uint8_t *culprit(const struct weir_text *text,
                              const struct weir_layer *layer)
{
    const uint8_t *ip = weir_text_bytes(text, layer->offset + 8, 20);
    return ip != NULL && ip[0] >> 4 == 4 ? ip : NULL;
}

/* " udp port 53" of the culprit, or " port". */
static void put_port(struct weir_text *text, const struct weir_layer *layer,
                     const uint8_t *ip)
{
    uint32_t header = (ip[0] & 15U) * 4;
    const uint8_t *ports = weir_text_bytes(text, layer->offset + 8 + header, 4);
    const char *name = ip[9] == 17 ? "udp" : ip[9] == 6 ? "tcp" : NULL;
    if (ports != NULL && name != NULL && header >= 20) {
        weir_text_put(text, name);
        weir_text_put_pair(text, " port ", weir_load_be16(ports + 2));
    } else {
        weir_text_put_pair(text, "protocol ", ip[9]);
        weir_text_put(text, " port");
    }
    weir_text_put(text, " unreachable");
}

static void put_unreachable(struct weir_text *text,
                            const struct weir_layer *layer,
                            const struct weir_icmp_view *icmp)
{
    static const struct phrase codes[] = {
        {0, "net unreachable"},
        {1, "host unreachable"},
        {2, "protocol unreachable"},
        {3, "port unreachable"},
        {4, "unreachable - need to frag"},
        {5, "unreachable - source route failed"},
        {6, "net unreachable - unknown"},
        {7, "host unreachable - unknown"},
        {9, "net unreachable - admin prohibited"},
        {10, "host unreachable - admin prohibited"},
        {11, "net unreachable - tos prohibited"},
        {12, "host unreachable - tos prohibited"},
        {13, "host unreachable - admin prohibited filter"},
        {14, "host unreachable - host precedence violation"},
        {15, "host unreachable - precedence cutoff"},
    };
    const uint8_t *ip = culprit(text, layer);
    if (ip != NULL) {
        weir_text_put_ipv4(text, ip + 16);
        weir_text_put(text, " ");
    }
    if (ip != NULL && icmp->code == 3) {
        put_port(text, layer, ip);
        return;
    }
    const char *phrase = FIND_PHRASE(codes, icmp->code);
    if (phrase == NULL)
        weir_text_put_pair(text, "unreachable - #", icmp->code);
    else
        weir_text_put(text, phrase);
    if (icmp->code == 4 && (icmp->rest & 0xffff) != 0) {
        weir_text_put_pair(text, " (mtu ", icmp->rest & 0xffff);
        weir_text_put(text, ")");
    }
}

static void put_redirect(struct weir_text *text, const struct weir_layer *layer,
                         const struct weir_icmp_view *icmp)
{
    static const struct phrase codes[] = {
        {0, "net"}, {1, "host"}, {2, "tos-net"}, {3, "tos-host"}};
    const char *phrase = FIND_PHRASE(codes, icmp->code);
    const uint8_t *ip = culprit(text, layer);
    weir_text_put(text, "redirect ");
    if (ip != NULL) {
        weir_text_put_ipv4(text, ip + 16);
        weir_text_put(text, " to ");
    }
    weir_text_put(text, phrase != NULL ? phrase : "gateway");
    const uint8_t *gateway = weir_text_bytes(text, layer->offset + 4, 4);
    if (gateway != NULL) {
        weir_text_put(text, " ");
        weir_text_put_ipv4(text, gateway);
    }
}

static void put_echo(struct weir_text *text, const struct weir_icmp_view *icmp)
{
    weir_text_put_pair(text, ", id ", icmp->rest >> 16);
    weir_text_put_pair(text, ", seq ", icmp->rest & 0xffff);
}

void weir_text_icmp(struct weir_text *text, const struct weir_layer *layer)
{
    static const struct phrase types[] = {
        {0, "echo reply"},
        {4, "source quench"},
        {8, "echo request"},
        {9, "router advertisement"},
        {10, "router solicitation"},
        {12, "parameter problem"},
        {13, "time stamp query"},
        {14, "time stamp reply"},
        {15, "information request"},
        {16, "information reply"},
        {17, "address mask request"},
        {18, "address mask reply"},
    };
    struct weir_icmp_view icmp;
    weir_icmp_view_read(&icmp, text->frame->data, layer);
    weir_text_put(text, "ICMP ");
    const char *phrase = FIND_PHRASE(types, icmp.type);
    if (icmp.type == 3)
        put_unreachable(text, layer, &icmp);
    else if (icmp.type == 5)
        put_redirect(text, layer, &icmp);
    else if (icmp.type == 11)
        weir_text_put(text, icmp.code == 0 ? "time exceeded in-transit"
                                           : "ip reassembly time exceeded");
    else if (phrase != NULL)
        weir_text_put(text, phrase);
    else
        weir_text_put_pair(text, "type-#", icmp.type);
    bool has_id =
        icmp.type == 0 || icmp.type == 8 || icmp.type == 13 || icmp.type == 14;
    if (has_id && icmp.has_rest)
        put_echo(text, &icmp);
    weir_text_put_pair(text, ", length ", weir_text_rest(text, layer->offset));
}

/* ", who has ADDRESS": RFC 4861, sections 4.3 and 4.4: the target is behind
 * the eight bytes of every neighbour message. */
static void put_target(struct weir_text *text, const struct weir_layer *layer,
                       const char *lead)
{
    const uint8_t *target = weir_text_bytes(text, layer->offset + 8, 16);
    if (target != NULL) {
        weir_text_put(text, lead);
        weir_text_put_ipv6(text, target);
    }
}

static void put_icmpv6_more(struct weir_text *text,
                            const struct weir_layer *layer,
                            const struct weir_icmp_view *icmp)
{
    static const struct phrase unreachable[] = {
        {0, "unreachable route"},
        {1, "unreachable prohibited"},
        {2, "beyond scope"},
        {3, "unreachable address"},
        {4, "unreachable port"},
        {5, "source address failed policy"},
        {6, "reject route to destination"},
    };
    const char *phrase = FIND_PHRASE(unreachable, icmp->code);
    switch (icmp->type) {
    case 1:
        weir_text_put(text, ", ");
        weir_text_put(text, phrase != NULL ? phrase : "unknown code");
        break;
    case 2:
        if (icmp->has_rest)
            weir_text_put_pair(text, ", mtu ", icmp->rest);
        break;
    case 128:
    case 129:
        if (icmp->has_rest)
            put_echo(text, icmp);
        break;
    case 135:
        put_target(text, layer, ", who has ");
        break;
    case 136:
        put_target(text, layer, ", tgt is ");
        break;
    default:
        break;
    }
}

void weir_text_icmpv6(struct weir_text *text, const struct weir_layer *layer)
{
    static const struct phrase types[] = {
        {1, "destination unreachable"},
        {2, "packet too big"},
        {3, "time exceeded"},
        {4, "parameter problem"},
        {128, "echo request"},
        {129, "echo reply"},
        {130, "multicast listener query"},
        {131, "multicast listener report"},
        {132, "multicast listener done"},
        {133, "router solicitation"},
        {134, "router advertisement"},
        {135, "neighbor solicitation"},
        {136, "neighbor advertisement"},
        {137, "redirect"},
        {143, "multicast listener report v2"},
    };
    struct weir_icmp_view icmp;
    weir_icmp_view_read(&icmp, text->frame->data, layer);
    const char *phrase = FIND_PHRASE(types, icmp.type);
    weir_text_put(text, "ICMP6, ");
    if (phrase != NULL) {
        weir_text_put(text, phrase);
    } else {
        weir_text_put_pair(text, "unknown icmp6 type (", icmp.type);
        weir_text_put(text, ")");
    }
    put_icmpv6_more(text, layer, &icmp);
    weir_text_put_pair(text, ", length ", weir_text_rest(text, layer->offset));
}
