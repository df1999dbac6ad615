#ifndef WEIR_CLI_SEND_OPTIONS_H
#define WEIR_CLI_SEND_OPTIONS_H

/* send_options: the command line of `weir send`: one packet, as the configs of
 * its layers, and where it goes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/build.h"

#define WEIR_SEND_COMMAND   "weir send"
#define WEIR_SEND_VLANS_MAX 4

/* The options with a long name alone. */
enum send_option {
    SEND_ETH_SRC = 256,
    SEND_ETH_DST,
    SEND_ETH_TYPE,
    SEND_VLAN,
    SEND_ARP,
    SEND_IP_SRC,
    SEND_IP_DST,
    SEND_TTL,
    SEND_TOS,
    SEND_PROTO,
    SEND_ID,
    SEND_DF,
    SEND_IP_OPTIONS,
    SEND_FLOW,
    SEND_TCP,
    SEND_FLAGS,
    SEND_SEQ,
    SEND_ACK,
    SEND_WINDOW,
    SEND_TCP_OPTIONS,
    SEND_UDP,
    SEND_ICMP,
    SEND_ICMP6,
    SEND_ICMP_ID,
    SEND_ICMP_SEQ,
    SEND_CHECKSUM,
    SEND_PAYLOAD,
    SEND_PAYLOAD_HEX,
    SEND_PAYLOAD_FILE,
    SEND_LEN,
};

struct send_options {
    const char *device; /* or NULL */
    const char *file;   /* or NULL */
    bool dry_run;
    bool help;
    uint64_t count;      /* 0: without end */
    int64_t interval_ns; /* 0: none */

    uint64_t given; /* a bit for each send_option, from SEND_ETH_SRC on */
    int family;     /* of the IP layer or of ARP's addresses; 0: none */
    struct weir_build_eth eth;
    struct weir_build_vlan vlans[WEIR_SEND_VLANS_MAX];
    uint32_t vlans_count;
    struct weir_build_arp arp;
    struct weir_build_ipv4 ipv4; /* ARP's addresses, too */
    struct weir_build_ipv6 ipv6;
    struct weir_build_tcp tcp;
    struct weir_build_udp udp;
    struct weir_build_icmp icmp; /* ICMPv6's, too */
    uint8_t ip_options[WEIR_BUILD_OPTIONS_MAX];
    uint8_t tcp_options[WEIR_BUILD_OPTIONS_MAX];
    uint8_t *payload; /* room for WEIR_BUILD_PAYLOAD_MAX, or NULL */
    size_t payload_bytes;
    const char *payload_file; /* that it was read from, or NULL */
    uint32_t len;             /* of the frame; 0: as it comes */
};

static inline bool send_given(const struct send_options *o,
                              enum send_option option)
{
    return (o->given >> (option - SEND_ETH_SRC) & 1) != 0;
}

/* send_options_parse: WEIR_EXIT_OK, or the exit status of a command line that
 * was refused, which has been said on stderr.  Free in either case. */
int send_options_parse(struct send_options *o, int argc, char **argv);
void send_options_free(struct send_options *o);

/* send_help: to stdout. */
void send_help(void);

#endif
