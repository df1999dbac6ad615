#ifndef WEIR_SINK_ENCODE_LEASE_H
#define WEIR_SINK_ENCODE_LEASE_H

/* encode_lease: what a lease says besides its frames, as a file has it.
 *
 * Behind frames that the kernel dropped a pcapng's chunk begins with an
 * Interface Statistics Block, which counts all so far, and its first frame
 * says how many there were since the one before it (epb_dropcount): loss is
 * located in time.  The other formats have no place for that.
 *
 * Threads, Progress and Errors are encode.h's. */

#include "sink/encode.h"

/* weir_encode_first: n frames to an empty chunk, the first of the lease that
 * pass; else as weir_encode. */
void weir_encode_first(enum weir_format format,
                       const struct weir_ifaces *ifaces,
                       const struct weir_lease *lease, struct weir_chunk *chunk,
                       const struct weir_frame *frames, uint32_t n);

/* weir_encode_lease: every frame of the lease, to the chunk's own buffer,
 * whatever it held. */
void weir_encode_lease(enum weir_format format,
                       const struct weir_ifaces *ifaces,
                       const struct weir_lease *lease,
                       struct weir_chunk *chunk);

#endif
