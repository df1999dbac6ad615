#ifndef WEIR_DISSECT_OPTIONS_H
#define WEIR_DISSECT_OPTIONS_H

/* options: what a header has behind its fixed part, one after another: the
 * options of IPv4 and TCP, and the extension headers of IPv6.
 *
 *     struct weir_option at = {0};
 *     while (weir_option_next(&at, tcp.options, tcp.options_length))
 *         if (at.kind == WEIR_TCP_OPTION_MSS && at.length == 2)
 *             mss = at.value[0] << 8 | at.value[1];
 *
 * Any bytes may be given: each step goes on by one byte at least, and nothing
 * outside them is read.  What an option's value has to look like is not
 * checked: look at its length before its value.
 *
 * Units     lengths are bytes.
 * Owner     pointers point into what was given and live as long as it does.
 * Threads   any; pure functions of their arguments.
 * Errors    false: there is no other one, or an argument is NULL. */

#include <stdbool.h>
#include <stdint.h>

#include "dissect/dissect.h"

/* IANA, Internet Protocol Version 4 Parameters, and Transmission Control
 * Protocol Parameters: the first two kinds are one byte, and the same. */
#define WEIR_OPTION_END 0
#define WEIR_OPTION_NOP 1

#define WEIR_IP_OPTION_RECORD_ROUTE 7
#define WEIR_IP_OPTION_TIMESTAMP    68
#define WEIR_IP_OPTION_LOOSE_ROUTE  131
#define WEIR_IP_OPTION_STRICT_ROUTE 137
#define WEIR_IP_OPTION_ROUTER_ALERT 148

#define WEIR_TCP_OPTION_MSS          2
#define WEIR_TCP_OPTION_WINDOW_SCALE 3
#define WEIR_TCP_OPTION_SACK_ALLOWED 4
#define WEIR_TCP_OPTION_SACK         5
#define WEIR_TCP_OPTION_TIMESTAMPS   8

/* Start at all zero. */
struct weir_option {
    const uint8_t *value; /* behind kind and length */
    uint32_t end;         /* where it ends, counted from the first option */
    uint8_t kind;
    uint8_t length; /* of the value */
    bool bad;       /* set with the answer false: what follows is no option, or
                       was not captured whole */
};

/* weir_option_next: moves *at to the next of the options that `length` bytes
 * hold; WEIR_OPTION_END is an option, and the last. */
bool weir_option_next(struct weir_option *at, const uint8_t *options,
                      uint32_t length);

/* IANA, Assigned Internet Protocol Numbers: IPv6 extension header types. */
#define WEIR_EXTENSION_HOP_BY_HOP  0
#define WEIR_EXTENSION_ROUTING     43
#define WEIR_EXTENSION_FRAGMENT    44
#define WEIR_EXTENSION_AUTH        51
#define WEIR_EXTENSION_DESTINATION 60
#define WEIR_EXTENSION_MOBILITY    135
#define WEIR_EXTENSION_HIP         139
#define WEIR_EXTENSION_SHIM6       140

/* Start at all zero. */
struct weir_extension {
    const uint8_t *header; /* `length` bytes; the first is `next` */
    uint32_t length;
    uint32_t end; /* where it ends, counted from the layer's offset */
    uint8_t kind; /* WEIR_EXTENSION_* */
    uint8_t next; /* what follows it: a kind, or an IP protocol number */
    /* Of a fragment header. */
    bool more;
    uint16_t fragment_offset; /* bytes */
    uint32_t id;
};

/* weir_extension_next: moves *at to the next extension header of an IPv6
 * layer, false if there is none that was captured whole.  data and layer are
 * as for the views. */
bool weir_extension_next(struct weir_extension *at, const uint8_t *data,
                         const struct weir_layer *layer);

#endif
