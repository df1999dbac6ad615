#ifndef WEIR_DISSECT_FIELDS_H
#define WEIR_DISSECT_FIELDS_H

/* fields: what the header of a layer says, read from the frame's bytes.
 *
 * One view per protocol.  A view is filled by weir_<proto>_view_read(view,
 * data, layer), where layer is one that weir_dissect put into its list for
 * the same data, of that protocol.  It reads nothing outside the layer's
 * captured header and checks nothing that weir_dissect has checked already.
 * The names of the members follow Wireshark's display filters.
 *
 * Units     numbers are in host byte order; lengths are bytes.
 * Owner     pointers point into data and live as long as it does.
 * Threads   any; pure functions of their arguments.
 * Errors    none; what a frame may lack has a flag in the view. */

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

/* ARP and RARP.  Senders' and targets' addresses are there if they are of
 * that kind (hardware: 6 bytes of Ethernet or IEEE 802; protocol: 4 bytes
 * of IPv4) and were captured whole; else the pointer is NULL. */
struct weir_arp_view {
    uint16_t hw_type;
    uint16_t proto_type;
    uint8_t hw_size;
    uint8_t proto_size;
    uint16_t opcode;
    const uint8_t *src_hw_mac;
    const uint8_t *src_proto_ipv4;
    const uint8_t *dst_hw_mac;
    const uint8_t *dst_proto_ipv4;
};

struct weir_ip_view {
    uint8_t version;       /* 4 */
    uint8_t header_length; /* 20 to 60, as it says */
    uint8_t tos;           /* DSCP and ECN */
    uint16_t total_length; /* as it says; 0 from some offloads */
    uint16_t id;
    uint8_t flags;            /* 3 bits: reserved 4, DF 2, MF 1 */
    uint16_t fragment_offset; /* bytes, a multiple of 8 */
    uint8_t ttl;
    uint8_t proto;
    uint16_t checksum;
    const uint8_t *src; /* 4 bytes */
    const uint8_t *dst; /* 4 bytes */
};

/* The layer's `upper` tells the protocol behind the extension headers. */
struct weir_ipv6_view {
    uint8_t traffic_class;
    uint32_t flow; /* 20 bits */
    uint16_t plen; /* payload length, extension headers included */
    uint8_t nxt;   /* of the fixed header: perhaps an extension header */
    uint8_t hlim;
    const uint8_t *src; /* 16 bytes */
    const uint8_t *dst; /* 16 bytes */
};

struct weir_tcp_view {
    uint16_t srcport;
    uint16_t dstport;
    uint32_t seq;
    uint32_t ack;
    uint8_t header_length; /* 0 to 60, as it says */
    uint16_t flags;        /* 12 bits: reserved 3, AE, CWR, ECE, URG, ACK,
                              PSH, RST, SYN, FIN (1) */
    uint16_t window;       /* not scaled */
    uint16_t checksum;
    uint16_t urgent;
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

void weir_eth_view_read(struct weir_eth_view *out, const uint8_t *data,
                        const struct weir_layer *layer);
void weir_llc_view_read(struct weir_llc_view *out, const uint8_t *data,
                        const struct weir_layer *layer);
void weir_vlan_view_read(struct weir_vlan_view *out, const uint8_t *data,
                         const struct weir_layer *layer);
void weir_mpls_view_read(struct weir_mpls_view *out, const uint8_t *data,
                         const struct weir_layer *layer);
void weir_arp_view_read(struct weir_arp_view *out, const uint8_t *data,
                        const struct weir_layer *layer);
void weir_ip_view_read(struct weir_ip_view *out, const uint8_t *data,
                       const struct weir_layer *layer);
void weir_ipv6_view_read(struct weir_ipv6_view *out, const uint8_t *data,
                         const struct weir_layer *layer);
void weir_tcp_view_read(struct weir_tcp_view *out, const uint8_t *data,
                        const struct weir_layer *layer);
void weir_udp_view_read(struct weir_udp_view *out, const uint8_t *data,
                        const struct weir_layer *layer);
/* layer is of ICMP or ICMPv6. */
void weir_icmp_view_read(struct weir_icmp_view *out, const uint8_t *data,
                         const struct weir_layer *layer);
void weir_sctp_view_read(struct weir_sctp_view *out, const uint8_t *data,
                         const struct weir_layer *layer);
/* layer is of SLL or SLL2. */
void weir_sll_view_read(struct weir_sll_view *out, const uint8_t *data,
                        const struct weir_layer *layer);
void weir_null_view_read(struct weir_null_view *out, const uint8_t *data,
                         const struct weir_layer *layer);

#endif
