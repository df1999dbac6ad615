#ifndef WEIR_CLI_PRINT_JSON_H
#define WEIR_CLI_PRINT_JSON_H

/* print_json: a frame as one line of JSON.
 *
 *   {"number":1,"time":"1700000000.123456789","len":60,"caplen":60,
 *    "layers":[{"name":"eth","src":"…","dst":"…","type":"0x0800"},…]}
 *
 * Names of layers and fields are those of Wireshark's display filters,
 * outermost first.  Numbers are JSON numbers, but `type` and `etype` are
 * strings "0x…", in every layer.
 *   "time":null        the record carries no time
 *   "linktype":N       before "layers":[], a link type not dissected
 *   "malformed":"why"  behind the layers; names are weir_outcome_name's
 *   "truncated":true   behind the layers; the snapshot length cut a header
 * Fields that only some frames have: ip frag_offset and flags.mf, ipv6
 * fraghdr.offset and fraghdr.more (fragments; offsets in units of 8 bytes),
 * eth and vlan len (in place of the type), llc oui and type (SNAP).
 *
 * Threads   any, one at a time per stream. */

#include <stdint.h>
#include <stdio.h>

#include "dissect/dissect.h"
#include "ring/frame.h"

/* weir_print_json: dissection is of the frame.  Returns 0 or -ENOMEM; that
 * the stream failed is left to ferror. */
int weir_print_json(FILE *out, uint64_t number, const struct weir_frame *frame,
                    uint16_t linktype,
                    const struct weir_dissection *dissection);

#endif
