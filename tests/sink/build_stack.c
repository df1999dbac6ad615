#include "tests/sink/build_stack.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

static void random_bytes(struct random *random, void *to, size_t count)
{
    uint8_t *p = to;
    for (size_t i = 0; i < count; i++)
        p[i] = (uint8_t)random_next(random);
}

static uint32_t push(struct stack *stack, enum stack_kind kind)
{
    stack->layers[stack->count].kind = kind;
    return stack->count++;
}

/* What is behind an IP header. */
static void choose_upper(struct stack *stack, struct random *random,
                         bool version_6)
{
    bool payload = true;
    switch (random_below(random, 6)) {
    case 0:
        push(stack, STACK_TCP);
        break;
    case 1:
        push(stack, STACK_UDP);
        break;
    case 2:
        push(stack, version_6 ? STACK_ICMPV6 : STACK_ICMP);
        break;
    case 3: /* an error with its packet in it */
        push(stack, version_6 ? STACK_ICMPV6 : STACK_ICMP);
        push(stack, version_6 ? STACK_IPV6 : STACK_IPV4);
        push(stack, random_below(random, 2) ? STACK_UDP : STACK_TCP);
        break;
    case 4: /* a tunnel */
        push(stack, random_below(random, 2) ? STACK_IPV6 : STACK_IPV4);
        push(stack, random_below(random, 2) ? STACK_UDP : STACK_TCP);
        break;
    default:
        payload = random_below(random, 2) != 0;
        break;
    }
    if (payload)
        push(stack, STACK_PAYLOAD);
}

void stack_choose(struct stack *stack, struct random *random, bool wrong)
{
    stack->count = 0;
    push(stack, STACK_ETH);
    for (uint32_t tags = random_below(random, 4); tags > 1; tags--)
        push(stack, STACK_VLAN);
    switch (random_below(random, 8)) {
    case 0:
        push(stack, STACK_ARP);
        if (random_below(random, 2) != 0)
            push(stack, STACK_PAYLOAD);
        break;
    case 1:
    case 2:
    case 3:
        push(stack, STACK_IPV6);
        choose_upper(stack, random, true);
        break;
    default:
        push(stack, STACK_IPV4);
        choose_upper(stack, random, false);
        break;
    }
    stack_vary(stack, random, wrong);
}

/* No options, or end-of-list ones that no reader objects to. */
static uint32_t vary_options(struct stack_layer *layer, struct random *random)
{
    uint32_t bytes =
        random_below(random, 2) * random_below(random, WEIR_BUILD_OPTIONS_MAX);
    memset(layer->options, 1, sizeof layer->options);
    layer->bytes += (bytes + 3) / 4 * 4;
    return bytes;
}

static uint16_t vary_checksum(struct random *random, bool wrong)
{
    return wrong && random_below(random, 4) == 0
               ? (uint16_t)(1 + random_below(random, 65535))
               : 0;
}

/* A fragment, not the first, if only a payload is in it. */
static void vary_ip(const struct stack *stack, struct stack_layer *layer,
                    struct random *random, bool wrong)
{
    struct weir_build_ipv4 *ip = &layer->ipv4;
    layer->bytes = 20;
    random_bytes(random, ip->src, 4);
    random_bytes(random, ip->dst, 4);
    ip->tos = (uint8_t)random_next(random);
    ip->id = (uint16_t)random_next(random);
    ip->flags = random_below(random, 2) != 0 ? 2 : 0;
    ip->ttl = (uint8_t)random_below(random, 256);
    if (layer < &stack->layers[stack->count - 1] &&
        layer[1].kind == STACK_PAYLOAD)
        ip->fragment_offset = (uint16_t)(random_below(random, 7000) * 8);
    ip->checksum = vary_checksum(random, wrong);
    ip->options_bytes = vary_options(layer, random);
    ip->options = layer->options;
}

static void vary_ipv6(struct stack_layer *layer, struct random *random)
{
    struct weir_build_ipv6 *ip = &layer->ipv6;
    layer->bytes = 40;
    random_bytes(random, ip->src, 16);
    random_bytes(random, ip->dst, 16);
    /* Not an IPv4 address, which readers write another way. */
    ip->src[0] = ip->dst[0] = 0x20;
    ip->traffic_class = (uint8_t)random_next(random);
    ip->flow = random_below(random, 1U << 20);
    ip->hlim = (uint8_t)random_below(random, 256);
}

static void vary_tcp(struct stack_layer *layer, struct random *random,
                     bool wrong)
{
    struct weir_build_tcp *tcp = &layer->tcp;
    layer->bytes = 20;
    tcp->srcport = (uint16_t)(40000 + random_below(random, 1000));
    tcp->dstport = (uint16_t)(41000 + random_below(random, 1000));
    tcp->seq = (uint32_t)random_next(random);
    tcp->ack = (uint32_t)random_next(random);
    tcp->flags = (uint16_t)random_below(random, 4096);
    tcp->window = (uint16_t)random_next(random);
    tcp->urgent = (uint16_t)random_next(random);
    tcp->checksum = vary_checksum(random, wrong);
    tcp->options_bytes = vary_options(layer, random);
    tcp->options = layer->options;
}

/* An error where a packet follows, else an echo. */
static void vary_icmp(const struct stack *stack, struct stack_layer *layer,
                      struct random *random, bool wrong)
{
    struct weir_build_icmp *icmp = &layer->icmp;
    bool error = layer < &stack->layers[stack->count - 1] &&
                 layer[1].kind != STACK_PAYLOAD;
    bool version_6 = layer->kind == STACK_ICMPV6;
    static const uint8_t types[2][2][2] = {{{8, 0}, {3, 11}},
                                           {{128, 129}, {1, 3}}};
    layer->bytes = 8;
    icmp->type = types[version_6][error][random_below(random, 2)];
    icmp->code = error ? (uint8_t)random_below(random, 2) : 0;
    icmp->rest = error ? 0 : (uint32_t)random_next(random);
    icmp->checksum = vary_checksum(random, wrong);
}

static void vary_arp(struct stack_layer *layer, struct random *random)
{
    struct weir_build_arp *arp = &layer->arp;
    layer->bytes = 28;
    arp->opcode = (uint16_t)random_below(random, 3);
    random_bytes(random, arp->src_hw_mac, 6);
    random_bytes(random, arp->src_proto_ipv4, 4);
    random_bytes(random, arp->dst_hw_mac, 6);
    random_bytes(random, arp->dst_proto_ipv4, 4);
}

static void vary_link(struct stack_layer *layer, struct random *random)
{
    if (layer->kind == STACK_ETH) {
        layer->bytes = 14;
        random_bytes(random, layer->eth.dst, 6);
        random_bytes(random, layer->eth.src, 6);
        return;
    }
    layer->bytes = 4;
    layer->vlan.id = (uint16_t)random_below(random, 4096);
    layer->vlan.priority = (uint8_t)random_below(random, 8);
    layer->vlan.dei = random_below(random, 2) != 0;
}

static void vary(struct stack *stack, struct stack_layer *layer,
                 struct random *random, bool wrong)
{
    enum stack_kind kind = layer->kind;
    memset(layer, 0, sizeof *layer);
    layer->kind = kind;
    switch (kind) {
    case STACK_ETH:
    case STACK_VLAN:
        vary_link(layer, random);
        break;
    case STACK_ARP:
        vary_arp(layer, random);
        break;
    case STACK_IPV4:
        vary_ip(stack, layer, random, wrong);
        break;
    case STACK_IPV6:
        vary_ipv6(layer, random);
        break;
    case STACK_TCP:
        vary_tcp(layer, random, wrong);
        break;
    case STACK_UDP:
        layer->bytes = 8;
        layer->udp.srcport = (uint16_t)(40000 + random_below(random, 1000));
        layer->udp.dstport = (uint16_t)(41000 + random_below(random, 1000));
        layer->udp.checksum = vary_checksum(random, wrong);
        break;
    case STACK_ICMP:
    case STACK_ICMPV6:
        vary_icmp(stack, layer, random, wrong);
        break;
    case STACK_PAYLOAD:
        layer->bytes = random_below(random, 4) != 0
                           ? random_below(random, 64)
                           : random_below(random, sizeof stack->payload);
        random_bytes(random, stack->payload, layer->bytes);
        break;
    }
}

void stack_vary(struct stack *stack, struct random *random, bool wrong)
{
    stack->bytes = 0;
    for (uint32_t i = 0; i < stack->count; i++) {
        vary(stack, &stack->layers[i], random, wrong);
        stack->bytes += stack->layers[i].bytes;
    }
}

static int add(const struct stack *stack, const struct stack_layer *layer,
               struct weir_build *build, struct weir_err *err)
{
    switch (layer->kind) {
    case STACK_ETH:
        return weir_build_add_eth(build, &layer->eth, err);
    case STACK_VLAN:
        return weir_build_add_vlan(build, &layer->vlan, err);
    case STACK_ARP:
        return weir_build_add_arp(build, &layer->arp, err);
    case STACK_IPV4:
        return weir_build_add_ipv4(build, &layer->ipv4, err);
    case STACK_IPV6:
        return weir_build_add_ipv6(build, &layer->ipv6, err);
    case STACK_TCP:
        return weir_build_add_tcp(build, &layer->tcp, err);
    case STACK_UDP:
        return weir_build_add_udp(build, &layer->udp, err);
    case STACK_ICMP:
        return weir_build_add_icmp(build, &layer->icmp, err);
    case STACK_ICMPV6:
        return weir_build_add_icmpv6(build, &layer->icmp, err);
    default:
        return weir_build_add_payload(build, stack->payload, layer->bytes, err);
    }
}

static int set(const struct stack *stack, uint32_t at, struct weir_build *build,
               struct weir_err *err)
{
    const struct stack_layer *layer = &stack->layers[at];
    switch (layer->kind) {
    case STACK_ETH:
        return weir_build_set_eth(build, at, &layer->eth, err);
    case STACK_VLAN:
        return weir_build_set_vlan(build, at, &layer->vlan, err);
    case STACK_ARP:
        return weir_build_set_arp(build, at, &layer->arp, err);
    case STACK_IPV4:
        return weir_build_set_ipv4(build, at, &layer->ipv4, err);
    case STACK_IPV6:
        return weir_build_set_ipv6(build, at, &layer->ipv6, err);
    case STACK_TCP:
        return weir_build_set_tcp(build, at, &layer->tcp, err);
    case STACK_UDP:
        return weir_build_set_udp(build, at, &layer->udp, err);
    case STACK_ICMP:
        return weir_build_set_icmp(build, at, &layer->icmp, err);
    case STACK_ICMPV6:
        return weir_build_set_icmpv6(build, at, &layer->icmp, err);
    default:
        return weir_build_set_payload(build, at, stack->payload, layer->bytes,
                                      err);
    }
}

bool stack_add(const struct stack *stack, struct weir_build *build)
{
    struct weir_err err = {0};
    for (uint32_t i = 0; i < stack->count; i++) {
        int rc = add(stack, &stack->layers[i], build, &err);
        if (rc != (int)i) {
            fprintf(stderr, "add %u: %d %s\n", i, rc, err.text);
            return false;
        }
    }
    return true;
}

bool stack_set(const struct stack *stack, struct weir_build *build)
{
    struct weir_err err = {0};
    for (uint32_t i = 0; i < stack->count; i++) {
        int rc = set(stack, i, build, &err);
        if (rc != (int)i) {
            fprintf(stderr, "set %u: %d %s\n", i, rc, err.text);
            return false;
        }
    }
    return true;
}
