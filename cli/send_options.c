#include "cli/send_options.h"

#include <errno.h>
#include <stdlib.h>

#include "base/args.h"
#include "base/clock.h"
#include "cli/send_options_parts.h"

#define LONG(name, kind, value)                                                \
    {                                                                          \
        name, kind##_argument, NULL, value                                     \
    }

static const struct option long_options[] = {
    LONG("eth-src", required, SEND_ETH_SRC),
    LONG("eth-dst", required, SEND_ETH_DST),
    LONG("eth-type", required, SEND_ETH_TYPE),
    LONG("vlan", required, SEND_VLAN),
    LONG("arp", required, SEND_ARP),
    LONG("ip-src", required, SEND_IP_SRC),
    LONG("ip-dst", required, SEND_IP_DST),
    LONG("ttl", required, SEND_TTL),
    LONG("tos", required, SEND_TOS),
    LONG("proto", required, SEND_PROTO),
    LONG("id", required, SEND_ID),
    LONG("df", no, SEND_DF),
    LONG("ip-options", required, SEND_IP_OPTIONS),
    LONG("flow", required, SEND_FLOW),
    LONG("tcp", required, SEND_TCP),
    LONG("flags", required, SEND_FLAGS),
    LONG("seq", required, SEND_SEQ),
    LONG("ack", required, SEND_ACK),
    LONG("window", required, SEND_WINDOW),
    LONG("tcp-options", required, SEND_TCP_OPTIONS),
    LONG("udp", required, SEND_UDP),
    LONG("icmp", required, SEND_ICMP),
    LONG("icmp6", required, SEND_ICMP6),
    LONG("icmp-id", required, SEND_ICMP_ID),
    LONG("icmp-seq", required, SEND_ICMP_SEQ),
    LONG("checksum", required, SEND_CHECKSUM),
    LONG("payload", required, SEND_PAYLOAD),
    LONG("payload-hex", required, SEND_PAYLOAD_HEX),
    LONG("payload-file", required, SEND_PAYLOAD_FILE),
    LONG("len", required, SEND_LEN),
    LONG("interface", required, 'i'),
    LONG("count", required, 'c'),
    LONG("interval", required, 'I'),
    LONG("dry-run", no, 'n'),
    LONG("help", no, 'h'),
    {NULL, 0, NULL, 0},
};

const char *send_option_name(int option)
{
    const struct option *at = long_options;
    while (at->val != option)
        at++;
    return at->name;
}

static int set_short(struct send_options *o, struct weir_args *args, int option)
{
    switch (option) {
    case 'i':
        return weir_args_name(args, &o->device);
    case 'w':
        return weir_args_name(args, &o->file);
    case 'c':
        return weir_args_number(args, args->value, 0, INT64_MAX, &o->count);
    case 'I':
        return weir_args_duration(args, args->value, 0, 3600 * WEIR_NS_PER_S,
                                  &o->interval_ns);
    case 'n':
        o->dry_run = true;
        return 0;
    default:
        return -EINVAL;
    }
}

static int set(struct send_options *o, struct weir_args *args, int option)
{
    if (option < SEND_ETH_SRC)
        return set_short(o, args, option);
    o->given |= UINT64_C(1) << (option - SEND_ETH_SRC);
    return option < SEND_PAYLOAD ? send_options_layer(o, args, option)
                                 : send_options_payload(o, args, option);
}

int send_options_parse(struct send_options *o, int argc, char **argv)
{
    struct weir_args args;
    int option;
    *o = (struct send_options){
        .count = 1,
        .interval_ns = WEIR_NS_PER_S,
        .tcp = {.flags = 2},
    };
    weir_args_start(&args, WEIR_SEND_COMMAND, argc, argv, "i:c:I:nw:h",
                    long_options);
    while ((option = weir_args_next(&args)) != WEIR_ARGS_END) {
        if (option == 'h') {
            o->help = true;
            return WEIR_EXIT_OK;
        }
        if (set(o, &args, option) != 0)
            return weir_args_usage(&args);
    }
    if (args.words < argc)
        weir_err_set(&args.err, -EINVAL, "'%s' is no option", argv[args.words]);
    else if (send_options_settle(o, &args) == 0)
        return WEIR_EXIT_OK;
    return weir_args_usage(&args);
}

void send_options_free(struct send_options *o)
{
    free(o->payload);
    o->payload = NULL;
}
