/* Which layers there are, in which order they can be, and what their fields
 * can hold. */

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "sink/build_impl.h"
#include "sink/build_net.h"

#define BIT(kind) (1U << WEIR_BUILD_##kind)

static const struct kind {
    const char *name;
    uint32_t header;  /* bytes without options */
    uint32_t carries; /* bits of what may follow */
} kinds[WEIR_BUILD_KINDS] = {
    [WEIR_BUILD_ETH] = {"Ethernet", 14,
                        BIT(VLAN) | BIT(ARP) | BIT(IPV4) | BIT(IPV6) |
                            BIT(PAYLOAD)},
    [WEIR_BUILD_VLAN] = {"VLAN", 4,
                         BIT(VLAN) | BIT(ARP) | BIT(IPV4) | BIT(IPV6) |
                             BIT(PAYLOAD)},
    [WEIR_BUILD_ARP] = {"ARP", 28, BIT(PAYLOAD)},
    [WEIR_BUILD_IPV4] = {"IPv4", 20,
                         BIT(TCP) | BIT(UDP) | BIT(ICMP) | BIT(IPV4) |
                             BIT(IPV6) | BIT(PAYLOAD)},
    [WEIR_BUILD_IPV6] = {"IPv6", 40,
                         BIT(TCP) | BIT(UDP) | BIT(ICMPV6) | BIT(IPV4) |
                             BIT(IPV6) | BIT(PAYLOAD)},
    [WEIR_BUILD_TCP] = {"TCP", 20, BIT(PAYLOAD)},
    [WEIR_BUILD_UDP] = {"UDP", 8, BIT(PAYLOAD)},
    [WEIR_BUILD_ICMP] = {"ICMP", 8, BIT(IPV4) | BIT(IPV6) | BIT(PAYLOAD)},
    [WEIR_BUILD_ICMPV6] = {"ICMPv6", 8, BIT(IPV4) | BIT(IPV6) | BIT(PAYLOAD)},
    [WEIR_BUILD_PAYLOAD] = {"payload", 0, 0},
};

static int check_place(const struct weir_build *build,
                       enum weir_build_kind kind, struct weir_err *err)
{
    const char *name = kinds[kind].name;
    if (build->count == 0) {
        if ((BIT(ETH) | BIT(IPV4) | BIT(IPV6)) >> kind & 1)
            return 0;
        return weir_err_set(err, -EINVAL, "%s cannot be the first layer", name);
    }
    const struct kind *before = &kinds[build->layers[build->count - 1].kind];
    if ((before->carries >> kind & 1) == 0)
        return weir_err_set(err, -EINVAL, "%s cannot follow %s", name,
                            before->name);
    if (build->count == WEIR_BUILD_LAYERS_MAX)
        return weir_err_set(err, -ENOSPC, "%s: there are %d layers already",
                            name, WEIR_BUILD_LAYERS_MAX);
    return 0;
}

static int check_same(const struct weir_build *build, uint32_t at,
                      enum weir_build_kind kind, struct weir_err *err)
{
    if (at >= build->count)
        return weir_err_set(err, -EINVAL, "there is no layer %u", at);
    if (build->layers[at].kind != kind)
        return weir_err_set(err, -EINVAL, "layer %u is %s, not %s", at,
                            kinds[build->layers[at].kind].name,
                            kinds[kind].name);
    return 0;
}

static int check_most(const char *what, uint32_t value, uint32_t most,
                      struct weir_err *err)
{
    if (value <= most)
        return 0;
    return weir_err_set(err, -EINVAL, "%s %u: at most %u", what, value, most);
}

static int check_multiple(const char *what, uint32_t value, uint32_t of,
                          struct weir_err *err)
{
    if (value % of == 0)
        return 0;
    return weir_err_set(err, -EINVAL, "%s %u is not a multiple of %u", what,
                        value, of);
}

static int check_zeros(uint32_t zeros, struct weir_err *err)
{
    const uint32_t known = 2 * (uint32_t)WEIR_BUILD_ZERO_WINDOW - 1;
    if ((zeros & ~known) == 0)
        return 0;
    return weir_err_set(err, -EINVAL, "zeros 0x%x: there are no such", zeros);
}

static int check_header(uint32_t length, struct weir_err *err)
{
    int rc = check_most("header length", length, 60, err);
    return rc != 0 ? rc : check_multiple("header length", length, 4, err);
}

static int check_vlan(const struct weir_build_vlan *vlan, struct weir_err *err)
{
    int rc = check_zeros(vlan->zeros, err);
    if (rc == 0)
        rc = check_most("id", vlan->id, 4095, err);
    return rc != 0 ? rc : check_most("priority", vlan->priority, 7, err);
}

static int check_ipv4(const struct weir_build_ipv4 *ip, struct weir_err *err)
{
    int rc = check_zeros(ip->zeros, err);
    if (rc == 0)
        rc = check_most("flags", ip->flags, 7, err);
    if (rc == 0)
        rc = check_multiple("fragment offset", ip->fragment_offset, 8, err);
    return rc != 0 ? rc : check_header(ip->header_length, err);
}

static int check_tcp(const struct weir_build_tcp *tcp, struct weir_err *err)
{
    int rc = check_zeros(tcp->zeros, err);
    if (rc == 0)
        rc = check_most("flags", tcp->flags, 0xfff, err);
    return rc != 0 ? rc : check_header(tcp->header_length, err);
}

/* A copy: the caller's memory may be gone afterwards. */
static int take_options(struct weir_build_layer *layer, const uint8_t **options,
                        uint32_t bytes, struct weir_err *err)
{
    const uint8_t *from = *options;
    *options = NULL;
    if (bytes == 0)
        return 0;
    if (from == NULL)
        return weir_err_set(err, -EINVAL, "no options, but %u bytes of them",
                            bytes);
    if (bytes > WEIR_BUILD_OPTIONS_MAX)
        return weir_err_set(err, -EMSGSIZE, "%u bytes of options: at most %d",
                            bytes, WEIR_BUILD_OPTIONS_MAX);
    memcpy(layer->options, from, bytes);
    layer->options_bytes = (bytes + 3) / 4 * 4;
    layer->bytes += layer->options_bytes;
    return 0;
}

/* A copy of the config, once it is checked. */
static int take_config(struct weir_build_layer *layer, const void *config,
                       struct weir_err *err)
{
    int rc;
    switch (layer->kind) {
    case WEIR_BUILD_ETH:
        memcpy(&layer->eth, config, sizeof layer->eth);
        return check_zeros(layer->eth.zeros, err);
    case WEIR_BUILD_VLAN:
        memcpy(&layer->vlan, config, sizeof layer->vlan);
        return check_vlan(&layer->vlan, err);
    case WEIR_BUILD_ARP:
        memcpy(&layer->arp, config, sizeof layer->arp);
        return check_zeros(layer->arp.zeros, err);
    case WEIR_BUILD_IPV4:
        memcpy(&layer->ipv4, config, sizeof layer->ipv4);
        rc = check_ipv4(&layer->ipv4, err);
        if (rc == 0)
            rc = take_options(layer, &layer->ipv4.options,
                              layer->ipv4.options_bytes, err);
        return rc;
    case WEIR_BUILD_IPV6:
        memcpy(&layer->ipv6, config, sizeof layer->ipv6);
        rc = check_zeros(layer->ipv6.zeros, err);
        return rc != 0 ? rc
                       : check_most("flow", layer->ipv6.flow, 0xfffff, err);
    case WEIR_BUILD_TCP:
        memcpy(&layer->tcp, config, sizeof layer->tcp);
        rc = check_tcp(&layer->tcp, err);
        if (rc == 0)
            rc = take_options(layer, &layer->tcp.options,
                              layer->tcp.options_bytes, err);
        return rc;
    case WEIR_BUILD_UDP:
        memcpy(&layer->udp, config, sizeof layer->udp);
        return check_zeros(layer->udp.zeros, err);
    default:
        memcpy(&layer->icmp, config, sizeof layer->icmp);
        return check_zeros(layer->icmp.zeros, err);
    }
}

/* A layer that has come or gone, or its options, is another packet to libnet;
 * a value is not. */
static void take_layer(struct weir_build *build, uint32_t at,
                       const struct weir_build_layer *layer)
{
    struct weir_build_layer *to = &build->layers[at];
    if (at == build->count) {
        build->count++;
        weir_build_net_clear(build->net);
    } else if ((to->options_bytes == 0) != (layer->options_bytes == 0)) {
        weir_build_net_clear(build->net);
    }
    *to = *layer;
}

static int put(struct weir_build *build, const uint32_t *which,
               enum weir_build_kind kind, const void *config, size_t count,
               struct weir_err *err)
{
    struct weir_build_layer layer = {.kind = kind};
    uint32_t at = which != NULL ? *which : build->count;
    int rc = which != NULL ? check_same(build, at, kind, err)
                           : check_place(build, kind, err);
    if (rc != 0)
        return weir_err_wrap(err, rc, "build");
    layer.bytes = kinds[kind].header;
    if (kind == WEIR_BUILD_PAYLOAD) {
        if (count != 0)
            memcpy(build->payload, config, count);
        layer.bytes = (uint32_t)count;
    } else {
        rc = take_config(&layer, config, err);
    }
    if (rc != 0)
        return weir_err_wrap(err, rc, "build: %s", kinds[kind].name);
    take_layer(build, at, &layer);
    return (int)at;
}

/* A layer that is to be set is *which; one that is to be added has NULL. */
static int put_alone(struct weir_build *build, const uint32_t *which,
                     enum weir_build_kind kind, const void *config,
                     size_t count, struct weir_err *err)
{
    if (build == NULL)
        return weir_err_set(err, -EINVAL, "build: no handle");
    if (config == NULL && (kind != WEIR_BUILD_PAYLOAD || count != 0))
        return weir_err_set(err, -EINVAL, "build: %s: NULL", kinds[kind].name);
    if (count > WEIR_BUILD_PAYLOAD_MAX)
        return weir_err_set(err, -EMSGSIZE,
                            "build: a payload of %zu bytes: at most %d", count,
                            WEIR_BUILD_PAYLOAD_MAX);
    if (!weir_guard_enter(&build->guard))
        return weir_err_set(err, -EBUSY, "build: in use by another thread");
    int rc = put(build, which, kind, config, count, err);
    weir_guard_leave(&build->guard);
    return rc;
}

int weir_build_add_payload(struct weir_build *build, const void *bytes,
                           size_t count, struct weir_err *err)
{
    return put_alone(build, NULL, WEIR_BUILD_PAYLOAD, bytes, count, err);
}

int weir_build_set_payload(struct weir_build *build, uint32_t layer,
                           const void *bytes, size_t count,
                           struct weir_err *err)
{
    return put_alone(build, &layer, WEIR_BUILD_PAYLOAD, bytes, count, err);
}

/* Both functions of a kind of layer whose config is a struct. */
#define PUBLIC(name, config_name, kind)                                        \
    int weir_build_add_##name(struct weir_build *build,                        \
                              const struct weir_build_##config_name *config,   \
                              struct weir_err *err)                            \
    {                                                                          \
        return put_alone(build, NULL, kind, config, 0, err);                   \
    }                                                                          \
    int weir_build_set_##name(struct weir_build *build, uint32_t layer,        \
                              const struct weir_build_##config_name *config,   \
                              struct weir_err *err)                            \
    {                                                                          \
        return put_alone(build, &layer, kind, config, 0, err);                 \
    }

PUBLIC(eth, eth, WEIR_BUILD_ETH)
PUBLIC(vlan, vlan, WEIR_BUILD_VLAN)
PUBLIC(arp, arp, WEIR_BUILD_ARP)
PUBLIC(ipv4, ipv4, WEIR_BUILD_IPV4)
PUBLIC(ipv6, ipv6, WEIR_BUILD_IPV6)
PUBLIC(tcp, tcp, WEIR_BUILD_TCP)
PUBLIC(udp, udp, WEIR_BUILD_UDP)
PUBLIC(icmp, icmp, WEIR_BUILD_ICMP)
PUBLIC(icmpv6, icmp, WEIR_BUILD_ICMPV6)
