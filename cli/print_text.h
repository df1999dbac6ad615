#ifndef WEIR_CLI_PRINT_TEXT_H
#define WEIR_CLI_PRINT_TEXT_H

/* print_text: a frame as one line of text: the time, and the frame's text
 * (dissect/text.h).
 *
 *   12:00:00.000001 IP 10.0.0.1.53 > 10.0.0.2.1234: UDP, length 12
 *
 * Threads   any, one at a time per stream. */

#include <stdint.h>
#include <stdio.h>

#include "dissect/dissect.h"
#include "ring/frame.h"

/* weir_print_text: dissection is of the frame.  That the stream failed is
 * left to ferror. */
void weir_print_text(FILE *out, const struct weir_frame *frame,
                     uint16_t linktype,
                     const struct weir_dissection *dissection);

#endif
