#ifndef WEIR_DISSECT_DISSECT_LAYERS_H
#define WEIR_DISSECT_DISSECT_LAYERS_H

/* dissect_layers: weir_dissect without its short cut.
 *
 * Threads   as dissect/dissect.h. */

#include "dissect/dissect.h"

/* weir_dissect_layers: what weir_dissect does, but layer by layer for all
 * frames; weir_dissect has a short cut for the usual ones, and tests
 * compare. */
void weir_dissect_layers(struct weir_dissection *out, const uint8_t *data,
                         uint32_t caplen, uint32_t len, uint16_t linktype);

#endif
