#ifndef WEIR_DISSECT_CHECKSUM_H
#define WEIR_DISSECT_CHECKSUM_H

/* checksum: whether the checksum of a layer is right, and what it should be.
 *
 * IPv4 (its header), TCP, UDP, ICMP, ICMPv6 and SCTP have one.  Nothing is
 * guessed: what cannot be told is partial.
 *
 *   none      the layer has no checksum
 *   valid     it is right
 *   invalid   it is wrong.  A host sees the frames that it sends itself before
 *             the device fills their checksums in.
 *   absent    the sender made none: 0 in UDP over IPv4 (over IPv6, where RFC
 *             8200 forbids it, that is invalid), and in SCTP (RFC 9653, or a
 *             device that fills it in)
 *   partial   not all that it is over is there: cut off by the snapshot
 *             length, a fragment, or a length that the frame does not hold; or
 *             the packet is routed by its source in a way that does not tell
 *             where to; or a length field is 0 (offloads, jumbograms), and
 *             over the rest of the frame it is not right
 *
 * The destination in the pseudo header is the final one: while a routing
 * header of IPv6 (types 0, 2 and 4) or a source route of IPv4 has stations
 * left, its last address (RFC 8200, section 8.1); the source is a mobile
 * node's home address, if there is one (RFC 6275, section 11.3.1).
 *
 * Threads   any; pure functions of their arguments.
 * Errors    an argument that is NULL, a layer that is not there, or a
 *           dissection of more bytes than caplen is none. */

#include <stdbool.h>
#include <stdint.h>

#include "dissect/dissect.h"

#define WEIR_CHECKSUM_LIST(X)                                                  \
    X(NONE, "none")                                                            \
    X(VALID, "valid")                                                          \
    X(INVALID, "invalid")                                                      \
    X(ABSENT, "absent")                                                        \
    X(PARTIAL, "partial")

#define WEIR_CHECKSUM_ENUM(id, name) WEIR_CHECKSUM_##id,
enum weir_checksum_status {
    WEIR_CHECKSUM_LIST(WEIR_CHECKSUM_ENUM) WEIR_CHECKSUM_COUNT
};

struct weir_checksum {
    uint8_t status;    /* enum weir_checksum_status */
    uint32_t stored;   /* in the header: 16 bits, SCTP 32; none: 0 */
    uint32_t computed; /* what it should be; 0 if that cannot be told */
};

/* weir_checksum_read: of the layer with this index in dissection->layers, of
 * data[0 .. caplen).  False, and *out none, if it has no checksum.
 * weir_checksum_verify: the status alone. */
bool weir_checksum_read(struct weir_checksum *out, const uint8_t *data,
                        uint32_t caplen,
                        const struct weir_dissection *dissection,
                        uint32_t layer);
uint8_t weir_checksum_verify(const uint8_t *data, uint32_t caplen,
                             const struct weir_dissection *dissection,
                             uint32_t layer);

const char *weir_checksum_name(uint8_t status); /* "" if unknown */

#endif
