#include <stdbool.h>

#include "dissect/fields.h"
#include "dissect/text_line.h"

/* The hardware address where ARP says only who asks. */
static void put_mac(struct weir_text *text, const uint8_t *mac)
{
    if (mac != NULL)
        weir_text_put_mac(text, mac);
    else
        weir_text_put(text, "(unknown)");
}

static void put_request(struct weir_text *text, const struct weir_arp_view *arp)
{
    static const uint8_t zero[6];
    weir_text_put(text, "Request who-has ");
    weir_text_put_ipv4(text, arp->dst_proto_ipv4);
    if (arp->dst_hw_mac != NULL && memcmp(arp->dst_hw_mac, zero, 6) != 0) {
        weir_text_put(text, " (");
        weir_text_put_mac(text, arp->dst_hw_mac);
        weir_text_put(text, ")");
    }
    weir_text_put(text, " tell ");
    weir_text_put_ipv4(text, arp->src_proto_ipv4);
}

/* Who has a hardware address, and who wants to know. */
static void put_reverse(struct weir_text *text, const char *lead,
                        const struct weir_arp_view *arp)
{
    weir_text_put(text, lead);
    put_mac(text, arp->dst_hw_mac);
    weir_text_put(text, " tell ");
    put_mac(text, arp->src_hw_mac);
}

static void put_answer(struct weir_text *text, const char *lead,
                       const uint8_t *mac, const uint8_t *address)
{
    weir_text_put(text, lead);
    put_mac(text, mac);
    weir_text_put(text, " at ");
    weir_text_put_ipv4(text, address);
}

static void put_operation(struct weir_text *text,
                          const struct weir_arp_view *arp)
{
    switch (arp->opcode) {
    case 1:
        put_request(text, arp);
        break;
    case 2:
        weir_text_put(text, "Reply ");
        weir_text_put_ipv4(text, arp->src_proto_ipv4);
        weir_text_put(text, " is-at ");
        put_mac(text, arp->src_hw_mac);
        break;
    case 3:
        put_reverse(text, "Reverse Request who-is ", arp);
        break;
    case 4:
        put_answer(text, "Reverse Reply ", arp->dst_hw_mac,
                   arp->dst_proto_ipv4);
        break;
    case 8:
        put_reverse(text, "Inverse Request who-is ", arp);
        break;
    case 9:
        put_answer(text, "Inverse Reply ", arp->src_hw_mac,
                   arp->src_proto_ipv4);
        break;
    default:
        weir_text_put_pair(text, "Unknown (", arp->opcode);
        weir_text_put(text, ") ");
        weir_text_put_ipv4(text, arp->src_proto_ipv4);
        weir_text_put(text, " > ");
        weir_text_put_ipv4(text, arp->dst_proto_ipv4);
        break;
    }
}

void weir_text_arp(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_arp_view arp;
    weir_arp_view_read(&arp, text->frame->data, layer);
    weir_text_put(text, "ARP, ");
    if (arp.src_proto_ipv4 != NULL && arp.dst_proto_ipv4 != NULL) {
        put_operation(text, &arp);
    } else {
        weir_text_put_pair(text, "hardware ", arp.hw_type);
        weir_text_put_pair(text, " (len ", arp.hw_size);
        weir_text_put(text, "), protocol 0x");
        weir_text_put_hex(text, arp.proto_type, 4);
        weir_text_put_pair(text, " (len ", arp.proto_size);
        weir_text_put_pair(text, "), opcode ", arp.opcode);
    }
    weir_text_put_pair(text, ", length ", weir_text_rest(text, layer->offset));
}
