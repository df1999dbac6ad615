#include "dissect/checksum.h"

#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "dissect/fields.h"
#include "dissect/options.h"

#define IPV4_FIXED   20
#define IPV6_FIXED   40
#define UDP_LENGTH   4
#define UDP_HEADER   8
#define NUMBER_TCP   6
#define NUMBER_UDP   17
#define NUMBER_ICMP6 58

/* RFC 8200, section 4.2, and RFC 6275, section 6.3. */
#define OPTION_PAD_ONE      0
#define OPTION_HOME_ADDRESS 0xc9

/* RFC 8200 section 4.4 and RFC 5095; RFC 6275 section 6.4; RFC 8754. */
#define ROUTING_SOURCE  0
#define ROUTING_MOBILE  2
#define ROUTING_SEGMENT 4

/* The frame, and the layer that is looked at. */
struct place {
    const uint8_t *data;
    uint32_t caplen;
    const struct weir_dissection *dissection;
    const struct weir_layer *layer;
    const struct weir_layer *ip; /* the layer around it, or NULL */
};

/* What a checksum is over. */
struct segment {
    const uint8_t *bytes;
    uint32_t length;
    bool said; /* false: no length says so, it is the rest of the frame */
};

/* Whose addresses the pseudo header has. */
struct ends {
    const uint8_t *src;
    const uint8_t *dst;
    uint32_t size; /* of each */
    bool fragment;
    bool known; /* false: an option or extension header is not understood */
};

/* Where the final destination is, of a source route whose next station is
 * still to come.  RFC 791, section 3.1: a pointer, counted from the kind on,
 * and addresses. */
static bool route_apply(struct ends *ends, const struct weir_option *option)
{
    if (option->length < 1)
        return false;
    uint32_t whole = option->length + 2U;
    if (option->value[0] > whole)
        return true;
    if (option->length < 5 || (option->length - 1) % 4 != 0)
        return false;
    ends->dst = option->value + option->length - 4;
    return true;
}

static void ends_of_ipv4(struct ends *ends, const struct place *at)
{
    struct weir_ip_view ip;
    struct weir_option option = {0};
    weir_ip_view_read(&ip, at->data, at->ip);
    *ends = (struct ends){
        .src = ip.src,
        .dst = ip.dst,
        .size = 4,
        .fragment =
            (ip.flags & WEIR_IP_MORE_FRAGMENTS) != 0 || ip.fragment_offset != 0,
        .known = true,
    };
    while (weir_option_next(&option, ip.options, ip.options_length))
        if (option.kind == WEIR_IP_OPTION_LOOSE_ROUTE ||
            option.kind == WEIR_IP_OPTION_STRICT_ROUTE)
            ends->known &= route_apply(ends, &option);
    ends->known &= !option.bad;
}

/* The stations of a routing header follow eight bytes.  The final one is the
 * last, and in a segment list the first. */
static bool routing_apply(struct ends *ends, const struct weir_extension *ext)
{
    const uint8_t *p = ext->header;
    uint8_t left = p[3];
    if (left == 0)
        return true;
    if (ext->length < 24)
        return false;
    if (p[2] == ROUTING_SEGMENT) {
        ends->dst = p + 8;
        return true;
    }
    ends->dst = p + ext->length - 16;
    return (p[2] == ROUTING_SOURCE || p[2] == ROUTING_MOBILE) &&
           (ext->length - 8) % 16 == 0;
}

static bool destination_apply(struct ends *ends,
                              const struct weir_extension *ext)
{
    const uint8_t *p = ext->header;
    uint32_t at = 2;
    while (at < ext->length) {
        if (p[at] == OPTION_PAD_ONE) {
            at++;
            continue;
        }
        if (ext->length - at < 2 || p[at + 1] > ext->length - at - 2)
            return false;
        if (p[at] == OPTION_HOME_ADDRESS && p[at + 1] == 16)
            ends->src = p + at + 2;
        at += 2U + p[at + 1];
    }
    return true;
}

static void ends_of_ipv6(struct ends *ends, const struct place *at)
{
    struct weir_ipv6_view ip;
    struct weir_extension ext = {0};
    weir_ipv6_view_read(&ip, at->data, at->ip);
    *ends = (struct ends){
        .src = ip.src,
        .dst = ip.dst,
        .size = 16,
        .known = true,
    };
    while (weir_extension_next(&ext, at->data, at->ip)) {
        if (ext.kind == WEIR_EXTENSION_FRAGMENT)
            ends->fragment |= ext.more || ext.fragment_offset != 0;
        else if (ext.kind == WEIR_EXTENSION_ROUTING)
            ends->known &= routing_apply(ends, &ext);
        else if (ext.kind == WEIR_EXTENSION_DESTINATION)
            ends->known &= destination_apply(ends, &ext);
    }
}

static void ends_find(struct ends *ends, const struct place *at)
{
    if (at->ip->proto == WEIR_PROTO_IP)
        ends_of_ipv4(ends, at);
    else
        ends_of_ipv6(ends, at);
}

/* Where the IP packet says that it ends; 0: it does not say. */
static uint64_t end_said(const struct place *at)
{
    const uint8_t *p = at->data + at->ip->offset;
    bool four = at->ip->proto == WEIR_PROTO_IP;
    uint32_t said = weir_load_be16(p + (four ? 2 : 4));
    if (said == 0)
        return 0;
    return (uint64_t)at->ip->offset + said + (four ? 0 : IPV6_FIXED);
}

/* Of the datagram in it: RFC 768, and 0 as RFC 2675 has it. */
static uint64_t udp_end_said(const struct place *at)
{
    uint32_t said = weir_load_be16(at->data + at->layer->offset + UDP_LENGTH);
    return said == 0 ? 0 : (uint64_t)at->layer->offset + said;
}

/* Finds the bytes that an upper checksum is over, from the layer's header to
 * the end; false: not all of them are there.  weir_dissect has narrowed the
 * payload to the lengths that the frame holds: one that it does not hold is
 * not where the payload ends. */
static bool segment_find(const struct place *at, struct segment *out)
{
    uint64_t end = at->dissection->payload_end;
    uint64_t said =
        at->layer->proto == WEIR_PROTO_UDP ? udp_end_said(at) : end_said(at);
    if ((said != 0 && said != end) || end > at->caplen ||
        end < (uint64_t)at->layer->offset + at->layer->header)
        return false;
    out->bytes = at->data + at->layer->offset;
    out->length = (uint32_t)end - at->layer->offset;
    out->said = said != 0;
    return true;
}

/* RFC 9293 section 3.1, RFC 768, RFC 8200 section 8.1: of both versions the
 * sum is the same, as words of 0 add nothing. */
static uint64_t pseudo_sum(const struct ends *ends, uint32_t length,
                           uint8_t number)
{
    const uint8_t tail[8] = {
        (uint8_t)(length >> 24),
        (uint8_t)(length >> 16),
        (uint8_t)(length >> 8),
        (uint8_t)length,
        [7] = number,
    };
    uint64_t sum = weir_sum_add(0, ends->src, ends->size);
    sum = weir_sum_add(sum, ends->dst, ends->size);
    return weir_sum_add(sum, tail, sizeof tail);
}

/* `sum` is of what stands before the segment, which holds the field at
 * `field`.  The rest of a frame may be padding: what is wrong is not known
 * then, but what is right is. */
static void sum_judge(struct weir_checksum *out, uint64_t sum,
                      const struct segment *s, uint32_t field)
{
    uint32_t behind = field + 2;
    if (weir_sum_field(weir_sum_add(sum, s->bytes, s->length)) == 0) {
        out->status = WEIR_CHECKSUM_VALID;
        out->computed = out->stored;
    } else if (s->said) {
        sum = weir_sum_add(sum, s->bytes, field);
        sum = weir_sum_add(sum, s->bytes + behind, s->length - behind);
        out->status = WEIR_CHECKSUM_INVALID;
        out->computed = weir_sum_field(sum);
    }
}

static void ip_judge(struct weir_checksum *out, const struct place *at)
{
    struct weir_ip_view ip;
    weir_ip_view_read(&ip, at->data, at->layer);
    const struct segment header = {
        .bytes = at->data + at->layer->offset,
        .length = ip.header_length,
        .said = true,
    };
    out->stored = ip.checksum;
    /* It may have been written since it was dissected. */
    if (ip.header_length >= IPV4_FIXED && ip.header_length <= at->layer->header)
        sum_judge(out, 0, &header, 10);
}

/* TCP, UDP and ICMPv6. */
static void pseudo_judge(struct weir_checksum *out, const struct place *at,
                         uint8_t number, uint32_t field)
{
    struct ends ends;
    struct segment s;
    out->stored = weir_load_be16(at->data + at->layer->offset + field);
    ends_find(&ends, at);
    if (!ends.fragment && ends.known && segment_find(at, &s))
        sum_judge(out, pseudo_sum(&ends, s.length, number), &s, field);
    if (number != NUMBER_UDP)
        return;
    if (out->status != WEIR_CHECKSUM_PARTIAL && out->computed == 0)
        out->computed = UINT16_MAX;
    if (out->stored == 0)
        out->status =
            ends.size == 4 ? WEIR_CHECKSUM_ABSENT : WEIR_CHECKSUM_INVALID;
}

/* ICMP and SCTP have no pseudo header, yet a fragment is not all of it. */
static bool whole_find(const struct place *at, struct segment *out)
{
    struct ends ends;
    ends_find(&ends, at);
    return !ends.fragment && segment_find(at, out);
}

static void icmp_judge(struct weir_checksum *out, const struct place *at)
{
    struct segment s;
    out->stored = weir_load_be16(at->data + at->layer->offset + 2);
    if (whole_find(at, &s))
        sum_judge(out, 0, &s, 2);
}

static void sctp_judge(struct weir_checksum *out, const struct place *at)
{
    static const uint8_t zero[4];
    struct segment s;
    out->stored = weir_load_be32(at->data + at->layer->offset + 8);
    if (!whole_find(at, &s))
        return;
    uint32_t crc = weir_crc32c_add(WEIR_CRC32C_START, s.bytes, 8);
    crc = weir_crc32c_add(crc, zero, sizeof zero);
    crc = weir_crc32c_add(crc, s.bytes + 12, s.length - 12);
    uint32_t field = weir_crc32c_field(crc);
    if (field == out->stored)
        out->status = WEIR_CHECKSUM_VALID;
    else if (s.said)
        out->status =
            out->stored == 0 ? WEIR_CHECKSUM_ABSENT : WEIR_CHECKSUM_INVALID;
    if (out->status != WEIR_CHECKSUM_PARTIAL)
        out->computed = field;
}

static bool is_inside(const struct weir_layer *layer, uint32_t caplen)
{
    return layer->offset <= caplen && layer->header <= caplen - layer->offset;
}

static bool place_find(struct place *at, const uint8_t *data, uint32_t caplen,
                       const struct weir_dissection *dissection, uint32_t layer)
{
    if (data == NULL || dissection == NULL ||
        layer >= dissection->layers_count || layer >= WEIR_LAYERS_MAX)
        return false;
    const struct weir_layer *found = &dissection->layers[layer];
    *at = (struct place){
        .data = data,
        .caplen = caplen,
        .dissection = dissection,
        .layer = found,
    };
    if (layer > 0 && (found[-1].proto == WEIR_PROTO_IP ||
                      found[-1].proto == WEIR_PROTO_IPV6))
        at->ip = found - 1;
    return is_inside(found, caplen) &&
           (at->ip == NULL || is_inside(at->ip, caplen));
}

/* All but IPv4 itself have it within IP. */
static void judge(struct weir_checksum *out, const struct place *at)
{
    uint8_t ip = at->ip != NULL ? at->ip->proto : WEIR_PROTO_NONE;
    uint8_t proto = at->layer->proto;
    out->status = WEIR_CHECKSUM_PARTIAL;
    if (proto == WEIR_PROTO_IP)
        ip_judge(out, at);
    else if (proto == WEIR_PROTO_TCP && ip != WEIR_PROTO_NONE)
        pseudo_judge(out, at, NUMBER_TCP, 16);
    else if (proto == WEIR_PROTO_UDP && ip != WEIR_PROTO_NONE)
        pseudo_judge(out, at, NUMBER_UDP, 6);
    else if (proto == WEIR_PROTO_ICMP && ip != WEIR_PROTO_NONE)
        icmp_judge(out, at);
    else if (proto == WEIR_PROTO_ICMPV6 && ip == WEIR_PROTO_IPV6)
        pseudo_judge(out, at, NUMBER_ICMP6, 2);
    else if (proto == WEIR_PROTO_SCTP && ip != WEIR_PROTO_NONE)
        sctp_judge(out, at);
    else
        out->status = WEIR_CHECKSUM_NONE;
}

bool weir_checksum_read(struct weir_checksum *out, const uint8_t *data,
                        uint32_t caplen,
                        const struct weir_dissection *dissection,
                        uint32_t layer)
{
    struct place at;
    if (out == NULL)
        return false;
    memset(out, 0, sizeof *out);
    if (place_find(&at, data, caplen, dissection, layer))
        judge(out, &at);
    return out->status != WEIR_CHECKSUM_NONE;
}

uint8_t weir_checksum_verify(const uint8_t *data, uint32_t caplen,
                             const struct weir_dissection *dissection,
                             uint32_t layer)
{
    struct weir_checksum checksum;
    (void)weir_checksum_read(&checksum, data, caplen, dissection, layer);
    return checksum.status;
}

const char *weir_checksum_name(uint8_t status)
{
#define CHECKSUM_NAME(id, name) [WEIR_CHECKSUM_##id] = (name),
    static const char *const names[WEIR_CHECKSUM_COUNT] = {
        WEIR_CHECKSUM_LIST(CHECKSUM_NAME)};
#undef CHECKSUM_NAME

    return status < WEIR_CHECKSUM_COUNT ? names[status] : "";
}
