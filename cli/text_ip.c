#include "cli/text.h"

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "cli/address.h"
#include "cli/extension.h"
#include "dissect/fields.h"

/* The ports of the layer behind, which tcpdump joins to the addresses. */
static bool ports_behind(const struct weir_text *text, uint16_t *src,
                         uint16_t *dst)
{
    if (text->at + 1 >= text->dissection->layers_count)
        return false;
    const struct weir_layer *next = &text->dissection->layers[text->at + 1];
    if (next->proto != WEIR_PROTO_TCP && next->proto != WEIR_PROTO_UDP &&
        next->proto != WEIR_PROTO_SCTP)
        return false;
    const uint8_t *data = text->frame->data + next->offset;
    *src = weir_load_be16(data);
    *dst = weir_load_be16(data + 2);
    return true;
}

static void print_ends(struct weir_text *text, const char *name,
                       const char *src, const char *dst)
{
    uint16_t src_port;
    uint16_t dst_port;
    if (ports_behind(text, &src_port, &dst_port))
        fprintf(text->out, "%s %s.%u > %s.%u: ", name, src, src_port, dst,
                dst_port);
    else
        fprintf(text->out, "%s %s > %s: ", name, src, dst);
}

void weir_text_ip(struct weir_text *text, const struct weir_layer *layer)
{
    char src[WEIR_IPV4_TEXT];
    char dst[WEIR_IPV4_TEXT];
    struct weir_ip_view ip;
    weir_ip_view_read(&ip, text->frame->data, layer);
    print_ends(text, "IP", weir_ipv4_text(src, ip.src),
               weir_ipv4_text(dst, ip.dst));
    if (ip.proto == WEIR_EXTENSION_AUTH && layer->upper != ip.proto)
        fputs("AH ", text->out);
    /* 0: the card cuts the segments later, the frame is all there is. */
    if (ip.total_length != 0)
        text->end = (uint64_t)layer->offset + ip.total_length;
    bool more = (ip.flags & 1) != 0;
    if ((more || ip.fragment_offset != 0) && text->tail[0] == '\0')
        snprintf(text->tail, sizeof text->tail, " (frag %u:%u@%u%s)", ip.id,
                 weir_text_rest(text, layer->offset + ip.header_length),
                 ip.fragment_offset, more ? "+" : "");
}

static void print_extension(struct weir_text *text,
                            const struct weir_layer *layer,
                            const struct weir_extension *at)
{
    switch (at->kind) {
    case WEIR_EXTENSION_HOP_BY_HOP:
        fputs("HBH ", text->out);
        break;
    case WEIR_EXTENSION_ROUTING:
        fputs("RT6 ", text->out);
        break;
    case WEIR_EXTENSION_FRAGMENT:
        fprintf(text->out, "frag (%u|%u) ", at->fragment_offset,
                weir_text_rest(text, layer->offset + at->end));
        break;
    case WEIR_EXTENSION_AUTH:
        fputs("AH ", text->out);
        break;
    case WEIR_EXTENSION_DESTINATION:
        fputs("DSTOPT ", text->out);
        break;
    case WEIR_EXTENSION_MOBILITY:
        fputs("mobility ", text->out);
        break;
    default:
        fprintf(text->out, "ext-%u ", at->kind);
        break;
    }
}

void weir_text_ipv6(struct weir_text *text, const struct weir_layer *layer)
{
    char src[WEIR_IPV6_TEXT];
    char dst[WEIR_IPV6_TEXT];
    struct weir_ipv6_view ip6;
    weir_ipv6_view_read(&ip6, text->frame->data, layer);
    print_ends(text, "IP6", weir_ipv6_text(src, ip6.src),
               weir_ipv6_text(dst, ip6.dst));
    /* 0: a jumbogram (RFC 2675), or cut later as above. */
    if (ip6.plen != 0)
        text->end = (uint64_t)layer->offset + 40 + ip6.plen;
    struct weir_extension at = {0};
    while (weir_extension_next(&at, text->frame->data, layer))
        print_extension(text, layer, &at);
}

void weir_text_ip_end(struct weir_text *text, const struct weir_layer *layer)
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
    const char *name = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].number == layer->upper)
            name = names[i].name;
    if (name != NULL && !text->dissection->fragment)
        fputs(name, text->out);
    else
        fprintf(text->out, "ip-proto-%u", layer->upper);
    fprintf(text->out, ", length %u",
            weir_text_rest(text, layer->offset + layer->header));
}

/* One option of a header; `value` has the length it says less two. */
static void print_option(FILE *out, uint8_t kind, const uint8_t *value,
                         uint32_t n)
{
    if (kind == 2 && n == 2) {
        fprintf(out, "mss %u", weir_load_be16(value));
    } else if (kind == 3 && n == 1) {
        fprintf(out, "wscale %u", value[0]);
    } else if (kind == 4 && n == 0) {
        fputs("sackOK", out);
    } else if (kind == 5 && n > 0 && n % 8 == 0) {
        fprintf(out, "sack %u ", n / 8);
        for (uint32_t i = 0; i < n; i += 8)
            fprintf(out, "{%u:%u}", weir_load_be32(value + i),
                    weir_load_be32(value + i + 4));
    } else if (kind == 8 && n == 8) {
        fprintf(out, "TS val %u ecr %u", weir_load_be32(value),
                weir_load_be32(value + 4));
    } else {
        fprintf(out, "unknown-%u 0x", kind);
        for (uint32_t i = 0; i < n; i++)
            fprintf(out, "%02x", value[i]);
    }
}

/* RFC 9293, section 3.1: kind, then length (itself and kind included), but
 * for the two kinds of one byte. */
static void print_options(FILE *out, const uint8_t *p, uint32_t n)
{
    const char *separator = "";
    fputs(", options [", out);
    while (n > 0) {
        uint32_t length = p[0] <= 1 ? 1 : n < 2 ? 0 : p[1];
        fputs(separator, out);
        separator = ",";
        if (length > n || (p[0] > 1 && length < 2)) {
            fputs("...", out); /* bad or cut: the line's end tells which */
            break;
        }
        if (p[0] <= 1)
            fputs(p[0] == 0 ? "eol" : "nop", out);
        else
            print_option(out, p[0], p + 2, length - 2);
        if (p[0] == 0)
            break;
        p += length;
        n -= length;
    }
    putc(']', out);
}

static void print_flags(FILE *out, uint16_t flags)
{
    static const char letters[] = "FSRP.UEWe"; /* from the lowest bit */
    fputs("Flags [", out);
    if ((flags & 0x1ff) == 0)
        fputs("none", out);
    for (unsigned i = 0; i < sizeof letters - 1; i++)
        if ((flags >> i) & 1)
            putc(letters[i], out);
    putc(']', out);
}

void weir_text_tcp(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_tcp_view tcp;
    weir_tcp_view_read(&tcp, text->frame->data, layer);
    uint32_t length = weir_text_rest(text, layer->offset + tcp.header_length);
    print_flags(text->out, tcp.flags);
    if (length > 0)
        fprintf(text->out, ", seq %u:%u", tcp.seq, tcp.seq + length);
    else if (tcp.flags & 0x7) /* FIN, SYN, RST */
        fprintf(text->out, ", seq %u", tcp.seq);
    if (tcp.flags & 0x10)
        fprintf(text->out, ", ack %u", tcp.ack);
    fprintf(text->out, ", win %u", tcp.window);
    if (tcp.flags & 0x20)
        fprintf(text->out, ", urg %u", tcp.urgent);
    if (layer->header > 20)
        print_options(text->out, text->frame->data + layer->offset + 20,
                      layer->header - 20U);
    fprintf(text->out, ", length %u", length);
}

void weir_text_udp(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_udp_view udp;
    weir_udp_view_read(&udp, text->frame->data, layer);
    /* 0: longer than 16 bits can say (RFC 2675). */
    fprintf(text->out, "UDP, length %u",
            udp.length >= 8 ? udp.length - 8U
                            : weir_text_rest(text, layer->offset + 8));
}

void weir_text_sctp(struct weir_text *text, const struct weir_layer *layer)
{
    /* RFC 9260, section 3.2: chunk types. */
    static const char *const names[] = {
        [0] = "DATA",      [1] = "INIT",         [2] = "INIT ACK",
        [3] = "SACK",      [4] = "HB REQ",       [5] = "HB ACK",
        [6] = "ABORT",     [7] = "SHUTDOWN",     [8] = "SHUTDOWN ACK",
        [9] = "OP ERR",    [10] = "COOKIE ECHO", [11] = "COOKIE ACK",
        [12] = "ECN ECHO", [13] = "CWR",         [14] = "SHUTDOWN COMPLETE",
    };
    fputs("sctp", text->out);
    const uint8_t *chunk = weir_text_bytes(text, layer->offset + 12, 4);
    if (chunk != NULL && weir_text_rest(text, layer->offset + 12) >= 4) {
        if (chunk[0] < sizeof names / sizeof names[0])
            fprintf(text->out, " (1) [%s]", names[chunk[0]]);
        else
            fprintf(text->out, " (1) [chunk type %u]", chunk[0]);
    }
    fprintf(text->out, ", length %u", weir_text_rest(text, layer->offset));
}
