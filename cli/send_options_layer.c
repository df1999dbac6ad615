/* The options that say what is in the headers. */

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/args.h"
#include "base/decimal.h"
#include "cli/send_options.h"
#include "cli/send_options_parts.h"

#define DF 2

static int refuse(struct weir_args *args, const char *text, const char *why)
{
    return weir_err_set(&args->err, -EINVAL, "%s: '%s' %s", args->option, text,
                        why);
}

/* -1: no digit. */
static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at =
        c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));
    return at == NULL ? -1 : (int)(at - digits);
}

int send_number(struct weir_args *args, const char *text, uint64_t most,
                uint64_t *out)
{
    if (strncmp(text, "0x", 2) != 0)
        return weir_args_number(args, text, 0, most, out);
    uint64_t n = 0;
    const char *p = text + 2;
    for (int digit; (digit = hex_digit(*p)) >= 0 && n <= most; p++)
        n = n * 16 + (uint64_t)digit;
    if (n > most)
        return weir_err_set(&args->err, -EINVAL,
                            "%s: '%s' is too large: at most 0x%llx",
                            args->option, text, (unsigned long long)most);
    if (p == text + 2 || *p != '\0')
        return refuse(args, text, "is not a number");
    *out = n;
    return 0;
}

/* A number that is meant even if it is 0. */
static int number_8(struct weir_args *args, uint8_t *out)
{
    uint64_t n = 0;
    int rc = send_number(args, args->value, UINT8_MAX, &n);
    if (rc == 0)
        *out = (uint8_t)n;
    return rc;
}

static int number_16(struct weir_args *args, uint16_t *out)
{
    uint64_t n = 0;
    int rc = send_number(args, args->value, UINT16_MAX, &n);
    if (rc == 0)
        *out = (uint16_t)n;
    return rc;
}

static int number_32(struct weir_args *args, uint64_t most, uint32_t *out)
{
    uint64_t n = 0;
    int rc = send_number(args, args->value, most, &n);
    if (rc == 0)
        *out = (uint32_t)n;
    return rc;
}

int send_hex(struct weir_args *args, const char *text, uint8_t *out,
             uint32_t most, uint32_t *count)
{
    uint32_t n = 0;
    for (const char *p = text; *p != '\0'; n++) {
        int high = hex_digit(p[0]);
        int low = high < 0 ? -1 : hex_digit(p[1]);
        if (low < 0)
            return refuse(args, text,
                          "is not hexadecimal: two digits for each byte");
        if (n == most)
            return weir_err_set(&args->err, -EINVAL, "%s: more than %u bytes",
                                args->option, most);
        out[n] = (uint8_t)(high * 16 + low);
        p += 2;
        if (*p == ':' || *p == ' ')
            p++;
    }
    *count = n;
    return 0;
}

/* "5", if one number is enough, or "5:6".  What is too great fails the
 * caller's test of its limits. */
static bool take_two(const char *text, bool one_is_enough, uint64_t *a,
                     uint64_t *b)
{
    const char *p = text;
    if (!weir_decimal_digits(&p, a))
        return false;
    if (*p == '\0')
        return one_is_enough;
    return *p++ == ':' && weir_decimal_digits(&p, b) && *p == '\0';
}

/* One or two digits a byte. */
static bool take_mac(const char *text, uint8_t mac[6])
{
    for (int i = 0; i < 6; i++) {
        if (i > 0 && *text++ != ':')
            return false;
        int value = hex_digit(*text);
        if (value < 0)
            return false;
        const int low = hex_digit(*++text);
        if (low >= 0) {
            value = value * 16 + low;
            text++;
        }
        mac[i] = (uint8_t)value;
    }
    return *text == '\0';
}

static int set_mac(struct weir_args *args, uint8_t mac[6])
{
    uint8_t bytes[6];
    if (!take_mac(args->value, bytes))
        return refuse(args, args->value,
                      "is not an Ethernet address (02:00:00:00:00:01)");
    memcpy(mac, bytes, sizeof bytes);
    return 0;
}

static int set_vlan(struct send_options *o, struct weir_args *args)
{
    uint64_t id = 0;
    uint64_t priority = 0;
    if (o->vlans_count == WEIR_SEND_VLANS_MAX)
        return weir_err_set(&args->err, -EINVAL, "%s: at most %d tags",
                            args->option, WEIR_SEND_VLANS_MAX);
    if (!take_two(args->value, true, &id, &priority))
        return refuse(args, args->value, "is not ID or ID:PRIORITY");
    if (id > 4095 || priority > 7)
        return refuse(args, args->value,
                      "is no tag: an id is at most 4095, a priority 7");
    o->vlans[o->vlans_count++] = (struct weir_build_vlan){
        .id = (uint16_t)id, .priority = (uint8_t)priority};
    return 0;
}

static int set_arp(struct send_options *o, struct weir_args *args)
{
    static const char *const names[] = {"request", "reply", NULL};
    int n = weir_args_choice(args, args->value, names);
    if (n < 0)
        return n;
    o->arp.opcode = (uint16_t)(n + 1);
    return 0;
}

static int set_address(struct send_options *o, struct weir_args *args,
                       uint8_t *ipv4, uint8_t *ipv6)
{
    int family = strchr(args->value, ':') != NULL ? AF_INET6 : AF_INET;
    uint8_t *to = family == AF_INET6 ? ipv6 : ipv4;
    if (inet_pton(family, args->value, to) != 1)
        return refuse(args, args->value, "is not an IP address");
    if (o->family != 0 && o->family != family)
        return weir_err_set(&args->err, -EINVAL,
                            "--ip-src and --ip-dst: one is IPv4, one is IPv6");
    o->family = family;
    return 0;
}

static int set_ports(struct weir_args *args, uint16_t *src, uint16_t *dst)
{
    uint64_t from = 0;
    uint64_t to = 0;
    if (!take_two(args->value, false, &from, &to) || from > UINT16_MAX ||
        to > UINT16_MAX)
        return refuse(args, args->value, "is not two ports (40000:53)");
    *src = (uint16_t)from;
    *dst = (uint16_t)to;
    return 0;
}

/* As weir and tcpdump write them; FIN is the lowest. */
static int set_flags(struct weir_args *args, uint16_t *flags)
{
    static const char letters[] = "FSRPAUECN";
    uint64_t n = 0;
    if (isdigit((unsigned char)args->value[0])) {
        int rc = send_number(args, args->value, 0xfff, &n);
        if (rc != 0)
            return rc;
    } else {
        for (const char *p = args->value; *p != '\0'; p++) {
            const char *at = strchr(letters, *p);
            if (at == NULL)
                return refuse(args, args->value,
                              "has a flag that is none of FSRPAUECN");
            n |= UINT64_C(1) << (at - letters);
        }
    }
    *flags = (uint16_t)n;
    return 0;
}

/* "echo", "unreach/3", "13", "5/1". */
static int set_icmp(struct weir_args *args, bool version_6,
                    struct weir_build_icmp *icmp)
{
    static const struct {
        const char *name;
        uint8_t types[2];
    } kinds[] = {
        {"echo", {8, 128}},
        {"reply", {0, 129}},
        {"unreach", {3, 1}},
        {"exceeded", {11, 3}},
    };
    const char *text = args->value;
    size_t len = strcspn(text, "/");
    char type[16];
    uint64_t n = UINT64_MAX;
    if (len < sizeof type) {
        snprintf(type, sizeof type, "%.*s", (int)len, text);
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
            if (strcmp(type, kinds[i].name) == 0)
                n = kinds[i].types[version_6];
    }
    if (len >= sizeof type ||
        (n == UINT64_MAX && !isdigit((unsigned char)type[0])))
        return refuse(args, text,
                      "is none of echo, reply, unreach, exceeded, TYPE, each "
                      "perhaps with /CODE");
    if (n == UINT64_MAX) {
        int rc = send_number(args, type, UINT8_MAX, &n);
        if (rc != 0)
            return rc;
    }
    uint64_t code = 0;
    if (text[len] == '/') {
        int rc = send_number(args, text + len + 1, UINT8_MAX, &code);
        if (rc != 0)
            return rc;
    }
    icmp->type = (uint8_t)n;
    icmp->code = (uint8_t)code;
    return 0;
}

static int set_icmp_rest(struct weir_args *args, unsigned shift, uint32_t *rest)
{
    uint16_t half = 0;
    int rc = number_16(args, &half);
    if (rc == 0)
        *rest = (*rest & ~(UINT32_C(0xffff) << shift)) | (uint32_t)half
                                                             << shift;
    return rc;
}

static int set_checksum(struct send_options *o, struct weir_args *args)
{
    uint16_t checksum = 0;
    int rc = number_16(args, &checksum);
    if (rc != 0)
        return rc;
    o->tcp.checksum = o->udp.checksum = o->icmp.checksum = checksum;
    o->tcp.zeros |= WEIR_BUILD_ZERO_CHECKSUM;
    o->udp.zeros |= WEIR_BUILD_ZERO_CHECKSUM;
    o->icmp.zeros |= WEIR_BUILD_ZERO_CHECKSUM;
    return 0;
}

static int set_ttl(struct send_options *o, struct weir_args *args)
{
    int rc = number_8(args, &o->ipv4.ttl);
    o->ipv6.hlim = o->ipv4.ttl;
    o->ipv4.zeros |= WEIR_BUILD_ZERO_TTL;
    o->ipv6.zeros |= WEIR_BUILD_ZERO_TTL;
    return rc;
}

static int set_proto(struct send_options *o, struct weir_args *args)
{
    int rc = number_8(args, &o->ipv4.proto);
    o->ipv6.nxt = o->ipv4.proto;
    o->ipv4.zeros |= WEIR_BUILD_ZERO_TYPE;
    o->ipv6.zeros |= WEIR_BUILD_ZERO_TYPE;
    return rc;
}

static int set_link(struct send_options *o, struct weir_args *args, int option)
{
    switch (option) {
    case SEND_ETH_SRC:
        return set_mac(args, o->eth.src);
    case SEND_ETH_DST:
        return set_mac(args, o->eth.dst);
    case SEND_ETH_TYPE:
        o->eth.zeros |= WEIR_BUILD_ZERO_TYPE;
        return number_16(args, &o->eth.type);
    case SEND_VLAN:
        return set_vlan(o, args);
    default:
        return set_arp(o, args);
    }
}

static int set_ip(struct send_options *o, struct weir_args *args, int option)
{
    switch (option) {
    case SEND_IP_SRC:
        return set_address(o, args, o->ipv4.src, o->ipv6.src);
    case SEND_IP_DST:
        return set_address(o, args, o->ipv4.dst, o->ipv6.dst);
    case SEND_TTL:
        return set_ttl(o, args);
    case SEND_TOS: {
        int rc = number_8(args, &o->ipv4.tos);
        o->ipv6.traffic_class = o->ipv4.tos;
        return rc;
    }
    case SEND_PROTO:
        return set_proto(o, args);
    case SEND_ID:
        return number_16(args, &o->ipv4.id);
    case SEND_DF:
        o->ipv4.flags = DF;
        return 0;
    case SEND_IP_OPTIONS:
        o->ipv4.options = o->ip_options;
        return send_hex(args, args->value, o->ip_options, sizeof o->ip_options,
                        &o->ipv4.options_bytes);
    default:
        return number_32(args, 0xfffff, &o->ipv6.flow);
    }
}

int send_options_layer(struct send_options *o, struct weir_args *args,
                       int option)
{
    if (option <= SEND_ARP)
        return set_link(o, args, option);
    if (option <= SEND_FLOW)
        return set_ip(o, args, option);
    switch (option) {
    case SEND_TCP:
        return set_ports(args, &o->tcp.srcport, &o->tcp.dstport);
    case SEND_FLAGS:
        return set_flags(args, &o->tcp.flags);
    case SEND_SEQ:
        return number_32(args, UINT32_MAX, &o->tcp.seq);
    case SEND_ACK:
        return number_32(args, UINT32_MAX, &o->tcp.ack);
    case SEND_WINDOW:
        o->tcp.zeros |= WEIR_BUILD_ZERO_WINDOW;
        return number_16(args, &o->tcp.window);
    case SEND_TCP_OPTIONS:
        o->tcp.options = o->tcp_options;
        return send_hex(args, args->value, o->tcp_options,
                        sizeof o->tcp_options, &o->tcp.options_bytes);
    case SEND_UDP:
        return set_ports(args, &o->udp.srcport, &o->udp.dstport);
    case SEND_ICMP:
    case SEND_ICMP6:
        return set_icmp(args, option == SEND_ICMP6, &o->icmp);
    case SEND_ICMP_ID:
        return set_icmp_rest(args, 16, &o->icmp.rest);
    case SEND_ICMP_SEQ:
        return set_icmp_rest(args, 0, &o->icmp.rest);
    default:
        return set_checksum(o, args);
    }
}
