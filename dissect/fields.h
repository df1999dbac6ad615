#ifndef WEIR_DISSECT_FIELDS_H
#define WEIR_DISSECT_FIELDS_H

/* fields: what the header of a layer says, read from the frame's bytes.
 *
 * One view per protocol.  weir_<proto>_view_read(view, data, layer) fills it,
 * where layer is one that weir_dissect put into its list for the same data.
 * It reads nothing outside the layer's captured header and checks nothing
 * that weir_dissect has checked already.  weir_<proto>_view_find(view, data,
 * dissection) does the same with the outermost layer of that protocol.
 * The names of the members follow Wireshark's display filters.
 *
 * Units     numbers are in host byte order; lengths are bytes.
 * Owner     pointers point into data and live as long as it does.
 * Threads   any; pure functions of their arguments.
 * Errors    false: the layer is not of that protocol, there is none, or an
 *           argument is NULL; then the view is all zero.  What a layer may
 *           lack has a flag in its view, or a NULL. */

#include <stdbool.h>
#include <stdint.h>

#include "dissect/dissect.h"

struct weir_eth_view {
    const uint8_t *dst; /* 6 bytes */
    const uint8_t *src; /* 6 bytes */
    uint16_t type;      /* EtherType, or a length if at most 1500 */
    bool is_length;     /* IEEE 802.3: type is a length */
};

struct weir_llc_view {
    uint8_t dsap;
    uint8_t ssap;
    uint16_t control; /* 8 bits for U frames; for I and S frames 16, first
                         byte low as on the wire; 8 if the second is cut */
    bool is_snap;     /* the two below are there */
    uint32_t oui;     /* snap.oui, 24 bits */
    uint16_t type;    /* snap.type: an EtherType if oui is 0 */
};

struct weir_vlan_view {
    uint8_t priority; /* 0 to 7 */
    bool dei;
    uint16_t id;    /* 0 to 4095 */
    uint16_t etype; /* what follows; a length if at most 1500 */
    bool is_length; /* etype is a length */
};

struct weir_mpls_view {
    uint32_t label; /* 20 bits */
    uint8_t exp;    /* 0 to 7: the traffic class */
    bool bottom;    /* of the stack */
    uint8_t ttl;
};

/* ARP and RARP.  An address that was not captured whole is NULL.  The last
 * four are those of the four before that are of the usual kind (hardware: 6
 * bytes of Ethernet or IEEE 802; protocol: 4 bytes of IPv4), else NULL. */
struct weir_arp_view {
    uint16_t hw_type;
    uint16_t proto_type;
    uint8_t hw_size;
    uint8_t proto_size;
    uint16_t opcode;          /* 1 request, 2 reply; 3 and 4 of RARP */
    const uint8_t *src_hw;    /* hw_size bytes */
    const uint8_t *src_proto; /* proto_size bytes */
    const uint8_t *dst_hw;
    const uint8_t *dst_proto;
    const uint8_t *src_hw_mac;
    const uint8_t *src_proto_ipv4;
    const uint8_t *dst_hw_mac;
    const uint8_t *dst_proto_ipv4;
};

#define WEIR_IP_RESERVED       4
#define WEIR_IP_DONT_FRAGMENT  2
#define WEIR_IP_MORE_FRAGMENTS 1

struct weir_ip_view {
    uint8_t version;       /* 4 */
    uint8_t header_length; /* 20 to 60, as it says */
    uint8_t tos;           /* DSCP and ECN */
    uint16_t total_length; /* as it says; 0 from some offloads */
    uint16_t id;
    uint8_t flags;            /* 3 bits: WEIR_IP_* */
    uint16_t fragment_offset; /* bytes, a multiple of 8 */
    uint8_t ttl;
    uint8_t proto;
    uint16_t checksum;
    const uint8_t *src;     /* 4 bytes */
    const uint8_t *dst;     /* 4 bytes */
    const uint8_t *options; /* see weir_option_next */
    uint8_t options_length; /* captured bytes of them, 0 to 40 */
};

/* The layer's `upper` tells the protocol behind the extension headers, which
 * weir_extension_next walks through. */
struct weir_ipv6_view {
    uint8_t traffic_class;
    uint32_t flow; /* 20 bits */
    uint16_t plen; /* payload length, extension headers included */
    uint8_t nxt;   /* of the fixed header: perhaps an extension header */
    uint8_t hlim;
    const uint8_t *src; /* 16 bytes */
    const uint8_t *dst; /* 16 bytes */
};

#define WEIR_TCP_FIN 0x001
#define WEIR_TCP_SYN 0x002
#define WEIR_TCP_RST 0x004
#define WEIR_TCP_PSH 0x008
#define WEIR_TCP_ACK 0x010
#define WEIR_TCP_URG 0x020
#define WEIR_TCP_ECE 0x040
#define WEIR_TCP_CWR 0x080
#define WEIR_TCP_AE  0x100

struct weir_tcp_view {
    uint16_t srcport;
    uint16_t dstport;
    uint32_t seq;
    uint32_t ack;
    uint8_t header_length; /* 0 to 60, as it says */
    uint16_t flags;        /* 12 bits: WEIR_TCP_*, and 3 reserved ones */
    uint16_t window;       /* not scaled */
    uint16_t checksum;
    uint16_t urgent;
    const uint8_t *options; /* see weir_option_next */
    uint8_t options_length; /* captured bytes of them, 0 to 40 */
};

struct weir_udp_view {
    uint16_t srcport;
    uint16_t dstport;
    uint16_t length; /* header and payload, as it says */
    uint16_t checksum;
};

/* ICMP and ICMPv6. */
struct weir_icmp_view {
    uint8_t type;
    uint8_t code;
    uint16_t checksum;
    bool has_rest; /* the second four bytes are there (ICMP: always) */
    uint32_t rest; /* of an echo: identifier << 16 | sequence number */
};

struct weir_sctp_view {
    uint16_t srcport;
    uint16_t dstport;
    uint32_t vtag;
    uint32_t checksum;
};

/* LINUX_SLL and LINUX_SLL2. */
struct weir_sll_view {
    uint16_t packet_type;    /* 0 to us, 1 broadcast, 2 multicast, 3 to another
                                host, 4 from us */
    uint16_t arphrd;         /* ARPHRD_ value of the device */
    uint16_t address_length; /* as it says; at most 8 bytes are there */
    const uint8_t *address;  /* the sender's: min(address_length, 8) bytes */
    uint16_t protocol;       /* an EtherType, most often */
    bool has_ifindex;        /* SLL2 only */
    uint32_t ifindex;
};

struct weir_null_view {
    uint32_t family; /* an address family of the system that captured */
};

/* What the last layer carries.  Of a frame with a fault it is what follows
 * the last layer that stands. */
struct weir_payload_view {
    const uint8_t *bytes; /* not NULL, even if there is none */
    uint32_t captured;    /* bytes of it that are there */
    uint32_t length;      /* on the wire, without padding; not less */
};

bool weir_eth_view_read(struct weir_eth_view *out, const uint8_t *data,
                        const struct weir_layer *layer);
bool weir_llc_view_read(struct weir_llc_view *out, const uint8_t *data,
                        const struct weir_layer *layer);
bool weir_vlan_view_read(struct weir_vlan_view *out, const uint8_t *data,
                         const struct weir_layer *layer);
bool weir_mpls_view_read(struct weir_mpls_view *out, const uint8_t *data,
                         const struct weir_layer *layer);
bool weir_arp_view_read(struct weir_arp_view *out, const uint8_t *data,
                        const struct weir_layer *layer);
bool weir_ip_view_read(struct weir_ip_view *out, const uint8_t *data,
                       const struct weir_layer *layer);
bool weir_ipv6_view_read(struct weir_ipv6_view *out, const uint8_t *data,
                         const struct weir_layer *layer);
bool weir_tcp_view_read(struct weir_tcp_view *out, const uint8_t *data,
                        const struct weir_layer *layer);
bool weir_udp_view_read(struct weir_udp_view *out, const uint8_t *data,
                        const struct weir_layer *layer);
/* layer is of ICMP or ICMPv6. */
bool weir_icmp_view_read(struct weir_icmp_view *out, const uint8_t *data,
                         const struct weir_layer *layer);
bool weir_sctp_view_read(struct weir_sctp_view *out, const uint8_t *data,
                         const struct weir_layer *layer);
/* layer is of SLL or SLL2. */
bool weir_sll_view_read(struct weir_sll_view *out, const uint8_t *data,
                        const struct weir_layer *layer);
bool weir_null_view_read(struct weir_null_view *out, const uint8_t *data,
                         const struct weir_layer *layer);

bool weir_eth_view_find(struct weir_eth_view *out, const uint8_t *data,
                        const struct weir_dissection *dissection);
bool weir_llc_view_find(struct weir_llc_view *out, const uint8_t *data,
                        const struct weir_dissection *dissection);
bool weir_vlan_view_find(struct weir_vlan_view *out, const uint8_t *data,
                         const struct weir_dissection *dissection);
bool weir_mpls_view_find(struct weir_mpls_view *out, const uint8_t *data,
                         const struct weir_dissection *dissection);
bool weir_arp_view_find(struct weir_arp_view *out, const uint8_t *data,
                        const struct weir_dissection *dissection);
bool weir_ip_view_find(struct weir_ip_view *out, const uint8_t *data,
                       const struct weir_dissection *dissection);
bool weir_ipv6_view_find(struct weir_ipv6_view *out, const uint8_t *data,
                         const struct weir_dissection *dissection);
bool weir_tcp_view_find(struct weir_tcp_view *out, const uint8_t *data,
                        const struct weir_dissection *dissection);
bool weir_udp_view_find(struct weir_udp_view *out, const uint8_t *data,
                        const struct weir_dissection *dissection);
bool weir_icmp_view_find(struct weir_icmp_view *out, const uint8_t *data,
                         const struct weir_dissection *dissection);
bool weir_icmpv6_view_find(struct weir_icmp_view *out, const uint8_t *data,
                           const struct weir_dissection *dissection);
bool weir_sctp_view_find(struct weir_sctp_view *out, const uint8_t *data,
                         const struct weir_dissection *dissection);
/* Of SLL or SLL2. */
bool weir_sll_view_find(struct weir_sll_view *out, const uint8_t *data,
                        const struct weir_dissection *dissection);
bool weir_null_view_find(struct weir_null_view *out, const uint8_t *data,
                         const struct weir_dissection *dissection);

/* weir_payload_view_read: caplen is the frame's. */
bool weir_payload_view_read(struct weir_payload_view *out, const uint8_t *data,
                            uint32_t caplen,
                            const struct weir_dissection *dissection);

#endif
