#ifndef WEIR_CAPTURE_AFPACKET_RING_H
#define WEIR_CAPTURE_AFPACKET_RING_H

/* afpacket_ring: a packet socket with a TPACKET_V3 ring, and its kernel.
 *
 *   open (bound, rejects all frames) -> join (its group) -> keep (the filter)
 *   -> the kernel's start (the filter lets frames in) -> close
 *
 * So nothing comes in that is not wanted: not before the interface is known,
 * nor before the socket has joined its group, nor before the filter.
 *
 * Owner     the caller, until the kernel is handed to a source; its close
 *           then ends the ring.
 * Threads   [1] but for the kernel's ops. */

#include <stdint.h>

#include "capture/afpacket_kernel.h"
#include "capture/source_afpacket.h"

struct weir_afpacket_ring;
struct weir_filter;
struct weir_kernel_filter;

/* weir_afpacket_ring_open: everything that comes before frames do.  Returns 0
 * or -errno as weir_afpacket_source_open. */
int weir_afpacket_ring_open(struct weir_afpacket_ring **out,
                            const struct weir_afpacket_config *config,
                            struct weir_err *err);

/* weir_afpacket_ring_join: becomes one of the sockets that share the device's
 * frames.  Those that it would get until start are nobody's. */
int weir_afpacket_ring_join(struct weir_afpacket_ring *ring,
                            const struct weir_fanout *fanout,
                            struct weir_err *err);

/* weir_afpacket_ring_fd: of the socket. */
int weir_afpacket_ring_fd(const struct weir_afpacket_ring *ring);

/* weir_afpacket_ring_keep: what start gives to the kernel, which is copied;
 * and the source's filter, if it has one: the ring's, until its close. */
void weir_afpacket_ring_keep(struct weir_afpacket_ring *ring,
                             const struct weir_kernel_filter *kernel,
                             struct weir_filter *filter);

struct weir_afpacket_kernel
weir_afpacket_ring_kernel(struct weir_afpacket_ring *ring);

/* weir_afpacket_ring_close: accepts NULL. */
void weir_afpacket_ring_close(struct weir_afpacket_ring *ring);

#endif
