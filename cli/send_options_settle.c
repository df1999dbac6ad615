/* What of a command line goes together, and the payload. */

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"
#include "cli/same_file.h"
#include "cli/send_options.h"
#include "cli/send_options_parts.h"

static int room(struct send_options *o, struct weir_args *args)
{
    if (o->payload == NULL)
        o->payload = malloc(WEIR_BUILD_PAYLOAD_MAX);
    if (o->payload == NULL)
        return weir_err_sys(&args->err, -ENOMEM, "%s", args->option);
    return 0;
}

static int too_long(struct weir_args *args)
{
    return weir_err_set(&args->err, -EINVAL, "%s: more than %d bytes",
                        args->option, WEIR_BUILD_PAYLOAD_MAX);
}

static int read_payload(struct send_options *o, struct weir_args *args)
{
    bool input = strcmp(args->value, "-") == 0;
    FILE *file = input ? stdin : fopen(args->value, "rb");
    o->payload_file = args->value;
    if (file == NULL)
        return weir_err_sys(&args->err, -errno, "%s: %s", args->option,
                            args->value);
    o->payload_bytes = fread(o->payload, 1, WEIR_BUILD_PAYLOAD_MAX, file);
    bool more = fgetc(file) != EOF;
    bool failed = ferror(file) != 0;
    int why = errno;
    if (!input)
        (void)fclose(file);
    if (failed)
        return weir_err_sys(&args->err, -why, "%s: %s", args->option,
                            args->value);
    return more ? too_long(args) : 0;
}

int send_options_payload(struct send_options *o, struct weir_args *args,
                         int option)
{
    uint64_t len;
    uint32_t bytes = 0;
    int rc = room(o, args);
    if (rc != 0)
        return rc;
    switch (option) {
    case SEND_PAYLOAD:
        o->payload_bytes = strlen(args->value);
        if (o->payload_bytes > WEIR_BUILD_PAYLOAD_MAX)
            return too_long(args);
        memcpy(o->payload, args->value, o->payload_bytes);
        return 0;
    case SEND_PAYLOAD_HEX:
        rc = send_hex(args, args->value, o->payload, WEIR_BUILD_PAYLOAD_MAX,
                      &bytes);
        o->payload_bytes = bytes;
        return rc;
    case SEND_PAYLOAD_FILE:
        return read_payload(o, args);
    default:
        rc = weir_args_number(args, args->value, 14, WEIR_BUILD_PAYLOAD_MAX,
                              &len);
        if (rc == 0)
            o->len = (uint32_t)len;
        return rc;
    }
}

/* Sets of options, for what they need. */
#define OPTION(name) (UINT64_C(1) << (SEND_##name - SEND_ETH_SRC))
#define ICMPS        (OPTION(ICMP) | OPTION(ICMP6))
#define UPPERS       (OPTION(TCP) | OPTION(UDP) | ICMPS)

/* What an option is of, and how one gets that. */
static const struct rule {
    uint64_t options;
    uint64_t needs; /* one of them */
    const char *what;
} rules[] = {
    {OPTION(FLAGS) | OPTION(SEQ) | OPTION(ACK) | OPTION(WINDOW) |
         OPTION(TCP_OPTIONS),
     OPTION(TCP), "--tcp"},
    {OPTION(ICMP_ID) | OPTION(ICMP_SEQ), ICMPS, "--icmp or --icmp6"},
    {OPTION(CHECKSUM), UPPERS, "--tcp, --udp, --icmp or --icmp6"},
    {OPTION(IP_SRC) | OPTION(TTL) | OPTION(TOS) | OPTION(PROTO) | OPTION(ID) |
         OPTION(DF) | OPTION(IP_OPTIONS) | OPTION(FLOW) | OPTION(ARP) | UPPERS,
     OPTION(IP_DST), "--ip-dst"},
};

/* Those of which at most one can be. */
static const uint64_t alternatives[] = {
    UPPERS | OPTION(ARP),
    OPTION(PAYLOAD) | OPTION(PAYLOAD_HEX) | OPTION(PAYLOAD_FILE),
};

static int first_of(uint64_t set)
{
    return SEND_ETH_SRC + __builtin_ctzll(set);
}

static int check_rules(uint64_t given, struct weir_args *args)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if ((given & rules[i].options) != 0 && (given & rules[i].needs) == 0)
            return weir_err_set(
                &args->err, -EINVAL, "--%s: only with %s",
                send_option_name(first_of(given & rules[i].options)),
                rules[i].what);
    for (size_t i = 0; i < sizeof alternatives / sizeof alternatives[0]; i++) {
        uint64_t both = given & alternatives[i];
        uint64_t rest = both & (both - 1);
        if (rest != 0)
            return weir_err_set(&args->err, -EINVAL,
                                "--%s and --%s: one of them at a time",
                                send_option_name(first_of(both)),
                                send_option_name(first_of(rest)));
    }
    return 0;
}

/* Options of one IP version only, and of ARP, which has none of them. */
static int check_family(const struct send_options *o, struct weir_args *args)
{
    const uint64_t of_ip = OPTION(TTL) | OPTION(TOS) | OPTION(PROTO);
    const uint64_t of_ipv4 = OPTION(ID) | OPTION(DF) | OPTION(IP_OPTIONS);
    uint64_t wrong = o->family == AF_INET6
                         ? of_ipv4 | OPTION(ARP) | OPTION(ICMP)
                         : OPTION(FLOW) | OPTION(ICMP6);
    if ((o->given & OPTION(ARP)) != 0)
        wrong |= of_ip | of_ipv4;
    wrong &= o->given;
    if (wrong == 0)
        return 0;
    const char *has = o->family == AF_INET6 ? "IPv6 has no" : "IPv4 has no";
    if ((wrong & (of_ip | of_ipv4)) != 0 && (o->given & OPTION(ARP)) != 0)
        has = "ARP has no";
    return weir_err_set(&args->err, -EINVAL, "%s --%s", has,
                        send_option_name(first_of(wrong)));
}

int send_options_settle(const struct send_options *o, struct weir_args *args)
{
    const uint64_t some = OPTION(IP_DST) | OPTION(ETH_TYPE) | OPTION(PAYLOAD) |
                          OPTION(PAYLOAD_HEX) | OPTION(PAYLOAD_FILE) |
                          OPTION(LEN);
    int rc = check_rules(o->given, args);
    if (rc == 0 && (o->given & OPTION(IP_DST)) != 0)
        rc = check_family(o, args);
    if (rc != 0)
        return rc;
    if ((o->given & some) == 0)
        return weir_err_set(&args->err, -EINVAL,
                            "there is nothing to send: --ip-dst, --payload or "
                            "--eth-type is missing");
    if (o->dry_run && o->file != NULL)
        return weir_err_set(&args->err, -EINVAL,
                            "-n and -w: one of them at a time");
    if (!o->dry_run && o->file == NULL && o->device == NULL)
        return weir_err_set(&args->err, -EINVAL,
                            "-i DEVICE is missing (or -n, or -w FILE)");
    if (weir_same_file(o->file, o->payload_file, STDIN_FILENO))
        return weir_err_set(&args->err, -EINVAL,
                            "-w %s: that is what --payload-file names",
                            o->file);
    if (o->file != NULL && o->count == 0)
        return weir_err_set(&args->err, -EINVAL,
                            "-c 0: a file cannot be without end");
    return 0;
}
