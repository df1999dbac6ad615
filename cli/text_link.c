#include "cli/text.h"

#include <stdbool.h>
#include <string.h>

#include "base/linktype.h"
#include "cli/address.h"
#include "dissect/ethertype.h"
#include "dissect/fields.h"

void weir_text_vlan(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_vlan_view vlan;
    weir_vlan_view_read(&vlan, text->frame->data, layer);
    fprintf(text->out, "vlan %u, p %u%s, ", vlan.id, vlan.priority,
            vlan.dei ? ", DEI" : "");
}

void weir_text_mpls(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_mpls_view mpls;
    weir_mpls_view_read(&mpls, text->frame->data, layer);
    bool first = text->at == 0 || layer[-1].proto != WEIR_PROTO_MPLS;
    fprintf(text->out, "%s(label %u, tc %u%s, ttl %u) ", first ? "MPLS " : "",
            mpls.label, mpls.exp, mpls.bottom ? ", [S]" : "", mpls.ttl);
}

void weir_text_sll(struct weir_text *text, const struct weir_layer *layer)
{
    /* if_packet.h, PACKET_HOST and so on; the words are tcpdump's. */
    static const char *const kinds[] = {"In", "B", "M", "P", "Out"};
    struct weir_sll_view sll;
    weir_sll_view_read(&sll, text->frame->data, layer);
    if (!sll.has_ifindex)
        return;
    fprintf(text->out, "ifindex %u %s ", sll.ifindex,
            sll.packet_type < sizeof kinds / sizeof kinds[0]
                ? kinds[sll.packet_type]
                : "?");
}

/* The hardware address where ARP says only who asks. */
static const char *mac_or(char *buffer, const uint8_t *mac)
{
    return mac != NULL ? weir_mac_text(buffer, mac) : "(unknown)";
}

static void print_arp(FILE *out, const struct weir_arp_view *arp)
{
    char src[WEIR_IPV4_TEXT];
    char dst[WEIR_IPV4_TEXT];
    char mac[WEIR_MAC_TEXT];
    char other[WEIR_MAC_TEXT];
    static const uint8_t zero[6];
    weir_ipv4_text(src, arp->src_proto_ipv4);
    weir_ipv4_text(dst, arp->dst_proto_ipv4);
    switch (arp->opcode) {
    case 1:
        fprintf(out, "Request who-has %s", dst);
        if (arp->dst_hw_mac != NULL && memcmp(arp->dst_hw_mac, zero, 6) != 0)
            fprintf(out, " (%s)", weir_mac_text(mac, arp->dst_hw_mac));
        fprintf(out, " tell %s", src);
        break;
    case 2:
        fprintf(out, "Reply %s is-at %s", src, mac_or(mac, arp->src_hw_mac));
        break;
    case 3:
        fprintf(out, "Reverse Request who-is %s tell %s",
                mac_or(mac, arp->dst_hw_mac), mac_or(other, arp->src_hw_mac));
        break;
    case 4:
        fprintf(out, "Reverse Reply %s at %s", mac_or(mac, arp->dst_hw_mac),
                dst);
        break;
    case 8:
        fprintf(out, "Inverse Request who-is %s tell %s",
                mac_or(mac, arp->dst_hw_mac), mac_or(other, arp->src_hw_mac));
        break;
    case 9:
        fprintf(out, "Inverse Reply %s at %s", mac_or(mac, arp->src_hw_mac),
                src);
        break;
    default:
        fprintf(out, "Unknown (%u) %s > %s", arp->opcode, src, dst);
        break;
    }
}

void weir_text_arp(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_arp_view arp;
    weir_arp_view_read(&arp, text->frame->data, layer);
    fputs("ARP, ", text->out);
    if (arp.src_proto_ipv4 != NULL && arp.dst_proto_ipv4 != NULL)
        print_arp(text->out, &arp);
    else
        fprintf(text->out,
                "hardware %u (len %u), protocol 0x%04x (len %u), opcode %u",
                arp.hw_type, arp.hw_size, arp.proto_type, arp.proto_size,
                arp.opcode);
    fprintf(text->out, ", length %u", weir_text_rest(text, layer->offset));
}

static const char *ethertype_name(uint16_t type)
{
    /* IANA, IEEE 802 Numbers. */
    static const struct {
        uint16_t type;
        const char *name;
    } names[] = {
        {0x8808, "Flow control"}, {0x8809, "Slow Protocols"},
        {0x8863, "PPPoE D"},      {0x8864, "PPPoE S"},
        {0x888e, "EAPOL"},        {0x88a2, "AoE"},
        {0x88cc, "LLDP"},         {0x88e5, "MACsec"},
        {0x88f7, "PTP"},          {0x8902, "CFM"},
        {0x9000, "Loopback"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].type == type)
            return names[i].name;
    return "Unknown";
}

static const char *sap_name(uint8_t sap)
{
    switch (sap & 0xfe) { /* the lowest bit: group, or response */
    case 0x00:
        return "Null";
    case 0x42:
        return "STP";
    case 0xaa:
        return "SNAP";
    case 0xe0:
        return "IPX";
    case 0xf0:
        return "NetBeui";
    case 0xfe:
        return "OSI";
    default:
        return "Unknown";
    }
}

/* What a layer says of the next: an EtherType, or that LLC follows. */
static bool ethertype_of(const struct weir_text *text,
                         const struct weir_layer *layer, uint16_t *type,
                         bool *is_length)
{
    const uint8_t *data = text->frame->data;
    struct weir_eth_view eth;
    struct weir_vlan_view vlan;
    struct weir_llc_view llc;
    struct weir_sll_view sll;
    *is_length = false;
    switch (layer->proto) {
    case WEIR_PROTO_ETH:
        weir_eth_view_read(&eth, data, layer);
        *type = eth.type;
        *is_length = eth.is_length;
        return true;
    case WEIR_PROTO_VLAN:
        weir_vlan_view_read(&vlan, data, layer);
        *type = vlan.etype;
        *is_length = vlan.is_length;
        return true;
    case WEIR_PROTO_LLC:
        weir_llc_view_read(&llc, data, layer);
        *type = llc.type;
        return llc.is_snap && llc.oui == 0;
    case WEIR_PROTO_SLL:
    case WEIR_PROTO_SLL2:
        weir_sll_view_read(&sll, data, layer);
        *type = sll.protocol;
        return true;
    default:
        return false;
    }
}

void weir_text_macs(struct weir_text *text)
{
    const struct weir_layer *layer =
        weir_dissection_find(text->dissection, WEIR_PROTO_ETH);
    if (layer == NULL)
        return;
    char src[WEIR_MAC_TEXT];
    char dst[WEIR_MAC_TEXT];
    struct weir_eth_view eth;
    weir_eth_view_read(&eth, text->frame->data, layer);
    fprintf(text->out, "%s > %s, ", weir_mac_text(src, eth.src),
            weir_mac_text(dst, eth.dst));
}

static void print_llc(FILE *out, const struct weir_llc_view *llc)
{
    if (llc->is_snap)
        fprintf(out, "SNAP, oui 0x%06x, pid 0x%04x", llc->oui, llc->type);
    else
        fprintf(out, "LLC, dsap %s (0x%02x), ssap %s (0x%02x), ctrl 0x%02x",
                sap_name(llc->dsap), llc->dsap, sap_name(llc->ssap), llc->ssap,
                llc->control);
}

void weir_text_link_end(struct weir_text *text, const struct weir_layer *layer)
{
    uint16_t type;
    bool is_length;
    struct weir_llc_view llc;
    struct weir_null_view null;
    weir_text_macs(text);
    if (ethertype_of(text, layer, &type, &is_length)) {
        if (is_length)
            fprintf(text->out, "802.3 length %u", type);
        else
            fprintf(text->out, "ethertype %s (0x%04x)", ethertype_name(type),
                    type);
    } else if (layer->proto == WEIR_PROTO_LLC) {
        weir_llc_view_read(&llc, text->frame->data, layer);
        print_llc(text->out, &llc);
    } else if (layer->proto == WEIR_PROTO_NULL) {
        weir_null_view_read(&null, text->frame->data, layer);
        fprintf(text->out, "AF %u", null.family);
    } else {
        fputs("payload", text->out);
    }
    fprintf(text->out, ", length %u", text->frame->len);
}

static const char *wanted_by_type(uint16_t type)
{
    switch (type) {
    case WEIR_ETHERTYPE_IP:
        return "ip";
    case WEIR_ETHERTYPE_IPV6:
        return "ip6";
    case WEIR_ETHERTYPE_ARP:
    case WEIR_ETHERTYPE_RARP:
        return "arp";
    case WEIR_ETHERTYPE_VLAN:
    case WEIR_ETHERTYPE_SVLAN:
    case WEIR_ETHERTYPE_QINQ_OLD:
        return "vlan";
    case WEIR_ETHERTYPE_MPLS:
    case WEIR_ETHERTYPE_MPLS_UP:
        return "mpls";
    default:
        return "ether";
    }
}

static const char *wanted_by_linktype(uint16_t linktype)
{
    switch (linktype) {
    case WEIR_LINKTYPE_ETHERNET:
        return "ether";
    case WEIR_LINKTYPE_LINUX_SLL:
        return "sll";
    case WEIR_LINKTYPE_LINUX_SLL2:
        return "sll2";
    case WEIR_LINKTYPE_NULL:
    case WEIR_LINKTYPE_LOOP:
        return "null";
    case WEIR_LINKTYPE_IPV6:
        return "ip6";
    default:
        return "ip";
    }
}

static const char *wanted_by_ip(const struct weir_layer *layer)
{
    switch (layer->upper) {
    case 6:
        return "tcp";
    case 17:
        return "udp";
    case 1:
        return layer->proto == WEIR_PROTO_IP ? "icmp" : "ip6";
    case 58:
        return layer->proto == WEIR_PROTO_IPV6 ? "icmp6" : "ip";
    case 132:
        return "sctp";
    default:
        return layer->proto == WEIR_PROTO_IP ? "ip" : "ip6";
    }
}

const char *weir_text_wanted(const struct weir_text *text)
{
    uint32_t count = text->dissection->layers_count;
    if (count == 0)
        return wanted_by_linktype(text->linktype);
    const struct weir_layer *last = &text->dissection->layers[count - 1];
    uint16_t type;
    bool is_length;
    if (ethertype_of(text, last, &type, &is_length))
        return is_length ? "llc" : wanted_by_type(type);
    switch (last->proto) {
    case WEIR_PROTO_IP:
    case WEIR_PROTO_IPV6:
        return wanted_by_ip(last);
    case WEIR_PROTO_ICMPV6:
        return "icmp6";
    default:
        return weir_proto_name(last->proto);
    }
}
