#ifndef WEIR_CLI_EXTENSION_H
#define WEIR_CLI_EXTENSION_H

/* extension: the extension headers of an IPv6 layer, one after another.
 *
 * Reads nothing outside the layer's captured header.
 * Threads   any; pure functions of their arguments. */

#include <stdbool.h>
#include <stdint.h>

#include "dissect/dissect.h"

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
    uint8_t kind; /* WEIR_EXTENSION_* */
    uint8_t next; /* what follows it */
    /* Of a fragment header. */
    bool more;
    uint16_t fragment_offset; /* bytes */
    uint32_t id;
    uint32_t end; /* where it ends, counted from the layer's offset */
};

/* weir_extension_next: moves *at to the next extension header, false if
 * there is none that was captured whole. */
bool weir_extension_next(struct weir_extension *at, const uint8_t *data,
                         const struct weir_layer *layer);

#endif
