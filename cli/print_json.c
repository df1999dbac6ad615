#include "cli/print_json.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>

#include "base/address.h"
#include "cli/time_text.h"
#include "dissect/fields.h"
#include "dissect/options.h"

/* A layer's object under construction.  What fails (only for want of memory)
 * is noted once here instead of at every field. */
struct object {
    json_t *json;
    bool failed;
};

static void put(struct object *o, const char *key, json_t *value)
{
    if (json_object_set_new_nocheck(o->json, key, value) != 0)
        o->failed = true;
}

static void put_number(struct object *o, const char *key, uint64_t n)
{
    put(o, key, json_integer((json_int_t)n));
}

static void put_string(struct object *o, const char *key, const char *text)
{
    put(o, key, json_string_nocheck(text));
}

static void put_hex(struct object *o, const char *key, uint32_t n, int digits)
{
    char text[16];
    snprintf(text, sizeof text, "0x%0*x", digits, n);
    put_string(o, key, text);
}

static void put_mac(struct object *o, const char *key, const uint8_t *mac)
{
    char text[WEIR_MAC_TEXT];
    put_string(o, key, weir_mac_text(text, mac));
}

static void put_ipv4(struct object *o, const char *key, const uint8_t *ip)
{
    char text[WEIR_IPV4_TEXT];
    put_string(o, key, weir_ipv4_text(text, ip));
}

static void put_ipv6(struct object *o, const char *key, const uint8_t *ip)
{
    char text[WEIR_IPV6_TEXT];
    put_string(o, key, weir_ipv6_text(text, ip));
}

static void put_eth(struct object *o, const uint8_t *data,
                    const struct weir_layer *layer)
{
    struct weir_eth_view eth;
    weir_eth_view_read(&eth, data, layer);
    put_mac(o, "src", eth.src);
    put_mac(o, "dst", eth.dst);
    if (eth.is_length)
        put_number(o, "len", eth.type);
    else
        put_hex(o, "type", eth.type, 4);
}

static void put_llc(struct object *o, const uint8_t *data,
                    const struct weir_layer *layer)
{
    struct weir_llc_view llc;
    weir_llc_view_read(&llc, data, layer);
    put_number(o, "dsap", llc.dsap);
    put_number(o, "ssap", llc.ssap);
    put_number(o, "control", llc.control);
    if (llc.is_snap) {
        put_number(o, "oui", llc.oui);
        put_hex(o, "type", llc.type, 4);
    }
}

static void put_vlan(struct object *o, const uint8_t *data,
                     const struct weir_layer *layer)
{
    struct weir_vlan_view vlan;
    weir_vlan_view_read(&vlan, data, layer);
    put_number(o, "id", vlan.id);
    put_number(o, "priority", vlan.priority);
    put_number(o, "dei", vlan.dei);
    if (vlan.is_length)
        put_number(o, "len", vlan.etype);
    else
        put_hex(o, "etype", vlan.etype, 4);
}

static void put_mpls(struct object *o, const uint8_t *data,
                     const struct weir_layer *layer)
{
    struct weir_mpls_view mpls;
    weir_mpls_view_read(&mpls, data, layer);
    put_number(o, "label", mpls.label);
    put_number(o, "exp", mpls.exp);
    put_number(o, "bottom", mpls.bottom);
    put_number(o, "ttl", mpls.ttl);
}

static void put_arp(struct object *o, const uint8_t *data,
                    const struct weir_layer *layer)
{
    struct weir_arp_view arp;
    weir_arp_view_read(&arp, data, layer);
    put_number(o, "opcode", arp.opcode);
    if (arp.src_hw_mac != NULL)
        put_mac(o, "src.hw_mac", arp.src_hw_mac);
    if (arp.src_proto_ipv4 != NULL)
        put_ipv4(o, "src.proto_ipv4", arp.src_proto_ipv4);
    if (arp.dst_hw_mac != NULL)
        put_mac(o, "dst.hw_mac", arp.dst_hw_mac);
    if (arp.dst_proto_ipv4 != NULL)
        put_ipv4(o, "dst.proto_ipv4", arp.dst_proto_ipv4);
}

static void put_ip(struct object *o, const uint8_t *data,
                   const struct weir_layer *layer)
{
    struct weir_ip_view ip;
    weir_ip_view_read(&ip, data, layer);
    put_ipv4(o, "src", ip.src);
    put_ipv4(o, "dst", ip.dst);
    put_number(o, "proto", ip.proto);
    put_number(o, "ttl", ip.ttl);
    put_number(o, "id", ip.id);
    bool more = (ip.flags & 1) != 0;
    if (more || ip.fragment_offset != 0) {
        put_number(o, "frag_offset", ip.fragment_offset / 8U);
        put_number(o, "flags.mf", more);
    }
}

static void put_ip6(struct object *o, const uint8_t *data,
                    const struct weir_layer *layer)
{
    struct weir_ipv6_view ip6;
    weir_ipv6_view_read(&ip6, data, layer);
    put_ipv6(o, "src", ip6.src);
    put_ipv6(o, "dst", ip6.dst);
    put_number(o, "nxt", ip6.nxt);
    put_number(o, "hlim", ip6.hlim);
    struct weir_extension at = {0};
    while (weir_extension_next(&at, data, layer)) {
        if (at.kind != WEIR_EXTENSION_FRAGMENT)
            continue;
        put_number(o, "fraghdr.offset", at.fragment_offset / 8U);
        put_number(o, "fraghdr.more", at.more);
        break; /* the outermost, should there be two */
    }
}

static void put_tcp(struct object *o, const uint8_t *data,
                    const struct weir_layer *layer)
{
    struct weir_tcp_view tcp;
    weir_tcp_view_read(&tcp, data, layer);
    put_number(o, "srcport", tcp.srcport);
    put_number(o, "dstport", tcp.dstport);
    put_number(o, "seq", tcp.seq);
    put_number(o, "ack", tcp.ack);
    put_number(o, "flags", tcp.flags);
    put_number(o, "window_size_value", tcp.window);
}

static void put_udp(struct object *o, const uint8_t *data,
                    const struct weir_layer *layer)
{
    struct weir_udp_view udp;
    weir_udp_view_read(&udp, data, layer);
    put_number(o, "srcport", udp.srcport);
    put_number(o, "dstport", udp.dstport);
}

static void put_icmp(struct object *o, const uint8_t *data,
                     const struct weir_layer *layer)
{
    struct weir_icmp_view icmp;
    weir_icmp_view_read(&icmp, data, layer);
    put_hex(o, "type", icmp.type, 2);
    put_number(o, "code", icmp.code);
}

static void put_sctp(struct object *o, const uint8_t *data,
                     const struct weir_layer *layer)
{
    struct weir_sctp_view sctp;
    weir_sctp_view_read(&sctp, data, layer);
    put_number(o, "srcport", sctp.srcport);
    put_number(o, "dstport", sctp.dstport);
}

static void put_sll(struct object *o, const uint8_t *data,
                    const struct weir_layer *layer)
{
    struct weir_sll_view sll;
    weir_sll_view_read(&sll, data, layer);
    if (sll.has_ifindex)
        put_number(o, "ifindex", sll.ifindex);
    put_number(o, "pkttype", sll.packet_type);
    put_number(o, "hatype", sll.arphrd);
    if (sll.address_length == 6)
        put_mac(o, "src.eth", sll.address);
    put_hex(o, "etype", sll.protocol, 4);
}

static void put_null(struct object *o, const uint8_t *data,
                     const struct weir_layer *layer)
{
    struct weir_null_view null;
    weir_null_view_read(&null, data, layer);
    put_number(o, "family", null.family);
}

typedef void put_layer_fn(struct object *o, const uint8_t *data,
                          const struct weir_layer *layer);

static put_layer_fn *const put_layer[WEIR_PROTO_COUNT] = {
    [WEIR_PROTO_ETH] = put_eth,     [WEIR_PROTO_LLC] = put_llc,
    [WEIR_PROTO_VLAN] = put_vlan,   [WEIR_PROTO_MPLS] = put_mpls,
    [WEIR_PROTO_ARP] = put_arp,     [WEIR_PROTO_IP] = put_ip,
    [WEIR_PROTO_IPV6] = put_ip6,    [WEIR_PROTO_TCP] = put_tcp,
    [WEIR_PROTO_UDP] = put_udp,     [WEIR_PROTO_ICMP] = put_icmp,
    [WEIR_PROTO_ICMPV6] = put_icmp, [WEIR_PROTO_SCTP] = put_sctp,
    [WEIR_PROTO_SLL] = put_sll,     [WEIR_PROTO_SLL2] = put_sll,
    [WEIR_PROTO_NULL] = put_null,
};

static json_t *layers_array(const uint8_t *data,
                            const struct weir_dissection *dissection)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < dissection->layers_count; i++) {
        const struct weir_layer *layer = &dissection->layers[i];
        struct object o = {.json = json_object()};
        put_string(&o, "name", weir_proto_name(layer->proto));
        if (put_layer[layer->proto] != NULL)
            put_layer[layer->proto](&o, data, layer);
        if (json_array_append_new(array, o.json) != 0 || o.failed) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

int weir_print_json(FILE *out, uint64_t number, const struct weir_frame *frame,
                    uint16_t linktype, const struct weir_dissection *dissection)
{
    char time[WEIR_TIME_TEXT];
    struct object o = {.json = json_object()};
    put_number(&o, "number", number);
    if (frame->flags & WEIR_FRAME_NO_TIME)
        put(&o, "time", json_null());
    else
        put_string(&o, "time", weir_time_epoch(time, frame->time_ns));
    put_number(&o, "len", frame->len);
    put_number(&o, "caplen", frame->caplen);
    if (!dissection->known_link)
        put_number(&o, "linktype", linktype);
    put(&o, "layers", layers_array(frame->data, dissection));
    if (dissection->outcome == WEIR_OUTCOME_TRUNCATED)
        put(&o, "truncated", json_true());
    else if (dissection->outcome != WEIR_OUTCOME_OK)
        put_string(&o, "malformed", weir_outcome_name(dissection->outcome));
    if (!o.failed)
        json_dumpf(o.json, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(o.json);
    putc('\n', out);
    return o.failed ? -ENOMEM : 0;
}
