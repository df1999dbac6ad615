#ifndef WEIR_DISSECT_FLOW_KEY_H
#define WEIR_DISSECT_FLOW_KEY_H

/* flow_key: which flow a frame is of, and what the flow counts of it.
 *
 * A flow is what two ends say to each other: the VLAN ids of the two outer
 * tags, the outermost IP version, both addresses, the protocol behind the
 * extension headers, and two ports.  The ends stand in one order, whoever
 * sends, so that both directions are one flow; `side` says which end sent
 * the frame.
 *
 * Ports are those of TCP, UDP and SCTP.  An ICMP message's are its type and
 * the type that answers it (echo, timestamp, information, address mask), so
 * that request and reply are one flow; of other messages the type and the
 * code.  They are 0 where there is no such header: other protocols, fragments
 * but the first, packets that end before it.  Within a tunnel nothing is
 * looked at: the flow is that of the tunnel's own packets.
 *
 * A frame has a flow if its IP header was captured and is plausible,
 * whatever is wrong behind it.
 *
 * Owner     a flow frame borrows the frame's bytes (IPv6 addresses).
 * Units     bytes of the IP packet, by its own length and at most what the
 *           frame has (as nfpcapd counts), and of the frame on the wire.
 * Threads   any; pure functions.
 * Errors    none: what has no flow is an outcome to count. */

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fold.h"
#include "dissect/dissect.h"
#include "dissect/usual.h"
#include "ring/frame.h"

/* What a frame is to the flows.  The names are in reports; only append. */
#define WEIR_FLOW_KIND_LIST(X)                                                 \
    X(TRACKED, "tracked", "of a flow")                                         \
    X(NOT_IP, "not_ip", "no IP packet")                                        \
    X(MALFORMED, "malformed", "broken before or in its IP header")             \
    X(TRUNCATED, "truncated", "cut off before its IP header ends")             \
    X(UNTRACKED, "untracked", "of a flow that found no room")

#define WEIR_FLOW_KIND_ENUM(id, name, text) WEIR_FLOW_##id,
enum weir_flow_kind {
    WEIR_FLOW_KIND_LIST(WEIR_FLOW_KIND_ENUM) WEIR_FLOW_KINDS
};

/* Secret factors, made of a seed: who sends frames cannot choose which
 * flows meet in a bucket. */
struct weir_flow_hash {
    uint64_t keys[4];
};

/* An end is a port in its lowest 16 bits and an address in the next 32: the
 * IPv4 address, or of an IPv6 address a hash.  Above them ends[0] has the
 * protocol and, over IPv6, WEIR_FLOW_SIX; ends[1] the outer tag. */
#define WEIR_FLOW_SIX       (UINT64_C(1) << 56)
#define WEIR_FLOW_TOP_SHIFT 48

/* A tag: this bit, and the VLAN id in the lowest 12. */
#define WEIR_FLOW_TAGGED  UINT16_C(0x8000)
#define WEIR_FLOW_VLAN_ID UINT16_C(0x0fff)

struct weir_flow_frame {
    uint64_t ends[2];
    uint32_t hash;
    uint16_t inner; /* tag */
    uint8_t side;   /* the end that sent it */
    uint8_t tcp_flags;
    int64_t time_ns;
    uint32_t bytes; /* of the IP packet */
    uint32_t wire;  /* of the frame on the wire */
    /* Over IPv6 the sender's address and behind it the receiver's. */
    const uint8_t *addresses;
};

static inline uint32_t weir_flow_hash_make(const struct weir_flow_hash *hash,
                                           uint64_t lesser, uint64_t greater,
                                           uint16_t inner)
{
    uint64_t h = weir_fold(lesser ^ hash->keys[0], greater ^ hash->keys[1]);
    h = weir_fold(h ^ hash->keys[2], inner ^ hash->keys[3]);
    return (uint32_t)(h >> 32);
}

static inline void weir_flow_hash_init(struct weir_flow_hash *hash,
                                       uint64_t seed)
{
    weir_fold_keys(hash->keys, 4, seed);
}

/* The types of ICMP that answer each other: RFC 792, RFC 950; RFC 4443. */
static inline int weir_flow_icmp_counterpart(uint8_t type)
{
    switch (type) {
    case 8: /* echo */
        return 0;
    case 0:
        return 8;
    case 13: /* timestamp */
    case 15: /* information */
    case 17: /* address mask */
        return type + 1;
    case 14:
    case 16:
    case 18:
        return type - 1;
    default:
        return -1;
    }
}

static inline int weir_flow_icmpv6_counterpart(uint8_t type)
{
    return type == 128 || type == 129 ? type ^ 1 : -1;
}

/* Ports of a message, as weir_flow_ports has them. */
static inline uint32_t weir_flow_icmp_ports(const uint8_t *p, bool v6)
{
    int counterpart = v6 ? weir_flow_icmpv6_counterpart(p[0])
                         : weir_flow_icmp_counterpart(p[0]);
    return (uint32_t)p[0] << 16 |
           (counterpart >= 0 ? (uint32_t)counterpart : p[1]);
}

/* The sender's port in the upper half, the receiver's in the lower; p is the
 * header of a transport layer that is all there. */
static inline uint32_t weir_flow_ports(uint8_t protocol, const uint8_t *p,
                                       uint8_t *tcp_flags)
{
    *tcp_flags = 0;
    switch (protocol) {
    case WEIR_PROTO_TCP:
        *tcp_flags = p[TCP_FLAGS];
        return weir_load_be32(p);
    case WEIR_PROTO_UDP:
    case WEIR_PROTO_SCTP:
        return weir_load_be32(p);
    case WEIR_PROTO_ICMP:
    case WEIR_PROTO_ICMPV6:
        return weir_flow_icmp_ports(p, protocol == WEIR_PROTO_ICMPV6);
    default:
        return 0;
    }
}

/* A length of 0 is what a segmentation offload or a jumbogram has (see
 * ipv4.h, ipv6.h): the rest of the frame; and more than that is not there. */
static inline uint32_t weir_flow_length(uint32_t length, bool open,
                                        uint32_t left)
{
    return open || length > left ? left : length;
}

/* What the two IP headers give, in registers until all of a flow frame is
 * known: to write it in parts and read it back for the hash takes longer than
 * all else here. */
struct weir_flow_ip {
    uint64_t from;
    uint64_t to;
    uint64_t top; /* of ends[0] */
    uint32_t bytes;
    bool greater; /* the sender is the greater end */
    const uint8_t *addresses;
};

static inline struct weir_flow_ip weir_flow_four(const uint8_t *ip,
                                                 uint32_t left, uint32_t ports)
{
    uint64_t from = (uint64_t)weir_load_be32(ip + IPV4_SRC) << 16 | ports >> 16;
    uint64_t to =
        (uint64_t)weir_load_be32(ip + IPV4_DST) << 16 | (ports & 0xffff);
    uint32_t total = weir_load_be16(ip + IPV4_TOTAL);

    return (struct weir_flow_ip){
        .from = from,
        .to = to,
        .bytes = weir_flow_length(total, total == 0, left),
        .greater = from > to,
    };
}

/* As memcmp of two IPv6 addresses. */
static inline int weir_flow_compare(const uint8_t *a, const uint8_t *b)
{
    for (int i = 0; i < 16; i += 8) {
        uint64_t x = be64toh(weir_load_64(a + i));
        uint64_t y = be64toh(weir_load_64(b + i));
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

static inline uint64_t weir_flow_six_end(const struct weir_flow_hash *hash,
                                         const uint8_t *address, uint32_t port)
{
    uint64_t h = weir_fold(weir_load_64(address) ^ hash->keys[2],
                           weir_load_64(address + 8) ^ hash->keys[3]);
    return (h >> 32) << 16 | (port & 0xffff);
}

static inline struct weir_flow_ip
weir_flow_six(const struct weir_flow_hash *hash, const uint8_t *ip,
              uint32_t left, uint32_t ports)
{
    const uint8_t *addresses = ip + IPV6_SRC;
    uint32_t payload = weir_load_be16(ip + IPV6_LENGTH);
    int order = weir_flow_compare(addresses, addresses + 16);

    return (struct weir_flow_ip){
        .from = weir_flow_six_end(hash, addresses, ports >> 16),
        .to = weir_flow_six_end(hash, addresses + 16, ports),
        .top = WEIR_FLOW_SIX,
        /* Where nothing follows, a length of 0 means what it says. */
        .bytes = weir_flow_length(payload + IPV6_HEADER,
                                  payload == 0 && ip[IPV6_NEXT] != NEXT_NOTHING,
                                  left),
        .greater = order > 0 || (order == 0 && ports >> 16 > (ports & 0xffff)),
        .addresses = addresses,
    };
}

/* All of a flow frame but where its parts come from. */
static inline void weir_flow_frame_set(const struct weir_flow_hash *hash,
                                       struct weir_flow_frame *out,
                                       const struct weir_frame *frame,
                                       const struct weir_flow_ip *end,
                                       uint8_t protocol, const uint16_t tags[2],
                                       uint8_t tcp_flags)
{
    /* Without a branch: who sends is a coin's toss for the processor. */
    uint64_t both = (end->from ^ end->to) & (0 - (uint64_t)end->greater);
    uint64_t lesser = (end->from ^ both) | end->top |
                      (uint64_t)protocol << WEIR_FLOW_TOP_SHIFT;
    uint64_t greater = (end->to ^ both) | (uint64_t)tags[0]
                                              << WEIR_FLOW_TOP_SHIFT;
    *out = (struct weir_flow_frame){
        .ends = {lesser, greater},
        .hash = weir_flow_hash_make(hash, lesser, greater, tags[1]),
        .inner = tags[1],
        .side = end->greater,
        .tcp_flags = tcp_flags,
        .time_ns = frame->time_ns,
        .bytes = end->bytes,
        .wire = frame->len,
        .addresses = end->addresses,
    };
}

/* A frame's length, if what was captured is not more. */
static inline uint32_t weir_flow_wire(const struct weir_frame *frame)
{
    return frame->len < frame->caplen ? frame->caplen : frame->len;
}

static inline uint16_t weir_flow_tag(const uint8_t *header)
{
    return WEIR_FLOW_TAGGED | (weir_load_be16(header) & WEIR_FLOW_VLAN_ID);
}

/* weir_flow_frame_make: of a frame and its dissection.  Returns
 * WEIR_FLOW_TRACKED, with all of *out set, if the frame has a flow; else what
 * it is. */
enum weir_flow_kind weir_flow_frame_make(const struct weir_flow_hash *hash,
                                         struct weir_flow_frame *out,
                                         const struct weir_dissection *d,
                                         const struct weir_frame *frame);

/* weir_flow_frame_make_usual: the same of a usual frame (usual.h), which
 * always has a flow, by its path alone. */
void weir_flow_frame_make_usual(const struct weir_flow_hash *hash,
                                struct weir_flow_frame *out, uint64_t path,
                                const struct weir_frame *frame);

/* weir_flow_frame_make_plain: the same of a usual frame of IPv4 that has no
 * tag, with TCP (tcp) or UDP: the most usual of all. */
static inline void weir_flow_frame_make_plain(const struct weir_flow_hash *hash,
                                              struct weir_flow_frame *out,
                                              bool tcp,
                                              const struct weir_frame *frame)
{
    static const uint16_t no_tags[2];
    const uint8_t *ip = frame->data + WEIR_USUAL_IP_AT;
    const uint8_t *upper = ip + WEIR_USUAL_IPV4;
    struct weir_flow_ip end = weir_flow_four(
        ip, weir_flow_wire(frame) - WEIR_USUAL_IP_AT, weir_load_be32(upper));
    weir_flow_frame_set(hash, out, frame, &end,
                        tcp ? IP_NUMBER_TCP : IP_NUMBER_UDP, no_tags,
                        tcp ? upper[TCP_FLAGS] : 0);
}

#endif
