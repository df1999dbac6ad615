#ifndef WEIR_DISSECT_LAYER_H
#define WEIR_DISSECT_LAYER_H

/* layer: what a layer's dissector gets, does and answers.  Private to
 * dissect/.
 *
 * A dissector looks at the header at cursor->at, adds its layer, moves the
 * cursor behind the header, perhaps narrows cursor->end to the payload that
 * the header announces, and returns the protocol of what follows, or
 * WEIR_PROTO_NONE to stop.  A fault that leaves no doubt where the next
 * layer begins is recorded and does not stop; the first fault is the
 * frame's outcome.
 *
 * Invariants: at <= end, at <= caplen; bytes are read only after
 * weir_cursor_need or weir_layer_extend has found them captured.
 *
 * Threads   any; a cursor belongs to one call of weir_dissect.
 * Progress  every dissector adds a layer or returns WEIR_PROTO_NONE. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/assert.h"
#include "dissect/dissect.h"

struct weir_cursor {
    const uint8_t *data;
    struct weir_dissection *out;
    uint32_t at;     /* the next header */
    uint32_t caplen; /* bytes that may be read */
    uint32_t end;    /* of the innermost payload on the wire, may lie behind
                        caplen */
    bool partial;    /* within the first of several fragments: a length may
                        reach behind end */
};

/* What a path has room for: one byte a layer. */
#define WEIR_PATH_LAYERS 8

static inline const uint8_t *weir_cursor_bytes(const struct weir_cursor *c)
{
    return c->data + c->at;
}

/* Bytes of the payload on the wire, and those of them that were captured. */
static inline uint32_t weir_cursor_left(const struct weir_cursor *c)
{
    return c->end - c->at;
}

static inline uint32_t weir_cursor_captured(const struct weir_cursor *c)
{
    return (c->caplen < c->end ? c->caplen : c->end) - c->at;
}

/* weir_cursor_fault: records a fault unless there was one before; returns
 * WEIR_PROTO_NONE for those that stop there. */
static inline uint8_t weir_cursor_fault(struct weir_cursor *c, uint8_t outcome)
{
    if (c->out->outcome == WEIR_OUTCOME_OK)
        c->out->outcome = outcome;
    return WEIR_PROTO_NONE;
}

/* weir_cursor_need: true if the next n bytes were captured.  Else the fault
 * is recorded: the given one if the payload ends before them, bad_fragment
 * if it ends because a first fragment does (RFC 1858, RFC 7112: it should
 * hold the headers), truncated if they were cut off. */
static inline bool weir_cursor_need(struct weir_cursor *c, uint32_t n,
                                    uint8_t outcome)
{
    if (n <= weir_cursor_captured(c))
        return true;
    if (n <= weir_cursor_left(c))
        outcome = WEIR_OUTCOME_TRUNCATED;
    else if (c->partial)
        outcome = WEIR_OUTCOME_BAD_FRAGMENT;
    weir_cursor_fault(c, outcome);
    return false;
}

/* weir_layer_add: adds a layer whose header has n captured bytes at least,
 * and moves behind them. */
static inline struct weir_layer *weir_layer_add(struct weir_cursor *c,
                                                uint8_t proto, uint16_t n)
{
    struct weir_dissection *out = c->out;
    uint8_t i = out->layers_count;
    struct weir_layer *layer = &out->layers[i];

    WEIR_DCHECK(i < WEIR_LAYERS_MAX && n <= weir_cursor_captured(c));
    *layer = (struct weir_layer){
        .proto = proto,
        .header = n,
        .offset = c->at,
    };
    if (i < WEIR_PATH_LAYERS)
        out->path |= (uint64_t)proto << (8 * i);
    out->layers_count = (uint8_t)(i + 1);
    c->at += n;
    return layer;
}

/* weir_layer_extend: n more bytes of header for the layer that was added
 * last.  If not all of them were captured, those that were are added, the
 * fault is recorded as by weir_cursor_need, and the answer is false: stop. */
static inline bool weir_layer_extend(struct weir_cursor *c,
                                     struct weir_layer *layer, uint32_t n,
                                     uint8_t outcome)
{
    bool whole = weir_cursor_need(c, n, outcome);
    uint32_t more = whole ? n : weir_cursor_captured(c);

    layer->header = (uint16_t)(layer->header + more);
    c->at += more;
    return whole;
}

/* weir_talker_set: an address at an offset, unless an outer layer gave one
 * that counts as much. */
static inline void weir_talker_set(struct weir_cursor *c, uint8_t kind,
                                   uint32_t offset)
{
    uint8_t held = c->out->talker_kind;

    if (held == 0 || (held == 1 && kind != 1)) {
        c->out->talker_kind = kind;
        c->out->talker_offset = offset;
    }
}

/* The dissectors.  weir_raw_dissect adds no layer: it looks which IP version
 * follows. */
uint8_t weir_eth_dissect(struct weir_cursor *c);
uint8_t weir_llc_dissect(struct weir_cursor *c);
uint8_t weir_vlan_dissect(struct weir_cursor *c);
uint8_t weir_mpls_dissect(struct weir_cursor *c);
uint8_t weir_arp_dissect(struct weir_cursor *c);
uint8_t weir_ipv4_dissect(struct weir_cursor *c);
uint8_t weir_ipv6_dissect(struct weir_cursor *c);
uint8_t weir_tcp_dissect(struct weir_cursor *c);
uint8_t weir_udp_dissect(struct weir_cursor *c);
uint8_t weir_icmp_dissect(struct weir_cursor *c);
uint8_t weir_icmpv6_dissect(struct weir_cursor *c);
uint8_t weir_sctp_dissect(struct weir_cursor *c);
uint8_t weir_sll_dissect(struct weir_cursor *c);
uint8_t weir_sll2_dissect(struct weir_cursor *c);
uint8_t weir_null_dissect(struct weir_cursor *c);

/* weir_ethertype_next: the protocol of an EtherType.  weir_length_next: of
 * the field that is an EtherType or, up to 1500, the length of what follows,
 * which ends the payload there. */
uint8_t weir_ethertype_next(uint16_t type);
uint8_t weir_length_next(struct weir_cursor *c, uint16_t type);

/* weir_ip_next: the protocol of an IP protocol number. */
uint8_t weir_ip_next(uint8_t number);

/* weir_ip_version: IP or IPV6 by the next byte's upper four bits, else NONE;
 * the byte has been captured. */
uint8_t weir_ip_version(const struct weir_cursor *c);

/* weir_ip_extension_take: adds an extension header of n bytes, whose first
 * names the protocol behind it, to the layer; false: stop. */
bool weir_ip_extension_take(struct weir_cursor *c, struct weir_layer *layer,
                            uint32_t n);

/* weir_ip_authentication_take: the same for an authentication header, which
 * IPv4 has too. */
bool weir_ip_authentication_take(struct weir_cursor *c,
                                 struct weir_layer *layer);

/* weir_ip_fragment_check: a fragment's offset and payload contradict each
 * other or the greatest length of a datagram. */
void weir_ip_fragment_check(struct weir_cursor *c, uint32_t offset, bool more,
                            uint32_t before);

/* weir_options_take: adds n bytes of options, of IPv4 or TCP, to the layer and
 * records a fault if they do not fit together; false: stop. */
bool weir_options_take(struct weir_cursor *c, struct weir_layer *layer,
                       uint32_t n);

#endif
