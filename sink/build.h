#ifndef WEIR_SINK_BUILD_H
#define WEIR_SINK_BUILD_H

/* build: a frame that is put together layer by layer.
 *
 *     open -> { add* -> bytes -> { set* -> bytes }* -> reset }* -> close
 *
 * Layers are added in the order that they have on the wire, the outermost
 * first, each by what is to be in its header.  weir_build_bytes then writes
 * the frame: numbers of what follows, lengths and checksums are filled in.
 * A layer that was added can be set anew and the frame be written again;
 * that takes no more memory, however often.
 *
 * A member of 0 stands for its default, which its comment tells.  Any other
 * value is taken as it is, right or wrong: so frames with bad checksums or
 * lengths can be made as well.  Where 0 itself is meant, its bit is in the
 * struct's `zeros`.  The members have the names that they have in the views
 * of dissected frames.
 *
 *     may follow     Ethernet, VLAN   VLAN, ARP, IPv4, IPv6, payload
 *                    IPv4             TCP, UDP, ICMP, IPv4, IPv6, payload
 *                    IPv6             TCP, UDP, ICMPv6, IPv4, IPv6, payload
 *                    ICMP, ICMPv6     IPv4, IPv6, payload
 *                    ARP, TCP, UDP    payload
 *     may be first   Ethernet, IPv4, IPv6
 *
 * It is only bytes: no interface is asked, no socket is opened and no
 * privilege is needed.
 *
 * Units     bytes and host byte order; addresses are bytes as on the wire.
 * Owner     the caller closes.  Configs, options and payloads are copied.
 * Threads   one at a time per handle: a second one gets -EBUSY.
 * Errors    -EINVAL for what cannot be (NULL, a value that its field cannot
 *           hold, a layer where it cannot be), -EMSGSIZE for what is too
 *           long or does not fit, -ENOSPC for too many layers, -EBUSY,
 *           -ENOMEM; with words, and the layers are as they were. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct weir_build;
struct weir_err;

#define WEIR_BUILD_LAYERS_MAX  16
#define WEIR_BUILD_OPTIONS_MAX 40
#define WEIR_BUILD_PAYLOAD_MAX 65535

/* No frame is longer: the longest payload behind the most headers. */
#define WEIR_BUILD_BYTES_MAX                                                   \
    (WEIR_BUILD_PAYLOAD_MAX + 60 * WEIR_BUILD_LAYERS_MAX)

/* For `zeros`: which member of 0 is meant as 0. */
enum weir_build_zero {
    WEIR_BUILD_ZERO_TYPE = 1,     /* type, etype, proto, nxt, opcode */
    WEIR_BUILD_ZERO_LENGTH = 2,   /* total_length, plen, length */
    WEIR_BUILD_ZERO_HEADER = 4,   /* header_length */
    WEIR_BUILD_ZERO_CHECKSUM = 8, /* checksum */
    WEIR_BUILD_ZERO_TTL = 16,     /* ttl, hlim */
    WEIR_BUILD_ZERO_WINDOW = 32   /* window */
};

struct weir_build_eth {
    uint8_t dst[6]; /* as is, as all addresses */
    uint8_t src[6];
    uint16_t type; /* what follows; a payload: 0x88b5, which IEEE 802 leaves
                      to experiments.  At most 1500: a length */
    uint32_t zeros;
};

/* One tag; for two (QinQ) add two, the service tag first. */
struct weir_build_vlan {
    uint16_t id;      /* 0 to 4095 */
    uint8_t priority; /* 0 to 7 */
    bool dei;
    uint16_t tpid;  /* 0x88a8 if another tag follows, else 0x8100 */
    uint16_t etype; /* as an Ethernet header's type */
    uint32_t zeros;
};

struct weir_build_arp {
    uint16_t hw_type;    /* 1: Ethernet */
    uint16_t proto_type; /* 0x0800: IPv4 */
    uint8_t hw_size;     /* 6; what it says: the addresses are there anyway */
    uint8_t proto_size;  /* 4; likewise */
    uint16_t opcode;     /* 1: request; 2 is a reply */
    uint8_t src_hw_mac[6];
    uint8_t src_proto_ipv4[4];
    uint8_t dst_hw_mac[6];
    uint8_t dst_proto_ipv4[4];
    uint32_t zeros;
};

struct weir_build_ipv4 {
    uint8_t src[4];
    uint8_t dst[4];
    uint8_t tos;
    uint8_t header_length; /* what it says, a multiple of 4: of the header
                              with its options */
    uint16_t total_length; /* of all from this header to the frame's end */
    uint16_t id;
    uint8_t flags;            /* reserved 4, DF 2, MF 1 */
    uint16_t fragment_offset; /* bytes, a multiple of 8 */
    uint8_t ttl;              /* 64 */
    uint8_t
        proto; /* what follows; a payload: 253, for experiments (RFC 3692) */
    uint16_t checksum;
    const uint8_t *options; /* filled up with zeros to a multiple of 4 */
    uint32_t options_bytes; /* at most WEIR_BUILD_OPTIONS_MAX */
    uint32_t zeros;
};

struct weir_build_ipv6 {
    uint8_t src[16];
    uint8_t dst[16];
    uint8_t traffic_class;
    uint32_t flow; /* 20 bits */
    uint16_t plen; /* of all behind this header */
    uint8_t nxt;   /* what follows; a payload: 253; nothing: 59 */
    uint8_t hlim;  /* 64 */
    uint32_t zeros;
};

/* The checksums of TCP, UDP and ICMPv6 are with the pseudo header of the IP
 * layer before them, and go to the frame's end, also in a fragment.  Where the
 * options of IPv4 have a source route with stations left, the destination in
 * it is the final one. */
struct weir_build_tcp {
    uint16_t srcport;
    uint16_t dstport;
    uint32_t seq;
    uint32_t ack;
    uint8_t header_length; /* what it says, a multiple of 4 */
    uint16_t flags;        /* 12 bits: reserved 3, AE, CWR, ECE, URG, ACK, PSH,
                              RST, SYN, FIN (1) */
    uint16_t window;       /* 65535 */
    uint16_t checksum;
    uint16_t urgent;
    const uint8_t *options; /* filled up with zeros to a multiple of 4 */
    uint32_t options_bytes; /* at most WEIR_BUILD_OPTIONS_MAX */
    uint32_t zeros;
};

struct weir_build_udp {
    uint16_t srcport;
    uint16_t dstport;
    uint16_t length; /* header and all behind it */
    uint16_t checksum;
    uint32_t zeros;
};

/* ICMP and ICMPv6: any message.  What is behind its first 8 bytes is the
 * payload; in an error, the packet that it is about may be added as layers. */
struct weir_build_icmp {
    uint8_t type;
    uint8_t code;
    uint16_t checksum;
    uint32_t rest; /* of an echo: identifier << 16 | sequence number */
    uint32_t zeros;
};

/* weir_build_open: *out must be NULL (-EBUSY: it is a handle already), and is
 * set only on 0. */
int weir_build_open(struct weir_build **out, struct weir_err *err);

/* weir_build_add_*: adds a layer behind those that are there.  Returns its
 * number, 0 for the first, or an error.  A payload of 0 bytes may be NULL. */
int weir_build_add_eth(struct weir_build *build,
                       const struct weir_build_eth *config,
                       struct weir_err *err);
int weir_build_add_vlan(struct weir_build *build,
                        const struct weir_build_vlan *config,
                        struct weir_err *err);
int weir_build_add_arp(struct weir_build *build,
                       const struct weir_build_arp *config,
                       struct weir_err *err);
int weir_build_add_ipv4(struct weir_build *build,
                        const struct weir_build_ipv4 *config,
                        struct weir_err *err);
int weir_build_add_ipv6(struct weir_build *build,
                        const struct weir_build_ipv6 *config,
                        struct weir_err *err);
int weir_build_add_tcp(struct weir_build *build,
                       const struct weir_build_tcp *config,
                       struct weir_err *err);
int weir_build_add_udp(struct weir_build *build,
                       const struct weir_build_udp *config,
                       struct weir_err *err);
int weir_build_add_icmp(struct weir_build *build,
                        const struct weir_build_icmp *config,
                        struct weir_err *err);
int weir_build_add_icmpv6(struct weir_build *build,
                          const struct weir_build_icmp *config,
                          struct weir_err *err);
int weir_build_add_payload(struct weir_build *build, const void *bytes,
                           size_t count, struct weir_err *err);

/* weir_build_set_*: the layer of that number, which is one of this kind, gets
 * this config instead of the one it had.  Returns its number, or an error. */
int weir_build_set_eth(struct weir_build *build, uint32_t layer,
                       const struct weir_build_eth *config,
                       struct weir_err *err);
int weir_build_set_vlan(struct weir_build *build, uint32_t layer,
                        const struct weir_build_vlan *config,
                        struct weir_err *err);
int weir_build_set_arp(struct weir_build *build, uint32_t layer,
                       const struct weir_build_arp *config,
                       struct weir_err *err);
int weir_build_set_ipv4(struct weir_build *build, uint32_t layer,
                        const struct weir_build_ipv4 *config,
                        struct weir_err *err);
int weir_build_set_ipv6(struct weir_build *build, uint32_t layer,
                        const struct weir_build_ipv6 *config,
                        struct weir_err *err);
int weir_build_set_tcp(struct weir_build *build, uint32_t layer,
                       const struct weir_build_tcp *config,
                       struct weir_err *err);
int weir_build_set_udp(struct weir_build *build, uint32_t layer,
                       const struct weir_build_udp *config,
                       struct weir_err *err);
int weir_build_set_icmp(struct weir_build *build, uint32_t layer,
                        const struct weir_build_icmp *config,
                        struct weir_err *err);
int weir_build_set_icmpv6(struct weir_build *build, uint32_t layer,
                          const struct weir_build_icmp *config,
                          struct weir_err *err);
int weir_build_set_payload(struct weir_build *build, uint32_t layer,
                           const void *bytes, size_t count,
                           struct weir_err *err);

/* weir_build_bytes: writes the frame to to[0 .. size).  Returns its length,
 * or an error: -EMSGSIZE also where a length that is to be filled in does
 * not fit into its field.  What is in `to` after an error is not defined.
 * Nothing is filled up to a device's least length. */
int weir_build_bytes(struct weir_build *build, void *to, size_t size,
                     struct weir_err *err);

/* weir_build_reset: no layers are there, as after open. */
int weir_build_reset(struct weir_build *build, struct weir_err *err);

/* weir_build_close: accepts NULL and *build NULL; sets *build to NULL. */
int weir_build_close(struct weir_build **build, struct weir_err *err);

#endif
