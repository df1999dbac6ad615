/* A layer by itself: what a frame's line has of it, and what that leaves to
 * the layers around it. */

#include "dissect/ethertype.h"
#include "dissect/fields.h"
#include "dissect/options.h"
#include "dissect/text_line.h"

/* Those that are dissected, too: here nothing else names them. */
static void put_type(struct weir_text *text, uint16_t type, bool is_length)
{
    static const struct {
        uint16_t type;
        const char *name;
    } names[] = {
        {WEIR_ETHERTYPE_IP, "IPv4"},       {WEIR_ETHERTYPE_ARP, "ARP"},
        {WEIR_ETHERTYPE_RARP, "RARP"},     {WEIR_ETHERTYPE_VLAN, "802.1Q"},
        {WEIR_ETHERTYPE_IPV6, "IPv6"},     {WEIR_ETHERTYPE_MPLS, "MPLS"},
        {WEIR_ETHERTYPE_MPLS_UP, "MPLS"},  {WEIR_ETHERTYPE_SVLAN, "802.1ad"},
        {WEIR_ETHERTYPE_QINQ_OLD, "QinQ"},
    };
    if (is_length) {
        weir_text_put_pair(text, "802.3 length ", type);
        return;
    }
    const char *name = weir_text_ethertype(type);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].type == type)
            name = names[i].name;
    weir_text_type(text, name, type);
}

static void put_eth(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_eth_view eth;
    weir_eth_view_read(&eth, text->frame->data, layer);
    weir_text_put_mac(text, eth.src);
    weir_text_put(text, " > ");
    weir_text_put_mac(text, eth.dst);
    weir_text_put(text, ", ");
    put_type(text, eth.type, eth.is_length);
    weir_text_put_pair(text, ", length ", text->frame->len);
}

static void put_vlan(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_vlan_view vlan;
    weir_vlan_view_read(&vlan, text->frame->data, layer);
    weir_text_vlan(text, layer);
    put_type(text, vlan.etype, vlan.is_length);
}

static void put_mpls(struct weir_text *text, const struct weir_layer *layer)
{
    weir_text_put(text, "MPLS ");
    weir_text_label(text, layer);
}

/* Addresses that are not Ethernet's are bytes. */
static void put_sll(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_sll_view sll;
    weir_sll_view_read(&sll, text->frame->data, layer);
    if (sll.has_ifindex) {
        weir_text_put_pair(text, "ifindex ", sll.ifindex);
        weir_text_put(text, " ");
    }
    weir_text_put(text, weir_text_sll_kind(sll.packet_type));
    for (uint32_t i = 0; i < sll.address_length && i < 8; i++) {
        weir_text_put(text, i == 0 ? " " : ":");
        weir_text_put_hex(text, sll.address[i], 2);
    }
    weir_text_put(text, ", ");
    put_type(text, sll.protocol, false);
}

static void put_null(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_null_view null;
    weir_null_view_read(&null, text->frame->data, layer);
    weir_text_put_pair(text, "AF ", null.family);
}

static void put_number(struct weir_text *text, const char *lead, uint8_t number)
{
    static const struct {
        uint8_t number;
        const char *name;
    } names[] = {
        {1, "ICMP"}, {6, "TCP"},  {17, "UDP"},  {58, "ICMPv6"}, {132, "SCTP"},
        {0, "HBH"},  {43, "RT6"}, {44, "frag"}, {60, "DSTOPT"},
    };
    const char *name = weir_text_upper(number);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].number == number)
            name = names[i].name;
    weir_text_put(text, lead);
    weir_text_put(text, name != NULL ? name : "unknown");
    weir_text_put_pair(text, " (", number);
    weir_text_put(text, ")");
}

static void put_ip_option(struct weir_text *text, uint8_t kind,
                          const uint8_t *value, uint32_t n)
{
    const char *name = NULL;
    switch (kind) {
    case WEIR_IP_OPTION_RECORD_ROUTE:
        name = "RR 0x";
        break;
    case WEIR_IP_OPTION_TIMESTAMP:
        name = "TS 0x";
        break;
    case WEIR_IP_OPTION_LOOSE_ROUTE:
        name = "LSRR 0x";
        break;
    case WEIR_IP_OPTION_STRICT_ROUTE:
        name = "SSRR 0x";
        break;
    case WEIR_IP_OPTION_ROUTER_ALERT:
        name = "RA 0x";
        break;
    default:
        weir_text_option_unknown(text, kind, value, n);
        return;
    }
    weir_text_put(text, name);
    for (uint32_t i = 0; i < n; i++)
        weir_text_put_hex(text, value[i], 2);
}

/* The flags from the highest bit on; a blank is not written behind them. */
static void put_ip_flags(struct weir_text *text, uint8_t flags)
{
    static const struct {
        uint8_t flag;
        const char *name;
    } names[] = {
        {WEIR_IP_RESERVED, "+"},
        {WEIR_IP_DONT_FRAGMENT, "DF"},
        {WEIR_IP_MORE_FRAGMENTS, "MF"},
    };
    const char *separator = "";
    weir_text_put(text, ", flags [");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((flags & names[i].flag) == 0)
            continue;
        weir_text_put(text, separator);
        weir_text_put(text, names[i].name);
        separator = ", ";
    }
    weir_text_put(text, flags == 0 ? "none]" : "]");
}

static void put_ip(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_ip_view ip;
    weir_ip_view_read(&ip, text->frame->data, layer);
    weir_text_put(text, "IP (tos 0x");
    weir_text_put_hex(text, ip.tos, 1);
    weir_text_put_pair(text, ", ttl ", ip.ttl);
    weir_text_put_pair(text, ", id ", ip.id);
    weir_text_put_pair(text, ", offset ", ip.fragment_offset);
    put_ip_flags(text, ip.flags);
    put_number(text, ", proto ", ip.proto);
    weir_text_put_pair(text, ", length ", ip.total_length);
    if (ip.options_length > 0)
        weir_text_options(text, ip.options, ip.options_length, put_ip_option);
    weir_text_put(text, ") ");
    weir_text_put_ipv4(text, ip.src);
    weir_text_put(text, " > ");
    weir_text_put_ipv4(text, ip.dst);
}

static void put_ipv6(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_ipv6_view ip;
    struct weir_extension first = {0};
    weir_ipv6_view_read(&ip, text->frame->data, layer);
    weir_text_put(text, "IP6 (class 0x");
    weir_text_put_hex(text, ip.traffic_class, 2);
    weir_text_put(text, ", flowlabel 0x");
    weir_text_put_hex(text, ip.flow, 5);
    weir_text_put_pair(text, ", hlim ", ip.hlim);
    put_number(text, ", next-header ", ip.nxt);
    weir_text_put_pair(text, ", payload length ", ip.plen);
    weir_text_put(text, ") ");
    weir_text_put_ipv6(text, ip.src);
    weir_text_put(text, " > ");
    weir_text_put_ipv6(text, ip.dst);
    if (!weir_extension_next(&first, text->frame->data, layer))
        return;
    weir_text_put(text, ": ");
    weir_text_narrow(text, layer);
    weir_text_extensions(text, layer);
    put_number(text, "", layer->upper);
}

static void put_ports(struct weir_text *text, const char *lead, uint16_t src,
                      uint16_t dst)
{
    weir_text_put_pair(text, lead, src);
    weir_text_put_pair(text, " > ", dst);
    weir_text_put(text, ": ");
}

static void put_tcp(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_tcp_view tcp;
    weir_tcp_view_read(&tcp, text->frame->data, layer);
    put_ports(text, "TCP ", tcp.srcport, tcp.dstport);
    weir_text_tcp(text, layer);
}

static void put_udp(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_udp_view udp;
    weir_udp_view_read(&udp, text->frame->data, layer);
    put_ports(text, "UDP ", udp.srcport, udp.dstport);
    weir_text_put_pair(text, "length ", weir_text_udp_length(text, layer));
}

static void put_sctp(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_sctp_view sctp;
    weir_sctp_view_read(&sctp, text->frame->data, layer);
    put_ports(text, "SCTP ", sctp.srcport, sctp.dstport);
    weir_text_sctp(text, layer);
}

void weir_text_layer(struct weir_text *text, const struct weir_layer *layer)
{
    static weir_text_layer_fn *const texts[WEIR_PROTO_COUNT] = {
        [WEIR_PROTO_ETH] = put_eth,
        [WEIR_PROTO_LLC] = weir_text_llc,
        [WEIR_PROTO_VLAN] = put_vlan,
        [WEIR_PROTO_MPLS] = put_mpls,
        [WEIR_PROTO_ARP] = weir_text_arp,
        [WEIR_PROTO_IP] = put_ip,
        [WEIR_PROTO_IPV6] = put_ipv6,
        [WEIR_PROTO_TCP] = put_tcp,
        [WEIR_PROTO_UDP] = put_udp,
        [WEIR_PROTO_ICMP] = weir_text_icmp,
        [WEIR_PROTO_ICMPV6] = weir_text_icmpv6,
        [WEIR_PROTO_SCTP] = put_sctp,
        [WEIR_PROTO_SLL] = put_sll,
        [WEIR_PROTO_SLL2] = put_sll,
        [WEIR_PROTO_NULL] = put_null,
    };
    if (texts[layer->proto] != NULL)
        texts[layer->proto](text, layer);
}
