#ifndef WEIR_CLI_TEXT_H
#define WEIR_CLI_TEXT_H

/* text: a line of text while it is being printed; private to print_text.
 *
 * Each function prints one layer, without a blank before or behind, and
 * reads nothing outside frame->data[0 .. caplen). */

#include <stdint.h>
#include <stdio.h>

#include "dissect/dissect.h"
#include "ring/frame.h"

struct weir_text {
    FILE *out;
    const struct weir_frame *frame;
    uint16_t linktype;
    const struct weir_dissection *dissection;
    uint32_t at;   /* the layer being printed */
    uint64_t end;  /* where the innermost packet ends, on the wire, counted
                      from the frame's begin */
    char tail[48]; /* to be printed at the end of the line */
};

/* weir_text_rest: bytes of the packet from `offset` on, on the wire.
 * weir_text_bytes: n captured bytes at `offset`, or NULL. */
uint32_t weir_text_rest(const struct weir_text *text, uint32_t offset);
const uint8_t *weir_text_bytes(const struct weir_text *text, uint32_t offset,
                               uint32_t n);

typedef void weir_text_layer_fn(struct weir_text *text,
                                const struct weir_layer *layer);

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
