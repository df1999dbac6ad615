#ifndef WEIR_CLI_PRINT_TEXT_H
#define WEIR_CLI_PRINT_TEXT_H

/* print_text: a frame as one line of text, in tcpdump's manner.
 *
 *   12:00:00.000001 IP 10.0.0.1.53 > 10.0.0.2.1234: UDP, length 12
 *
 * What differs: names are never looked up; TCP's numbers are those of the
 * frame, not relative to the connection's first; VLAN tags are shown;
 * application protocols are not.  A frame that the snapshot length cut ends
 * in the layer that was wanted next, "[|tcp]"; one that contradicts itself
 * in "[malformed: reason]".
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
