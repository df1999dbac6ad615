#include <stdbool.h>

#include "base/linktype.h"
#include "dissect/ethertype.h"
#include "dissect/fields.h"
#include "dissect/text_line.h"

void weir_text_vlan(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_vlan_view vlan;
    weir_vlan_view_read(&vlan, text->frame->data, layer);
    weir_text_put_pair(text, "vlan ", vlan.id);
    weir_text_put_pair(text, ", p ", vlan.priority);
    if (vlan.dei)
        weir_text_put(text, ", DEI");
    weir_text_put(text, ", ");
}

void weir_text_label(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_mpls_view mpls;
    weir_mpls_view_read(&mpls, text->frame->data, layer);
    weir_text_put_pair(text, "(label ", mpls.label);
    weir_text_put_pair(text, ", tc ", mpls.exp);
    if (mpls.bottom)
        weir_text_put(text, ", [S]");
    weir_text_put_pair(text, ", ttl ", mpls.ttl);
    weir_text_put(text, ")");
}

void weir_text_mpls(struct weir_text *text, const struct weir_layer *layer)
{
    if (text->layer == 0 || layer[-1].proto != WEIR_PROTO_MPLS)
        weir_text_put(text, "MPLS ");
    weir_text_label(text, layer);
    weir_text_put(text, " ");
}

const char *weir_text_sll_kind(uint16_t packet_type)
{
    /* if_packet.h, PACKET_HOST and so on; the words are tcpdump's. */
    static const char *const kinds[] = {"In", "B", "M", "P", "Out"};
    return packet_type < sizeof kinds / sizeof kinds[0] ? kinds[packet_type]
                                                        : "?";
}

void weir_text_sll(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_sll_view sll;
    weir_sll_view_read(&sll, text->frame->data, layer);
    if (!sll.has_ifindex)
        return;
    weir_text_put_pair(text, "ifindex ", sll.ifindex);
    weir_text_put(text, " ");
    weir_text_put(text, weir_text_sll_kind(sll.packet_type));
    weir_text_put(text, " ");
}

const char *weir_text_ethertype(uint16_t type)
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
    struct weir_eth_view eth;
    weir_eth_view_read(&eth, text->frame->data, layer);
    weir_text_put_mac(text, eth.src);
    weir_text_put(text, " > ");
    weir_text_put_mac(text, eth.dst);
    weir_text_put(text, ", ");
}

static void put_sap(struct weir_text *text, uint8_t sap)
{
    weir_text_put(text, sap_name(sap));
    weir_text_put(text, " (0x");
    weir_text_put_hex(text, sap, 2);
    weir_text_put(text, ")");
}

void weir_text_llc(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_llc_view llc;
    weir_llc_view_read(&llc, text->frame->data, layer);
    if (llc.is_snap) {
        weir_text_put(text, "SNAP, oui 0x");
        weir_text_put_hex(text, llc.oui, 6);
        weir_text_put(text, ", pid 0x");
        weir_text_put_hex(text, llc.type, 4);
        return;
    }
    weir_text_put(text, "LLC, dsap ");
    put_sap(text, llc.dsap);
    weir_text_put(text, ", ssap ");
    put_sap(text, llc.ssap);
    weir_text_put(text, ", ctrl 0x");
    weir_text_put_hex(text, llc.control, 2);
}

void weir_text_type(struct weir_text *text, const char *name, uint16_t type)
{
    weir_text_put(text, "ethertype ");
    weir_text_put(text, name);
    weir_text_put(text, " (0x");
    weir_text_put_hex(text, type, 4);
    weir_text_put(text, ")");
}

void weir_text_link_end(struct weir_text *text, const struct weir_layer *layer)
{
    uint16_t type;
    bool is_length;
    struct weir_null_view null;
    weir_text_macs(text);
    if (ethertype_of(text, layer, &type, &is_length)) {
        if (is_length)
            weir_text_put_pair(text, "802.3 length ", type);
        else
            weir_text_type(text, weir_text_ethertype(type), type);
    } else if (layer->proto == WEIR_PROTO_LLC) {
        weir_text_llc(text, layer);
    } else if (weir_null_view_read(&null, text->frame->data, layer)) {
        weir_text_put_pair(text, "AF ", null.family);
    } else {
        weir_text_put(text, "payload");
    }
    weir_text_put_pair(text, ", length ", text->frame->len);
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
