/* build_dump: random frames, and what another reader should find in them.
 *
 *     build_dump FILE FRAMES
 *
 * Writes the frames to FILE as pcap (by libpcap), and to standard output a
 * line of tab-separated values for each; the first line names them, by
 * Wireshark's names.  A field that a frame has more than once has its values
 * joined by commas.  Checksums are told as "1" for one that is right, "0" for
 * one that is wrong. */

#include <arpa/inet.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sink/build_stack.h"

static const char *const names[] = {
    "frame.len",
    "eth.dst",
    "eth.src",
    "eth.type",
    "ieee8021ad.priority",
    "ieee8021ad.dei",
    "ieee8021ad.id",
    "vlan.priority",
    "vlan.dei",
    "vlan.id",
    "vlan.etype",
    "arp.hw.type",
    "arp.proto.type",
    "arp.hw.size",
    "arp.proto.size",
    "arp.opcode",
    "arp.src.hw_mac",
    "arp.src.proto_ipv4",
    "arp.dst.hw_mac",
    "arp.dst.proto_ipv4",
    "ip.hdr_len",
    "ip.dsfield",
    "ip.len",
    "ip.id",
    "ip.flags.df",
    "ip.flags.mf",
    "ip.frag_offset",
    "ip.ttl",
    "ip.proto",
    "ip.src",
    "ip.dst",
    "ip.checksum.status",
    "ipv6.tclass",
    "ipv6.flow",
    "ipv6.plen",
    "ipv6.nxt",
    "ipv6.hlim",
    "ipv6.src",
    "ipv6.dst",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.seq",
    "tcp.ack",
    "tcp.hdr_len",
    "tcp.flags",
    "tcp.window_size_value",
    "tcp.urgent_pointer",
    "tcp.checksum.status",
    "udp.srcport",
    "udp.dstport",
    "udp.length",
    "udp.checksum.status",
    "icmp.type",
    "icmp.code",
    "icmp.ident",
    "icmp.seq",
    "icmp.checksum.status",
    "icmpv6.type",
    "icmpv6.code",
    "icmpv6.echo.identifier",
    "icmpv6.echo.sequence_number",
    "icmpv6.checksum.status",
};

#define NAMES (sizeof names / sizeof names[0])

static char values[NAMES][256];

__attribute__((format(printf, 2, 3))) static void tell(const char *name,
                                                       const char *format, ...)
{
    for (size_t i = 0; i < NAMES; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        size_t used = strlen(values[i]);
        va_list args;
        if (used > 0)
            values[i][used++] = ',';
        va_start(args, format);
        vsnprintf(values[i] + used, sizeof values[i] - used, format, args);
        va_end(args);
        return;
    }
    fprintf(stderr, "no field is called %s\n", name);
    abort();
}

static void tell_mac(const char *name, const uint8_t *mac)
{
    tell(name, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
         mac[4], mac[5]);
}

static void tell_ip(const char *name, int family, const void *address)
{
    char text[INET6_ADDRSTRLEN];
    tell(name, "%s", inet_ntop(family, address, text, sizeof text));
}

/* IEEE 802 and IANA numbers, once more. */
static unsigned type_of(const struct stack_layer *next, bool last_tag)
{
    switch (next->kind) {
    case STACK_VLAN:
        return last_tag ? 0x8100 : 0x88a8;
    case STACK_ARP:
        return 0x0806;
    case STACK_IPV4:
        return 0x0800;
    default:
        return 0x86dd;
    }
}

static unsigned proto_of(const struct stack *stack, uint32_t at, bool version_6)
{
    static const uint8_t protos[] = {
        [STACK_IPV4] = 4,      [STACK_IPV6] = 41, [STACK_TCP] = 6,
        [STACK_UDP] = 17,      [STACK_ICMP] = 1,  [STACK_ICMPV6] = 58,
        [STACK_PAYLOAD] = 253,
    };
    if (at + 1 == stack->count)
        return version_6 ? 59 : 253;
    return protos[stack->layers[at + 1].kind];
}

static bool last_tag(const struct stack *stack, uint32_t at)
{
    return stack->layers[at + 1].kind != STACK_VLAN;
}

static void tell_vlan(const struct stack *stack, uint32_t at)
{
    const struct weir_build_vlan *tag = &stack->layers[at].vlan;
    if (!last_tag(stack, at)) {
        tell("ieee8021ad.priority", "%u", tag->priority);
        tell("ieee8021ad.dei", "%u", tag->dei);
        tell("ieee8021ad.id", "%u", tag->id);
        return;
    }
    tell("vlan.priority", "%u", tag->priority);
    tell("vlan.dei", "%u", tag->dei);
    tell("vlan.id", "%u", tag->id);
    tell("vlan.etype", "%u", type_of(&stack->layers[at + 1], true));
}

static void tell_arp(const struct weir_build_arp *arp)
{
    tell("arp.hw.type", "1");
    tell("arp.proto.type", "%u", 0x0800);
    tell("arp.hw.size", "6");
    tell("arp.proto.size", "4");
    tell("arp.opcode", "%u", arp->opcode != 0 ? arp->opcode : 1);
    tell_mac("arp.src.hw_mac", arp->src_hw_mac);
    tell_ip("arp.src.proto_ipv4", AF_INET, arp->src_proto_ipv4);
    tell_mac("arp.dst.hw_mac", arp->dst_hw_mac);
    tell_ip("arp.dst.proto_ipv4", AF_INET, arp->dst_proto_ipv4);
}

static void tell_ipv4(const struct stack *stack, uint32_t at, uint32_t behind)
{
    const struct weir_build_ipv4 *ip = &stack->layers[at].ipv4;
    tell("ip.hdr_len", "%u", stack->layers[at].bytes);
    tell("ip.dsfield", "%u", ip->tos);
    tell("ip.len", "%u", behind);
    tell("ip.id", "%u", ip->id);
    tell("ip.flags.df", "%d", (ip->flags & 2) != 0);
    tell("ip.flags.mf", "0");
    tell("ip.frag_offset", "%u", ip->fragment_offset / 8u); /* as on the wire */
    tell("ip.ttl", "%u", ip->ttl != 0 ? ip->ttl : 64);
    tell("ip.proto", "%u", proto_of(stack, at, false));
    tell_ip("ip.src", AF_INET, ip->src);
    tell_ip("ip.dst", AF_INET, ip->dst);
    tell("ip.checksum.status", "%d", ip->checksum == 0);
}

static void tell_ipv6(const struct stack *stack, uint32_t at, uint32_t behind)
{
    const struct weir_build_ipv6 *ip = &stack->layers[at].ipv6;
    tell("ipv6.tclass", "%u", ip->traffic_class);
    tell("ipv6.flow", "%u", ip->flow);
    tell("ipv6.plen", "%u", behind - 40);
    tell("ipv6.nxt", "%u", proto_of(stack, at, true));
    tell("ipv6.hlim", "%u", ip->hlim != 0 ? ip->hlim : 64);
    tell_ip("ipv6.src", AF_INET6, ip->src);
    tell_ip("ipv6.dst", AF_INET6, ip->dst);
}

static void tell_tcp(const struct stack_layer *layer)
{
    const struct weir_build_tcp *tcp = &layer->tcp;
    tell("tcp.srcport", "%u", tcp->srcport);
    tell("tcp.dstport", "%u", tcp->dstport);
    tell("tcp.seq", "%u", tcp->seq);
    tell("tcp.ack", "%u", tcp->ack);
    tell("tcp.hdr_len", "%u", layer->bytes);
    tell("tcp.flags", "%u", tcp->flags);
    tell("tcp.window_size_value", "%u", tcp->window != 0 ? tcp->window : 65535);
    tell("tcp.urgent_pointer", "%u", tcp->urgent);
    tell("tcp.checksum.status", "%d", tcp->checksum == 0);
}

static void tell_icmp(const struct stack_layer *layer, bool error)
{
    const struct weir_build_icmp *icmp = &layer->icmp;
    bool version_6 = layer->kind == STACK_ICMPV6;
    tell(version_6 ? "icmpv6.type" : "icmp.type", "%u", icmp->type);
    tell(version_6 ? "icmpv6.code" : "icmp.code", "%u", icmp->code);
    tell(version_6 ? "icmpv6.checksum.status" : "icmp.checksum.status", "%d",
         icmp->checksum == 0);
    if (error)
        return;
    tell(version_6 ? "icmpv6.echo.identifier" : "icmp.ident", "%u",
         icmp->rest >> 16);
    tell(version_6 ? "icmpv6.echo.sequence_number" : "icmp.seq", "%u",
         icmp->rest & 0xffff);
}

static void tell_layer(const struct stack *stack, uint32_t at, uint32_t behind)
{
    const struct stack_layer *layer = &stack->layers[at];
    switch (layer->kind) {
    case STACK_ETH:
        tell_mac("eth.dst", layer->eth.dst);
        tell_mac("eth.src", layer->eth.src);
        tell("eth.type", "%u",
             type_of(&layer[1],
                     layer[1].kind != STACK_VLAN || last_tag(stack, at + 1)));
        break;
    case STACK_VLAN:
        tell_vlan(stack, at);
        break;
    case STACK_ARP:
        tell_arp(&layer->arp);
        break;
    case STACK_IPV4:
        tell_ipv4(stack, at, behind);
        break;
    case STACK_IPV6:
        tell_ipv6(stack, at, behind);
        break;
    case STACK_TCP:
        tell_tcp(layer);
        break;
    case STACK_UDP:
        tell("udp.srcport", "%u", layer->udp.srcport);
        tell("udp.dstport", "%u", layer->udp.dstport);
        tell("udp.length", "%u", behind);
        tell("udp.checksum.status", "%d", layer->udp.checksum == 0);
        break;
    case STACK_ICMP:
    case STACK_ICMPV6:
        tell_icmp(layer,
                  at + 1 < stack->count && layer[1].kind != STACK_PAYLOAD);
        break;
    case STACK_PAYLOAD:
        break;
    }
}

static void print_line(const struct stack *stack)
{
    uint32_t behind = stack->bytes;
    memset(values, 0, sizeof values);
    tell("frame.len", "%u", stack->bytes);
    for (uint32_t i = 0; i < stack->count; i++) {
        tell_layer(stack, i, behind);
        behind -= stack->layers[i].bytes;
    }
    for (size_t i = 0; i < NAMES; i++)
        printf("%s%c", values[i], i + 1 < NAMES ? '\t' : '\n');
}

int main(int argc, char **argv)
{
    static uint8_t frame[WEIR_BUILD_BYTES_MAX];
    static struct stack stack;
    struct random random = random_start("build_dump", 20261122);
    struct weir_build *build = NULL;
    if (argc != 3 || weir_build_open(&build, NULL) != 0)
        return 2;
    pcap_t *dead = pcap_open_dead(DLT_EN10MB, 65535);
    pcap_dumper_t *dumper = pcap_dump_open(dead, argv[1]);
    if (dumper == NULL)
        return 2;
    for (size_t i = 0; i < NAMES; i++)
        printf("%s%c", names[i], i + 1 < NAMES ? '\t' : '\n');
    for (long i = strtol(argv[2], NULL, 10); i > 0; i--) {
        weir_build_reset(build, NULL);
        stack_choose(&stack, &random, true);
        int bytes = stack_add(&stack, build)
                        ? weir_build_bytes(build, frame, sizeof frame, NULL)
                        : -1;
        if (bytes != (int)stack.bytes)
            return 1;
        const struct pcap_pkthdr header = {.caplen = stack.bytes,
                                           .len = stack.bytes};
        pcap_dump((unsigned char *)dumper, &header, frame);
        print_line(&stack);
    }
    pcap_dump_close(dumper);
    pcap_close(dead);
    weir_build_close(&build, NULL);
    return 0;
}
