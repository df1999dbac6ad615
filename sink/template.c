#include "sink/template.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "sink/build.h"

#define ETH_BYTES  14u
#define TAG_BYTES  4u
#define IPV4_BYTES 20u
#define IPV6_BYTES 40u
#define UDP_BYTES  8u
#define TCP_BYTES  20u
#define ICMP_BYTES 8u
#define IP_MAX     65535u

#define ECHO_REQUEST   8
#define ECHO_REQUEST_6 128

struct weir_template_maker {
    struct weir_build *build;
    uint8_t payload[IP_MAX];
};

int weir_template_open(struct weir_template_maker **out, struct weir_err *err)
{
    struct weir_template_maker *maker = calloc(1, sizeof *maker);
    if (maker == NULL)
        return weir_err_set(err, -ENOMEM, "no memory for frame templates");
    int rc = weir_build_open(&maker->build, err);
    if (rc != 0) {
        free(maker);
        return rc;
    }
    *out = maker;
    return 0;
}

void weir_template_close(struct weir_template_maker *maker)
{
    if (maker == NULL)
        return;
    weir_build_close(&maker->build, NULL);
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

static int add_link(struct weir_build *build,
                    const struct weir_template_config *config,
                    struct weir_err *err)
{
    struct weir_build_eth eth = {0};
    memcpy(eth.dst, config->mac_dst, sizeof eth.dst);
    memcpy(eth.src, config->mac_src, sizeof eth.src);
    int rc = weir_build_add_eth(build, &eth, err);
    if (rc < 0 || !config->tagged)
        return rc;
    const struct weir_build_vlan vlan = {.id = config->vlan,
                                         .priority = config->priority};
    return weir_build_add_vlan(build, &vlan, err);
}

static int add_ip(struct weir_build *build,
                  const struct weir_template_config *config,
                  struct weir_err *err)
{
    if (config->ip == WEIR_TEMPLATE_IPV4) {
        struct weir_build_ipv4 ip = {
            .tos = config->tos, .id = config->id, .ttl = config->ttl};
        memcpy(ip.src, config->ip_src, sizeof ip.src);
        memcpy(ip.dst, config->ip_dst, sizeof ip.dst);
        return weir_build_add_ipv4(build, &ip, err);
    }
    struct weir_build_ipv6 ip = {.traffic_class = config->tos,
                                 .hlim = config->ttl};
    memcpy(ip.src, config->ip_src, sizeof ip.src);
    memcpy(ip.dst, config->ip_dst, sizeof ip.dst);
    return weir_build_add_ipv6(build, &ip, err);
}

static int add_upper(struct weir_build *build,
                     const struct weir_template_config *config,
                     struct weir_err *err)
{
    const struct weir_build_udp udp = {.srcport = config->port_src,
                                       .dstport = config->port_dst};
    const struct weir_build_tcp tcp = {.srcport = config->port_src,
                                       .dstport = config->port_dst,
                                       .seq = config->seq,
                                       .ack = config->ack,
                                       .flags = config->flags,
                                       .window = config->window,
                                       .zeros = WEIR_BUILD_ZERO_WINDOW};
    struct weir_build_icmp echo = {.rest = (uint32_t)config->port_src << 16 |
                                           config->port_dst};
    if (config->upper == WEIR_TEMPLATE_UDP)
        return weir_build_add_udp(build, &udp, err);
    if (config->upper == WEIR_TEMPLATE_TCP)
        return weir_build_add_tcp(build, &tcp, err);
    if (config->ip == WEIR_TEMPLATE_IPV4) {
        echo.type = ECHO_REQUEST;
        return weir_build_add_icmp(build, &echo, err);
    }
    echo.type = ECHO_REQUEST_6;
    return weir_build_add_icmpv6(build, &echo, err);
}

int weir_template_make(struct weir_template_maker *maker,
                       const struct weir_template_config *config, uint8_t *out,
                       size_t room, struct weir_template *form,
                       struct weir_err *err)
{
    struct weir_template made = {0};
    int rc = check(config, room, &made, err);
    if (rc != 0)
        return rc;
    struct weir_build *build = maker->build;
    uint32_t bytes = made.size - made.payload;
    const uint8_t *payload = fill_payload(maker, config, bytes);
    rc = weir_build_reset(build, err);
    if (rc == 0)
        rc = add_link(build, config, err);
    if (rc >= 0)
        rc = add_ip(build, config, err);
    if (rc >= 0)
        rc = add_upper(build, config, err);
    if (rc >= 0 && payload != NULL)
        rc = weir_build_add_payload(build, payload, bytes, err);
    if (rc >= 0)
        rc = weir_build_bytes(build, out, room, err);
    if (rc < 0)
        return rc;
    if (form != NULL)
        *form = made;
    return 0;
}
