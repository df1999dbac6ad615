/* The one file that knows libnet (1.1.6 of 2012 is what Debian 12 has).  Read
 * in its sources, and what is done about it:
 *
 * - Only a context of LIBNET_NONE opens no socket; its sockets would receive
 *   from every interface.  libnet_adv_cull_packet refuses such a context, so
 *   that libnet_pblock_coalesce is called, which it would call.
 * - Checksums are computed elsewhere (build_sum.c), and libnet's are switched
 *   off.  It adds in a signed int and the length of the pseudo header in 16
 *   bits, which both overflow in the longest packets; it leaves a UDP checksum
 *   at 0, which says that there is none (RFC 768); and it takes IHL from the
 *   packet, so that a wrong one makes it write beside the header.
 * - libnet_build_802_1q is an Ethernet header with its addresses, so there can
 *   be one tag only.  Tags are bare data here, four bytes behind the type.
 * - libnet_build_ipv6 writes the flow label's low byte twice (`fl & 0x0FF00 >>
 *   8`), libnet_build_tcp has no room for the flags of the high byte, and
 *   neither takes a wrong header length: these bytes are set afterwards.
 * - libnet_build_tcp_options reads up to two bytes behind its padding: options
 *   come here in whole words.
 * - ptags number the blocks of a packet; one that is given again has its block
 *   rewritten in place. */

#include "sink/build_net.h"

#include <errno.h>
#include <libnet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "sink/build_impl.h"

#define VLAN_BYTES 4

struct weir_build_net {
    libnet_t *libnet;
    /* 0: no block yet. */
    libnet_ptag_t tags[WEIR_BUILD_LAYERS_MAX];
    libnet_ptag_t options[WEIR_BUILD_LAYERS_MAX];
};

int weir_build_net_open(struct weir_build_net **out, struct weir_err *err)
{
    char why[LIBNET_ERRBUF_SIZE] = "";
    struct weir_build_net *net = calloc(1, sizeof *net);
    if (net == NULL)
        return weir_err_sys(err, -ENOMEM, "libnet");
    net->libnet = libnet_init(LIBNET_NONE, NULL, why);
    if (net->libnet == NULL) {
        free(net);
        return weir_err_set(err, -ENOMEM, "libnet: %s", why);
    }
    *out = net;
    return 0;
}

void weir_build_net_close(struct weir_build_net *net)
{
    if (net == NULL)
        return;
    libnet_destroy(net->libnet);
    free(net);
}

void weir_build_net_clear(struct weir_build_net *net)
{
    libnet_clear_packet(net->libnet);
    memset(net->tags, 0, sizeof net->tags);
    memset(net->options, 0, sizeof net->options);
}

static libnet_ptag_t lay_vlan(libnet_t *libnet,
                              const struct weir_build_vlan *vlan,
                              libnet_ptag_t tag)
{
    uint8_t bytes[VLAN_BYTES];
    uint32_t word =
        (uint32_t)vlan->priority << 13 | (uint32_t)vlan->dei << 12 | vlan->id;
    weir_store_32(bytes, htonl(word << 16 | vlan->etype));
    return libnet_build_data(bytes, sizeof bytes, libnet, tag);
}

static libnet_ptag_t lay_arp(libnet_t *libnet, const struct weir_build_arp *arp,
                             libnet_ptag_t tag)
{
    tag =
        libnet_build_arp(arp->hw_type, arp->proto_type, sizeof arp->src_hw_mac,
                         sizeof arp->src_proto_ipv4, arp->opcode,
                         arp->src_hw_mac, arp->src_proto_ipv4, arp->dst_hw_mac,
                         arp->dst_proto_ipv4, NULL, 0, libnet, tag);
    if (tag > 0) {
        uint8_t *header = libnet_getpbuf(libnet, tag);
        header[4] = arp->hw_size;
        header[5] = arp->proto_size;
    }
    return tag;
}

static libnet_ptag_t
lay_ipv4(libnet_t *libnet, const struct weir_build_ipv4 *ip, libnet_ptag_t tag)
{
    uint16_t fragment =
        (uint16_t)((uint32_t)ip->flags << 13 | ip->fragment_offset / 8u);
    tag =
        libnet_build_ipv4(ip->total_length, ip->tos, ip->id, fragment, ip->ttl,
                          ip->proto, ip->checksum, weir_load_32(ip->src),
                          weir_load_32(ip->dst), NULL, 0, libnet, tag);
    if (tag > 0)
        libnet_getpbuf(libnet, tag)[0] =
            (uint8_t)(0x40 | ip->header_length / 4);
    return tag;
}

static libnet_ptag_t
lay_ipv6(libnet_t *libnet, const struct weir_build_ipv6 *ip, libnet_ptag_t tag)
{
    struct libnet_in6_addr src;
    struct libnet_in6_addr dst;
    memcpy(&src, ip->src, sizeof src);
    memcpy(&dst, ip->dst, sizeof dst);
    tag = libnet_build_ipv6(ip->traffic_class, 0, ip->plen, ip->nxt, ip->hlim,
                            src, dst, NULL, 0, libnet, tag);
    if (tag > 0) {
        uint8_t *header = libnet_getpbuf(libnet, tag);
        header[1] = (uint8_t)(header[1] | ip->flow >> 16);
        header[2] = (uint8_t)(ip->flow >> 8);
        header[3] = (uint8_t)ip->flow;
    }
    return tag;
}

static libnet_ptag_t lay_tcp(libnet_t *libnet, const struct weir_build_tcp *tcp,
                             libnet_ptag_t tag)
{
    tag = libnet_build_tcp(tcp->srcport, tcp->dstport, tcp->seq, tcp->ack,
                           (uint8_t)tcp->flags, tcp->window, tcp->checksum,
                           tcp->urgent, 0, NULL, 0, libnet, tag);
    if (tag > 0)
        libnet_getpbuf(libnet, tag)[12] =
            (uint8_t)(tcp->header_length / 4 << 4 | tcp->flags >> 8);
    return tag;
}

/* An echo has the first 8 bytes that every message has. */
static libnet_ptag_t lay_icmp(libnet_t *libnet, enum weir_build_kind kind,
                              const struct weir_build_icmp *icmp,
                              libnet_ptag_t tag)
{
    uint16_t id = (uint16_t)(icmp->rest >> 16);
    uint16_t seq = (uint16_t)icmp->rest;
    if (kind == WEIR_BUILD_ICMP)
        return libnet_build_icmpv4_echo(icmp->type, icmp->code, icmp->checksum,
                                        id, seq, NULL, 0, libnet, tag);
    return libnet_build_icmpv6_echo(icmp->type, icmp->code, icmp->checksum, id,
                                    seq, NULL, 0, libnet, tag);
}

static libnet_ptag_t lay(libnet_t *libnet, const struct weir_build_layer *layer,
                         const uint8_t *payload, libnet_ptag_t tag)
{
    switch (layer->kind) {
    case WEIR_BUILD_ETH:
        return libnet_build_ethernet(layer->eth.dst, layer->eth.src,
                                     layer->eth.type, NULL, 0, libnet, tag);
    case WEIR_BUILD_VLAN:
        return lay_vlan(libnet, &layer->vlan, tag);
    case WEIR_BUILD_ARP:
        return lay_arp(libnet, &layer->arp, tag);
    case WEIR_BUILD_IPV4:
        return lay_ipv4(libnet, &layer->ipv4, tag);
    case WEIR_BUILD_IPV6:
        return lay_ipv6(libnet, &layer->ipv6, tag);
    case WEIR_BUILD_TCP:
        return lay_tcp(libnet, &layer->tcp, tag);
    case WEIR_BUILD_UDP:
        return libnet_build_udp(layer->udp.srcport, layer->udp.dstport,
                                layer->udp.length, layer->udp.checksum, NULL, 0,
                                libnet, tag);
    case WEIR_BUILD_ICMP:
    case WEIR_BUILD_ICMPV6:
        return lay_icmp(libnet, layer->kind, &layer->icmp, tag);
    default:
        return libnet_build_data(payload, layer->bytes, libnet, tag);
    }
}

static int refuse(struct weir_build_net *net, struct weir_err *err)
{
    char why[LIBNET_ERRBUF_SIZE];
    snprintf(why, sizeof why, "%s", libnet_geterror(net->libnet));
    why[strcspn(why, "\n")] = '\0';
    return weir_err_set(err, -EINVAL, "libnet: %s", why);
}

/* libnet finds options in the block before the header's. */
static int lay_options(struct weir_build_net *net, uint32_t at,
                       const struct weir_build_layer *layer,
                       struct weir_err *err)
{
    libnet_ptag_t tag = net->options[at];
    if (layer->options_bytes == 0)
        return 0;
    if (layer->kind == WEIR_BUILD_IPV4)
        tag = libnet_build_ipv4_options(layer->options, layer->options_bytes,
                                        net->libnet, tag);
    else
        tag = libnet_build_tcp_options(layer->options, layer->options_bytes,
                                       net->libnet, tag);
    if (tag <= 0)
        return refuse(net, err);
    net->options[at] = tag;
    return 0;
}

int weir_build_net_lay(struct weir_build_net *net, uint32_t at,
                       const struct weir_build_layer *layer,
                       const uint8_t *payload, struct weir_err *err)
{
    int rc = lay_options(net, at, layer, err);
    if (rc != 0)
        return rc;
    libnet_ptag_t tag = lay(net->libnet, layer, payload, net->tags[at]);
    if (tag <= 0)
        return refuse(net, err);
    net->tags[at] = tag;
    /* What has no checksum has the flag too, and libnet never looks. */
    if (libnet_toggle_checksum(net->libnet, tag, LIBNET_OFF) < 0)
        return refuse(net, err);
    return 0;
}

int weir_build_net_copy(struct weir_build_net *net, uint8_t *to, uint32_t size,
                        struct weir_err *err)
{
    uint8_t *packet = NULL;
    uint32_t bytes = 0;
    int rc = 0;
    if (libnet_pblock_coalesce(net->libnet, &packet, &bytes) < 0)
        return refuse(net, err);
    if (bytes == size)
        memcpy(to, packet, bytes);
    else
        rc = weir_err_set(err, -EINVAL, "libnet made %u bytes instead of %u",
                          bytes, size);
    libnet_adv_free_packet(net->libnet, packet);
    return rc;
}
