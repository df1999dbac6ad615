#ifndef WEIR_DISSECT_TEXT_LINE_H
#define WEIR_DISSECT_TEXT_LINE_H

/* text_line: a line of text while it is being made; private to text.
 *
 * Each layer's function writes one layer, without a blank before or behind,
 * and reads nothing outside frame->data[0 .. caplen).
 *
 * Threads   any, one at a time per line. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "dissect/dissect.h"
#include "ring/frame.h"

/* What an IPv4 fragment says of itself at the end of the line. */
struct weir_text_fragment {
    bool is;
    bool more;
    uint16_t id;
    uint16_t offset;
    uint32_t length;
};

struct weir_text {
    char *at;      /* where the text goes on */
    size_t room;   /* for characters, without the 0 at the end */
    size_t length; /* of the text, whether or not there was room */
    const struct weir_frame *frame;
    uint16_t linktype;
    const struct weir_dissection *dissection;
    uint32_t layer; /* the one being written */
    uint64_t end;   /* where the innermost packet ends, on the wire, counted
                       from the frame's begin */
    struct weir_text_fragment fragment;
};

static inline void weir_text_put_n(struct weir_text *text, const char *from,
                                   size_t n)
{
    text->length += n;
    if (n <= text->room) {
        memcpy(text->at, from, n);
        text->at += n;
        text->room -= n;
    } else if (text->room > 0) {
        memcpy(text->at, from, text->room);
        text->at += text->room;
        text->room = 0;
    }
}

/* Where the string is a constant, its length is one, too. */
static inline void weir_text_put(struct weir_text *text, const char *string)
{
    weir_text_put_n(text, string, strlen(string));
}

/* weir_text_put_number: in decimal.  weir_text_put_hex: at least `digits`
 * digits, "0x" is not written. */
void weir_text_put_number(struct weir_text *text, uint32_t n);
void weir_text_put_hex(struct weir_text *text, uint32_t n, uint32_t digits);

/* Addresses are not NULL. */
void weir_text_put_mac(struct weir_text *text, const uint8_t *mac);
void weir_text_put_ipv4(struct weir_text *text, const uint8_t *address);
void weir_text_put_ipv6(struct weir_text *text, const uint8_t *address);

/* weir_text_put_pair: a string, and a number behind it. */
static inline void weir_text_put_pair(struct weir_text *text,
                                      const char *string, uint32_t n)
{
    weir_text_put(text, string);
    weir_text_put_number(text, n);
}

/* weir_text_rest: bytes of the packet from `offset` on, on the wire.
 * weir_text_bytes: n captured bytes at `offset`, or NULL. */
uint32_t weir_text_rest(const struct weir_text *text, uint32_t offset);
const uint8_t *weir_text_bytes(const struct weir_text *text, uint32_t offset,
                               uint32_t n);

typedef void weir_text_layer_fn(struct weir_text *text,
                                const struct weir_layer *layer);

/* In the line of a frame. */
weir_text_layer_fn weir_text_vlan;
weir_text_layer_fn weir_text_mpls;
weir_text_layer_fn weir_text_sll;
weir_text_layer_fn weir_text_arp;
weir_text_layer_fn weir_text_ip;
weir_text_layer_fn weir_text_ipv6;
weir_text_layer_fn weir_text_tcp;
weir_text_layer_fn weir_text_udp;
weir_text_layer_fn weir_text_sctp;
weir_text_layer_fn weir_text_icmp;
weir_text_layer_fn weir_text_icmpv6;

/* weir_text_layer: any layer, alone. */
weir_text_layer_fn weir_text_layer;

/* Parts of both. */
weir_text_layer_fn weir_text_label;      /* mpls, what is in parentheses */
weir_text_layer_fn weir_text_llc;        /* llc */
weir_text_layer_fn weir_text_extensions; /* ipv6, with a blank behind each */
const char *weir_text_sll_kind(uint16_t packet_type);
const char *weir_text_upper(uint8_t number); /* not dissected; or NULL */
uint32_t weir_text_udp_length(const struct weir_text *text,
                              const struct weir_layer *layer);

/* weir_text_ethertype: the name of one that is not dissected.  weir_text_type:
 * a name and the number. */
const char *weir_text_ethertype(uint16_t type);
void weir_text_type(struct weir_text *text, const char *name, uint16_t type);

/* weir_text_options: how options are called, and what their values are. */
typedef void weir_text_option_fn(struct weir_text *text, uint8_t kind,
                                 const uint8_t *value, uint32_t n);
void weir_text_options(struct weir_text *text, const uint8_t *options,
                       uint32_t n, weir_text_option_fn *option_text);
weir_text_option_fn weir_text_option_unknown;

/* weir_text_narrow: ip and ipv6: ends the packet where the header says. */
weir_text_layer_fn weir_text_narrow;

/* weir_text_macs: "SOURCE > DESTINATION, " if the frame has an eth layer. */
void weir_text_macs(struct weir_text *text);

/* weir_text_link_end: what a link layer says of a payload that is not
 * dissected: addresses, type and length.  weir_text_ip_end: the same for ip
 * and ipv6.  weir_text_wanted: the short name of the layer that should have
 * come behind the last one. */
weir_text_layer_fn weir_text_link_end;
weir_text_layer_fn weir_text_ip_end;
const char *weir_text_wanted(const struct weir_text *text);

#endif
