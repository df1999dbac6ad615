#ifndef WEIR_TESTS_CORPUS_DISSECT_DUMP_VIEWS_H
#define WEIR_TESTS_CORPUS_DISSECT_DUMP_VIEWS_H

/* dissect_dump_views: columns of dissect_dump: checksums, options, extension
 * headers and the payload.
 *
 * Threads   one: prints to stdout. */

#include <stdint.h>

#include "dissect/dissect.h"

/* The names of the columns, with tabs between. */
extern const char views_columns[];

/* views_print: their values, a tab before each.  Of a checksum it is the
 * number that Wireshark has for its status. */
void views_print(const struct weir_dissection *d, const uint8_t *data,
                 uint32_t caplen);

#endif
