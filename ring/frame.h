#ifndef WEIR_RING_FRAME_H
#define WEIR_RING_FRAME_H

/* frame: where one captured frame is, and what its record says of it.
 *
 * A frame is a view into leased memory, made by walking a lease.
 * It is valid as long as the lease is held and owns nothing.  Every number
 * in it but caplen comes from outside and is not to be trusted; caplen has
 * been checked against the lease: data[0 .. caplen) may be read.
 *
 * Units     bytes; nanoseconds since 1970 UTC, negative before.
 * Threads   whoever holds the lease; plain data. */

#include <stdint.h>

/* The record carries no time (a pcapng Simple Packet Block); time_ns is 0. */
#define WEIR_FRAME_NO_TIME UINT16_C(0x0001)
/* Direction as the source knows it; neither bit: unknown. */
#define WEIR_FRAME_INBOUND  UINT16_C(0x0002)
#define WEIR_FRAME_OUTBOUND UINT16_C(0x0004)
/* What the device sends and then gives again as received (loopback): the
 * first of the two, which is excluded[outgoing]. */
#define WEIR_FRAME_COPY UINT16_C(0x0008)
/* Its first VLAN tag came beside the frame, as the kernel has it, and was put
 * back.  Not set where the source does not know, nor in a lease that was turned
 * in place. */
#define WEIR_FRAME_RETAGGED UINT16_C(0x0010)

struct weir_frame {
    const uint8_t *data;
    int64_t time_ns;
    uint32_t caplen; /* captured bytes */
    uint32_t len;    /* bytes on the wire, as the record says */
    uint16_t iface;  /* of those of who gave it, from 0 */
    uint16_t flags;  /* WEIR_FRAME_* */
};

#endif
