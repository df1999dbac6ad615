#include "sink/template.h"

#include <errno.h>
#include <libnet.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"

#define ETH_BYTES   14u
#define TAG_BYTES   4u
#define IPV4_BYTES  20u
#define IPV6_BYTES  40u
#define UDP_BYTES   8u
#define TCP_BYTES   20u
#define ICMP_BYTES  8u
#define IP_MAX      65535u
#define TTL_DEFAULT 64

struct weir_template_maker {
    libnet_t *net;
    uint8_t payload[IP_MAX];
};

int weir_template_open(struct weir_template_maker **out, struct weir_err *err)
{
    char why[LIBNET_ERRBUF_SIZE] = "";
    struct weir_template_maker *maker = calloc(1, sizeof *maker);
    if (maker == NULL)
        return weir_err_set(err, -ENOMEM, "no memory for frame templates");
    maker->net = libnet_init(LIBNET_NONE, NULL, why);
    if (maker->net == NULL) {
        free(maker);
        return weir_err_set(err, -ENOMEM, "libnet: %s", why);
    }
    *out = maker;
    return 0;
}

void weir_template_close(struct weir_template_maker *maker)
{
    if (maker == NULL)
        return;
    libnet_destroy(maker->net);
    free(maker);
}

struct weir_template
weir_template_layout(const struct weir_template_config *config)
{
    static const struct {
        uint16_t bytes;
        uint16_t checksum;
    } uppers[] = {
        [WEIR_TEMPLATE_UDP] = {UDP_BYTES, 6},
        [WEIR_TEMPLATE_TCP] = {TCP_BYTES, 16},
        [WEIR_TEMPLATE_ICMP] = {ICMP_BYTES, 2},
    };
    struct weir_template form = {0};
    uint32_t ip_bytes =
        config->ip == WEIR_TEMPLATE_IPV6 ? IPV6_BYTES : IPV4_BYTES;
    form.ip = (uint16_t)(ETH_BYTES + (config->tagged ? TAG_BYTES : 0));
    form.upper = (uint16_t)(form.ip + ip_bytes);
    form.checksum = (uint16_t)(form.upper + uppers[config->upper].checksum);
    form.payload = (uint16_t)(form.upper + uppers[config->upper].bytes);
    form.size = form.payload;
    return form;
}

static int check(const struct weir_template_config *config, size_t room,
                 struct weir_template *form, struct weir_err *err)
{
    if ((config->ip != WEIR_TEMPLATE_IPV4 &&
         config->ip != WEIR_TEMPLATE_IPV6) ||
        (config->upper != WEIR_TEMPLATE_UDP &&
         config->upper != WEIR_TEMPLATE_TCP &&
         config->upper != WEIR_TEMPLATE_ICMP))
        return weir_err_set(err, -EINVAL, "a frame of no known protocol");
    if (config->tagged && (config->vlan > 4095 || config->priority > 7))
        return weir_err_set(err, -EINVAL, "no VLAN tag has id %u, priority %u",
                            config->vlan, config->priority);
    *form = weir_template_layout(config);
    uint32_t least = form->size;
    /* An IPv6 payload length does not count the header itself. */
    uint32_t most = config->ip == WEIR_TEMPLATE_IPV6 ? form->upper + IP_MAX
                                                     : form->ip + IP_MAX;
    if (most > WEIR_TEMPLATE_SIZE_MAX)
        most = WEIR_TEMPLATE_SIZE_MAX;
    uint64_t size = config->size != 0 ? config->size
                                      : (uint64_t)least + config->payload_bytes;
    if (size < least)
        return weir_err_set(err, -EMSGSIZE,
                            "a frame of %llu bytes is too short for its "
                            "headers: at least %u",
                            (unsigned long long)size, least);
    if (size > most)
        return weir_err_set(err, -EMSGSIZE,
                            "a frame of %llu bytes is too long: at most %u",
                            (unsigned long long)size, most);
    if (size > room)
        return weir_err_set(err, -EMSGSIZE,
                            "a frame of %llu bytes does not fit into %zu",
                            (unsigned long long)size, room);
    form->size = (uint32_t)size;
    return 0;
}

/* The whole payload, in the maker's memory; NULL if there is none. */
static const uint8_t *fill_payload(struct weir_template_maker *maker,
                                   const struct weir_template_config *config,
                                   uint32_t bytes)
{
    uint32_t period = config->payload_bytes;
    if (bytes == 0)
        return NULL;
    if (config->payload == NULL || period == 0) {
        memset(maker->payload, 0, bytes);
        return maker->payload;
    }
    for (uint32_t at = 0; at < bytes; at += period) {
        uint32_t part = bytes - at < period ? bytes - at : period;
        memcpy(maker->payload + at, config->payload, part);
    }
    return maker->payload;
}

/* libnet wants the innermost first.  A checksum of 0 asks it to compute. */
static libnet_ptag_t build_upper(libnet_t *net,
                                 const struct weir_template_config *config,
                                 const struct weir_template *form,
                                 const uint8_t *payload)
{
    uint32_t bytes = form->size - form->payload;
    uint16_t length = (uint16_t)(form->size - form->upper);
    switch (config->upper) {
    case WEIR_TEMPLATE_UDP:
        return libnet_build_udp(config->port_src, config->port_dst, length, 0,
                                payload, bytes, net, 0);
    case WEIR_TEMPLATE_TCP:
        return libnet_build_tcp(config->port_src, config->port_dst, config->seq,
                                config->ack, config->flags, config->window, 0,
                                0, length, payload, bytes, net, 0);
    default:
        break;
    }
    if (config->ip == WEIR_TEMPLATE_IPV4)
        return libnet_build_icmpv4_echo(ICMP_ECHO, 0, 0, config->port_src,
                                        config->port_dst, payload, bytes, net,
                                        0);
    /* It takes the payload without const, and only reads it. */
    return libnet_build_icmpv6_echo(ICMP6_ECHO, 0, 0, config->port_src,
                                    config->port_dst, (uint8_t *)payload, bytes,
                                    net, 0);
}

static libnet_ptag_t build_ip(libnet_t *net,
                              const struct weir_template_config *config,
                              const struct weir_template *form)
{
    static const uint8_t protocols[2][3] = {
        [WEIR_TEMPLATE_IPV4] = {IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP},
        [WEIR_TEMPLATE_IPV6] = {IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMPV6},
    };
    uint8_t protocol = protocols[config->ip][config->upper];
    uint8_t ttl = config->ttl != 0 ? config->ttl : TTL_DEFAULT;
    if (config->ip == WEIR_TEMPLATE_IPV4)
        return libnet_build_ipv4((uint16_t)(form->size - form->ip), config->tos,
                                 config->id, 0, ttl, protocol, 0,
                                 weir_load_32(config->ip_src),
                                 weir_load_32(config->ip_dst), NULL, 0, net, 0);
    struct libnet_in6_addr src;
    struct libnet_in6_addr dst;
    memcpy(&src, config->ip_src, sizeof src);
    memcpy(&dst, config->ip_dst, sizeof dst);
    return libnet_build_ipv6(config->tos, 0,
                             (uint16_t)(form->size - form->upper), protocol,
                             ttl, src, dst, NULL, 0, net, 0);
}

static libnet_ptag_t build_link(libnet_t *net,
                                const struct weir_template_config *config)
{
    uint16_t type =
        config->ip == WEIR_TEMPLATE_IPV4 ? ETHERTYPE_IP : ETHERTYPE_IPV6;
    if (config->tagged)
        return libnet_build_802_1q(config->mac_dst, config->mac_src,
                                   ETHERTYPE_VLAN, config->priority, 0,
                                   config->vlan, type, NULL, 0, net, 0);
    return libnet_build_ethernet(config->mac_dst, config->mac_src, type, NULL,
                                 0, net, 0);
}

int weir_template_make(struct weir_template_maker *maker,
                       const struct weir_template_config *config, uint8_t *out,
                       size_t room, struct weir_template *form,
                       struct weir_err *err)
{
    struct weir_template made = {0};
    int ret = check(config, room, &made, err);
    if (ret != 0)
        return ret;
    libnet_t *net = maker->net;
    libnet_clear_packet(net);
    const uint8_t *payload =
        fill_payload(maker, config, made.size - made.payload);
    uint8_t *packet = NULL;
    uint32_t bytes = 0;
    if (build_upper(net, config, &made, payload) < 0 ||
        build_ip(net, config, &made) < 0 || build_link(net, config) < 0 ||
        libnet_pblock_coalesce(net, &packet, &bytes) < 0)
        return weir_err_set(err, -ENOMEM, "libnet: %s", libnet_geterror(net));
    if (bytes == made.size) {
        memcpy(out, packet, bytes);
        /* RFC 768: a sum of 0 is sent as all ones, since 0 says "none". */
        if (config->upper == WEIR_TEMPLATE_UDP &&
            weir_load_16(out + made.checksum) == 0)
            weir_store_16(out + made.checksum, UINT16_MAX);
    } else {
        ret = weir_err_set(err, -EINVAL, "libnet made %u bytes instead of %u",
                           bytes, made.size);
    }
    libnet_adv_free_packet(net, packet);
    if (ret == 0 && form != NULL)
        *form = made;
    return ret;
}
