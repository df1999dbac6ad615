#include "cli/send_frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/linktype.h"
#include "cli/send_device.h"
#include "cli/send_options.h"

/* RFC 1112 6.4: the group's low 23 bits; RFC 2464 7: its low 32. */
static void map_address(uint8_t mac[6], const struct send_options *o)
{
    const uint8_t *ipv4 = o->ipv4.dst;
    const uint8_t *ipv6 = o->ipv6.dst;
    memset(mac, 0xff, 6);
    if (send_given(o, SEND_ARP))
        return;
    if (o->family == AF_INET && ipv4[0] >> 4 == 14) {
        mac[0] = 0x01;
        mac[1] = 0x00;
        mac[2] = 0x5e;
        mac[3] = ipv4[1] & 0x7f;
        memcpy(mac + 4, ipv4 + 2, 2);
    } else if (o->family == AF_INET6 && ipv6[0] == 0xff) {
        memset(mac, 0x33, 2);
        memcpy(mac + 2, ipv6 + 12, 4);
    }
}

static int add_link(struct weir_build *build, const struct send_options *o,
                    const struct send_device *device, struct weir_err *err)
{
    struct weir_build_eth eth = o->eth;
    if (!send_given(o, SEND_ETH_SRC))
        memcpy(eth.src, device->mac, sizeof eth.src);
    if (!send_given(o, SEND_ETH_DST))
        map_address(eth.dst, o);
    if (!send_given(o, SEND_ETH_TYPE))
        eth.zeros = 0;
    int rc = weir_build_add_eth(build, &eth, err);
    for (uint32_t i = 0; rc >= 0 && i < o->vlans_count; i++)
        rc = weir_build_add_vlan(build, &o->vlans[i], err);
    if (rc < 0 || !send_given(o, SEND_ARP))
        return rc;
    struct weir_build_arp arp = o->arp;
    memcpy(arp.src_hw_mac, eth.src, sizeof arp.src_hw_mac);
    memcpy(arp.src_proto_ipv4, o->ipv4.src, sizeof arp.src_proto_ipv4);
    memcpy(arp.dst_proto_ipv4, o->ipv4.dst, sizeof arp.dst_proto_ipv4);
    /* Who asks does not know it: RFC 826 leaves it open, hosts send zeros. */
    if (arp.opcode == 2)
        memcpy(arp.dst_hw_mac, eth.dst, sizeof arp.dst_hw_mac);
    return weir_build_add_arp(build, &arp, err);
}

static int add_ip(struct weir_build *build, const struct send_options *o,
                  struct weir_err *err)
{
    int rc = o->family == AF_INET ? weir_build_add_ipv4(build, &o->ipv4, err)
                                  : weir_build_add_ipv6(build, &o->ipv6, err);
    if (rc < 0)
        return rc;
    if (send_given(o, SEND_TCP))
        return weir_build_add_tcp(build, &o->tcp, err);
    if (send_given(o, SEND_UDP))
        return weir_build_add_udp(build, &o->udp, err);
    if (send_given(o, SEND_ICMP))
        return weir_build_add_icmp(build, &o->icmp, err);
    if (send_given(o, SEND_ICMP6))
        return weir_build_add_icmpv6(build, &o->icmp, err);
    return rc;
}

/* The payload, and zeros behind it up to the length that was asked for. */
static int add_payload(struct weir_build *build, const struct send_options *o,
                       struct send_frame *out, struct weir_err *err)
{
    static uint8_t all[WEIR_BUILD_PAYLOAD_MAX];
    size_t count = o->payload_bytes;
    int headers = weir_build_bytes(build, out->data, sizeof out->data, err);
    if (headers < 0)
        return headers;
    uint32_t least = (uint32_t)headers + (uint32_t)count;
    if (o->len != 0 && o->len < least)
        return weir_err_set(err, -EMSGSIZE,
                            "--len %u: the frame has %u bytes without any more",
                            o->len, least);
    if (count > 0)
        memcpy(all, o->payload, count);
    if (o->len != 0)
        count = o->len - (uint32_t)headers;
    if (count == 0)
        return 0;
    return weir_build_add_payload(build, all, count, err);
}

static int add_all(struct weir_build *build, const struct send_options *o,
                   const struct send_device *device, struct send_frame *out,
                   struct weir_err *err)
{
    int rc = 0;
    if (out->linktype == WEIR_LINKTYPE_ETHERNET)
        rc = add_link(build, o, device, err);
    if (rc >= 0 && o->family != 0 && !send_given(o, SEND_ARP))
        rc = add_ip(build, o, err);
    if (rc >= 0)
        rc = add_payload(build, o, out, err);
    if (rc >= 0)
        rc = weir_build_bytes(build, out->data, sizeof out->data, err);
    return rc;
}

/* What the options leave to the device. */
static int ask_device(struct send_options *o, struct send_device *device,
                      struct weir_err *err)
{
    if (o->device == NULL) {
        device->ethernet = true;
        return 0;
    }
    int rc = send_device_find(device, o->device, err);
    if (rc != 0 || o->family == 0 || send_given(o, SEND_IP_SRC))
        return rc;
    return o->family == AF_INET
               ? send_device_ipv4(o->device, o->ipv4.src, err)
               : send_device_ipv6(o->device, o->ipv6.dst, o->ipv6.src, err);
}

static bool has_link(const struct send_options *o)
{
    return o->family == 0 || o->vlans_count != 0 || send_given(o, SEND_ARP) ||
           send_given(o, SEND_ETH_SRC) || send_given(o, SEND_ETH_DST) ||
           send_given(o, SEND_ETH_TYPE);
}

int send_frame_make(struct send_frame *out, const struct send_options *o,
                    struct weir_err *err)
{
    struct send_options filled = *o;
    struct send_device device = {0};
    struct weir_build *build = NULL;
    int rc = ask_device(&filled, &device, err);
    if (rc != 0)
        return rc;
    out->linktype =
        device.ethernet ? WEIR_LINKTYPE_ETHERNET : WEIR_LINKTYPE_RAW;
    if (!device.ethernet && has_link(o))
        return weir_err_set(err, -EINVAL,
                            "%s carries IP packets without a link layer",
                            o->device);
    rc = weir_build_open(&build, err);
    if (rc != 0)
        return rc;
    rc = add_all(build, &filled, &device, out, err);
    weir_build_close(&build, NULL);
    if (rc < 0)
        return rc;
    out->bytes = (uint32_t)rc;
    return 0;
}
