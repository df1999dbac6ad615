#ifndef WEIR_TESTS_DISSECT_INVARIANTS_H
#define WEIR_TESTS_DISSECT_INVARIANTS_H

/* invariants: what must hold of every dissection, whatever the bytes.
 *
 * weir_dissection_broken: returns NULL, or which promise of dissect.h does
 * not hold for a dissection of data[0 .. caplen) with wire length len.  It
 * reads every field of every layer, and whatever else can be read from them
 * (tests/dissect/views.h), so that a sanitizer sees an overread.
 *
 * weir_dissection_differs: returns NULL, or which field of two dissections is
 * not the same.
 *
 * weir_usual_differs: returns NULL, or what a short cut for usual frames on
 * Ethernet makes of data[0 .. caplen) that layer by layer does not: the flow.
 *
 * Threads   any. */

#include <stdint.h>

#include "dissect/dissect.h"

const char *weir_dissection_broken(const struct weir_dissection *d,
                                   const uint8_t *data, uint32_t caplen,
                                   uint32_t len);

const char *weir_dissection_differs(const struct weir_dissection *a,
                                    const struct weir_dissection *b);

const char *weir_usual_differs(const uint8_t *data, uint32_t caplen,
                               uint32_t len);

#endif
