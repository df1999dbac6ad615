#ifndef WEIR_DISSECT_TEXT_H
#define WEIR_DISSECT_TEXT_H

/* text: a frame, or a layer of one, as one line of text in tcpdump's manner.
 *
 *   weir_frame_text   IP 10.0.0.1.53 > 10.0.0.2.1234: UDP, length 12
 *   weir_layer_text   0  02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype
 *                        IPv4 (0x0800), length 60
 *                     1  IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF],
 *                        proto UDP (17), length 40) 10.0.0.1 > 10.0.0.2
 *                     2  UDP 53 > 1234: length 12
 *
 * What differs from tcpdump: names are never looked up; TCP's numbers are
 * those of the frame, not relative to the connection's first; VLAN tags are
 * shown; application protocols are not.  A frame that the snapshot length cut
 * ends in the layer that was wanted next, "[|tcp]"; one that contradicts
 * itself in "[malformed: reason]".  There is no time in the line, and no line
 * feed.  The texts are for people, and may change.
 *
 * As snprintf: at most size bytes are written, the last of them a 0, and the
 * answer is the length that the whole text has, without the 0.  to may be NULL
 * if size is 0.  Only printable characters of ASCII are written.
 *
 * Threads   any; pure functions of their arguments.
 * Progress  no allocation, no system call.
 * Errors    -EINVAL: an argument is NULL, there is no such layer, or the
 *           dissection is not of this frame; then the text is "". */

#include <stddef.h>
#include <stdint.h>

#include "dissect/dissect.h"
#include "ring/frame.h"

/* Any text fits, with its 0. */
#define WEIR_LAYER_TEXT_MAX 1024
#define WEIR_FRAME_TEXT_MAX (WEIR_LAYERS_MAX * WEIR_LAYER_TEXT_MAX)

/* weir_frame_text: dissection is of the frame, whose link type (LINKTYPE_) is
 * told as to weir_dissect. */
int weir_frame_text(char *to, size_t size, const struct weir_frame *frame,
                    uint16_t linktype,
                    const struct weir_dissection *dissection);

/* weir_layer_text: of the layer with this index in dissection->layers. */
int weir_layer_text(char *to, size_t size, const struct weir_frame *frame,
                    const struct weir_dissection *dissection, uint32_t layer);

#endif
