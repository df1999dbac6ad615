#include "dissect/text.h"

#include <errno.h>
#include <stdbool.h>

#include "base/address.h"
#include "base/address_put.h"
#include "dissect/text_line.h"

void weir_text_put_number(struct weir_text *text, uint32_t n)
{
    char digits[10];
    char *at = digits + sizeof digits;
    do {
        *--at = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    weir_text_put_n(text, at, (size_t)(digits + sizeof digits - at));
}

void weir_text_put_hex(struct weir_text *text, uint32_t n, uint32_t digits)
{
    char hex[8];
    uint32_t i = sizeof hex;
    while (i > 0 && (n > 0 || sizeof hex - i < digits || i == sizeof hex)) {
        hex[--i] = "0123456789abcdef"[n & 15];
        n >>= 4;
    }
    weir_text_put_n(text, hex + i, sizeof hex - i);
}

void weir_text_put_mac(struct weir_text *text, const uint8_t *mac)
{
    char address[WEIR_MAC_TEXT];
    weir_text_put_n(text, address,
                    (size_t)(weir_mac_put(address, mac) - address));
}

void weir_text_put_ipv4(struct weir_text *text, const uint8_t *address)
{
    char put[WEIR_IPV4_TEXT];
    weir_text_put_n(text, put, (size_t)(weir_ipv4_put(put, address) - put));
}

void weir_text_put_ipv6(struct weir_text *text, const uint8_t *address)
{
    char put[WEIR_IPV6_TEXT];
    weir_text_put_n(text, put, (size_t)(weir_ipv6_put(put, address) - put));
}

uint32_t weir_text_rest(const struct weir_text *text, uint32_t offset)
{
    return text->end > offset ? (uint32_t)(text->end - offset) : 0;
}

const uint8_t *weir_text_bytes(const struct weir_text *text, uint32_t offset,
                               uint32_t n)
{
    uint32_t caplen = text->frame->caplen;
    if (offset > caplen || caplen - offset < n)
        return NULL;
    return text->frame->data + offset;
}

/* eth, llc and null say nothing if another layer follows. */
static weir_text_layer_fn *const layer_text[WEIR_PROTO_COUNT] = {
    [WEIR_PROTO_VLAN] = weir_text_vlan,     [WEIR_PROTO_MPLS] = weir_text_mpls,
    [WEIR_PROTO_ARP] = weir_text_arp,       [WEIR_PROTO_IP] = weir_text_ip,
    [WEIR_PROTO_IPV6] = weir_text_ipv6,     [WEIR_PROTO_TCP] = weir_text_tcp,
    [WEIR_PROTO_UDP] = weir_text_udp,       [WEIR_PROTO_ICMP] = weir_text_icmp,
    [WEIR_PROTO_ICMPV6] = weir_text_icmpv6, [WEIR_PROTO_SCTP] = weir_text_sctp,
    [WEIR_PROTO_SLL] = weir_text_sll,       [WEIR_PROTO_SLL2] = weir_text_sll,
};

/* What tells a payload that is not dissected. */
static weir_text_layer_fn *const end_text[WEIR_PROTO_COUNT] = {
    [WEIR_PROTO_ETH] = weir_text_link_end,
    [WEIR_PROTO_LLC] = weir_text_link_end,
    [WEIR_PROTO_VLAN] = weir_text_link_end,
    [WEIR_PROTO_MPLS] = weir_text_link_end,
    [WEIR_PROTO_SLL] = weir_text_link_end,
    [WEIR_PROTO_SLL2] = weir_text_link_end,
    [WEIR_PROTO_NULL] = weir_text_link_end,
    [WEIR_PROTO_IP] = weir_text_ip_end,
    [WEIR_PROTO_IPV6] = weir_text_ip_end,
};

/* What stands in front of a fault: as tcpdump does it, the protocol whose
 * header is at fault, or else who talks to whom. */
static void put_lead(struct weir_text *text, const char *wanted)
{
    if (strcmp(wanted, "ip") == 0)
        weir_text_put(text, "IP ");
    else if (strcmp(wanted, "ip6") == 0)
        weir_text_put(text, "IP6 ");
    else if (strcmp(wanted, "arp") == 0)
        weir_text_put(text, "ARP, ");
    else
        weir_text_macs(text);
}

static void put_fault(struct weir_text *text, const struct weir_layer *last)
{
    uint8_t outcome = text->dissection->outcome;
    const char *wanted = weir_text_wanted(text);
    if (last == NULL || end_text[last->proto] == weir_text_link_end)
        put_lead(text, wanted);
    else if (end_text[last->proto] == NULL)
        weir_text_put(text, " ");
    if (outcome == WEIR_OUTCOME_TRUNCATED) {
        weir_text_put(text, "[|");
        weir_text_put(text, wanted);
    } else {
        weir_text_put(text, "[malformed: ");
        weir_text_put(text, weir_outcome_name(outcome));
    }
    weir_text_put(text, "]");
}

static void put_fragment(struct weir_text *text)
{
    const struct weir_text_fragment *fragment = &text->fragment;
    weir_text_put_pair(text, " (frag ", fragment->id);
    weir_text_put_pair(text, ":", fragment->length);
    weir_text_put_pair(text, "@", fragment->offset);
    weir_text_put(text, fragment->more ? "+)" : ")");
}

static void put_layers(struct weir_text *text)
{
    const struct weir_dissection *dissection = text->dissection;
    const struct weir_layer *last = NULL;
    for (text->layer = 0; text->layer < dissection->layers_count;
         text->layer++) {
        last = &dissection->layers[text->layer];
        if (layer_text[last->proto] != NULL)
            layer_text[last->proto](text, last);
    }
    if (dissection->outcome != WEIR_OUTCOME_OK)
        put_fault(text, last);
    else if (last != NULL && end_text[last->proto] != NULL)
        end_text[last->proto](text, last);
    if (text->fragment.is)
        put_fragment(text);
}

static bool is_of(const struct weir_dissection *dissection,
                  const struct weir_frame *frame)
{
    if (dissection->layers_count > WEIR_LAYERS_MAX)
        return false;
    for (uint32_t i = 0; i < dissection->layers_count; i++) {
        const struct weir_layer *layer = &dissection->layers[i];
        if (layer->proto >= WEIR_PROTO_COUNT || layer->offset > frame->caplen ||
            layer->header > frame->caplen - layer->offset)
            return false;
    }
    return frame->data != NULL || dissection->layers_count == 0;
}

/* Where nothing may be written there is still a place to point to. */
static bool text_begin(struct weir_text *text, char *to, size_t size,
                       const struct weir_frame *frame,
                       const struct weir_dissection *dissection, char *nowhere)
{
    if (to != NULL && size > 0)
        *to = '\0';
    if ((to == NULL && size > 0) || frame == NULL || dissection == NULL ||
        !is_of(dissection, frame))
        return false;
    *text = (struct weir_text){
        .at = size > 0 ? to : nowhere,
        .room = size > 0 ? size - 1 : 0,
        .frame = frame,
        .dissection = dissection,
        .end = frame->len > frame->caplen ? frame->len : frame->caplen,
    };
    return true;
}

static int text_end(struct weir_text *text)
{
    *text->at = '\0';
    return (int)text->length;
}

int weir_frame_text(char *to, size_t size, const struct weir_frame *frame,
                    uint16_t linktype, const struct weir_dissection *dissection)
{
    struct weir_text text;
    char nowhere;
    if (!text_begin(&text, to, size, frame, dissection, &nowhere))
        return -EINVAL;
    text.linktype = linktype;
    if (dissection->known_link) {
        put_layers(&text);
    } else {
        weir_text_put_pair(&text, "link-type ", linktype);
        weir_text_put_pair(&text, ", caplen ", frame->caplen);
        weir_text_put_pair(&text, ", length ", frame->len);
    }
    return text_end(&text);
}

int weir_layer_text(char *to, size_t size, const struct weir_frame *frame,
                    const struct weir_dissection *dissection, uint32_t layer)
{
    struct weir_text text;
    char nowhere;
    if (!text_begin(&text, to, size, frame, dissection, &nowhere) ||
        layer >= dissection->layers_count)
        return -EINVAL;
    while (text.layer < layer)
        weir_text_narrow(&text, &dissection->layers[text.layer++]);
    weir_text_layer(&text, &dissection->layers[layer]);
    return text_end(&text);
}
