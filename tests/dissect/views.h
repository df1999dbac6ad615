#ifndef WEIR_TESTS_DISSECT_VIEWS_H
#define WEIR_TESTS_DISSECT_VIEWS_H

/* views: what must hold of whatever is read from a dissection, whatever the
 * bytes: options, extension headers, payload, checksums and texts.
 *
 * weir_views_broken: returns NULL, or which promise of options.h, fields.h,
 * checksum.h or text.h does not hold for a dissection of data[0 .. caplen).
 * Everything is read to its end, and texts are made in heap blocks of their
 * exact size, so that a sanitizer sees an overread and an overflow.
 *
 * Threads   any. */

#include <stdint.h>

#include "dissect/dissect.h"

const char *weir_views_broken(const struct weir_dissection *d,
                              const uint8_t *data, uint32_t caplen,
                              uint32_t len);

#endif
