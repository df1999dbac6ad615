#ifndef WEIR_DISSECT_DISSECT_H
#define WEIR_DISSECT_DISSECT_H

/* dissect: which layers a frame has, and where in its bytes they are.
 *
 * Iterative and bounded: at most WEIR_LAYERS_MAX layers, each looked at
 * once.  Nothing is copied: a layer is an offset and a length, and has been
 * checked, so that who reads a field of it stays inside the captured bytes.
 * A layer is in the list when its fixed header was captured whole and is
 * plausible (IPv4: version 4, IHL >= 5, ...).
 *
 * A frame that ends too early is
 *   truncated   if the missing bytes were on the wire and were cut off by
 *               the snapshot length (they lie below len but not below
 *               caplen);
 *   malformed   if its own lengths contradict its wire length or each other.
 * Either way the layers before the fault stand.  A fault that leaves no doubt
 * where the next layer begins (a length that is too great, a bad option) does
 * not stop; the first fault is the outcome.  A frame whose headers are all
 * there is ok, whatever was cut off behind them.
 *
 * Threads   any; pure functions of their arguments.
 * Progress  no allocation, no system call, at most a few tens of steps.
 * Errors    none: every outcome is data to be counted. */

#include <stdbool.h>
#include <stdint.h>

#define WEIR_LAYERS_MAX 16

/* The numbers are part of a path (struct weir_dissection): only append.  The
 * names are those of Wireshark's display filters. */
#define WEIR_PROTO_LIST(X)                                                     \
    X(ETH, "eth")                                                              \
    X(LLC, "llc")                                                              \
    X(VLAN, "vlan")                                                            \
    X(MPLS, "mpls")                                                            \
    X(ARP, "arp")                                                              \
    X(IP, "ip")                                                                \
    X(IPV6, "ipv6")                                                            \
    X(TCP, "tcp")                                                              \
    X(UDP, "udp")                                                              \
    X(ICMP, "icmp")                                                            \
    X(ICMPV6, "icmpv6")                                                        \
    X(SCTP, "sctp")                                                            \
    X(SLL, "sll")                                                              \
    X(SLL2, "sll")                                                             \
    X(NULL, "null")

#define WEIR_PROTO_ENUM(id, name) WEIR_PROTO_##id,
enum weir_proto {
    WEIR_PROTO_NONE = 0, /* end of list, or what follows is not dissected */
    WEIR_PROTO_LIST(WEIR_PROTO_ENUM) WEIR_PROTO_COUNT
};

/* Outcomes.  0 is success, 1 truncated, the rest malformed with a reason.
 * The names are in the report and never change; only append. */
#define WEIR_OUTCOME_LIST(X)                                                   \
    X(OK, "ok")                                                                \
    X(TRUNCATED, "truncated")                                                  \
    X(SHORT_HEADER, "short_header")                                            \
    X(BAD_VERSION, "bad_version")                                              \
    X(BAD_HEADER_LENGTH, "bad_header_length")                                  \
    X(BAD_TOTAL_LENGTH, "bad_total_length")                                    \
    X(BAD_OPTION, "bad_option")                                                \
    X(BAD_EXTENSION, "bad_extension")                                          \
    X(BAD_FRAGMENT, "bad_fragment")                                            \
    X(TOO_MANY_LAYERS, "too_many_layers")

#define WEIR_OUTCOME_ENUM(id, name) WEIR_OUTCOME_##id,
enum weir_outcome { WEIR_OUTCOME_LIST(WEIR_OUTCOME_ENUM) WEIR_OUTCOME_COUNT };

struct weir_layer {
    uint8_t proto;   /* enum weir_proto */
    uint8_t upper;   /* ip and ipv6: the IP protocol number of what follows
                        the header and its extensions; else 0 */
    uint16_t header; /* captured bytes of header, options and extension
                        headers included: offset + header <= caplen */
    uint32_t offset; /* of the header in the frame's data */
};

struct weir_dissection {
    uint64_t path;   /* layers' protos, outermost in the lowest byte, 8 */
    uint8_t outcome; /* enum weir_outcome */
    uint8_t layers_count;
    bool known_link; /* false: the link type is not one we dissect */
    bool fragment;   /* the outermost IP packet is a fragment, not the first:
                        no transport layer is looked for */
    /* Who talks: the outermost IP source address, else the Ethernet one. */
    uint8_t talker_kind;     /* 4, 6, 1: Ethernet, or 0: none */
    uint32_t talker_offset;  /* of the address in the frame's data */
    uint32_t payload_offset; /* behind the last layer's header, <= caplen */
    uint32_t payload_end;    /* where the payload ends on the wire, without
                                padding: may lie behind caplen */
    struct weir_layer layers[WEIR_LAYERS_MAX];
};

/* weir_dissect: data[0 .. caplen) is readable, and nothing else is read.
 * len is the wire length as the record says (if less than caplen, caplen
 * counts).  linktype is a LINKTYPE_ value.  Sets every field of *out but
 * the layers behind layers_count.  Of data that is NULL nothing was captured,
 * and for an out that is NULL nothing is done. */
void weir_dissect(struct weir_dissection *out, const uint8_t *data,
                  uint32_t caplen, uint32_t len, uint16_t linktype);

const char *weir_proto_name(uint8_t proto);     /* "" if unknown */
const char *weir_outcome_name(uint8_t outcome); /* "" if unknown */

/* weir_dissection_find: the outermost layer of a protocol, or NULL.
 * weir_dissection_next: the first one further in than the layer `behind`, such
 * as the second tag, or the packet in a tunnel; NULL: the outermost. */
const struct weir_layer *
weir_dissection_find(const struct weir_dissection *dissection, uint8_t proto);
const struct weir_layer *
weir_dissection_next(const struct weir_dissection *dissection,
                     const struct weir_layer *behind, uint8_t proto);

#endif
