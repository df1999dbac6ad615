#ifndef WEIR_CAPTURE_SOURCE_AFXDP_H
#define WEIR_CAPTURE_SOURCE_AFXDP_H

/* source_afxdp: a live source over AF_XDP, for an interface that its operator
 * gives to the recording.
 *
 * It takes the frames away from the host: what the queue receives goes to this
 * source and to nobody else, from start until the cut or the end of the
 * process, whatever ends it.  Frames that the host sends are not seen, nor are
 * those of the device's other queues, which go to the host as ever.
 *
 * Where frames lie is memory of this process that the kernel, or the device
 * itself, writes into; a lease is a list of frames and may come home in any
 * order.  A frame has its time from an XDP program, when the driver has it in
 * hand; where a driver leaves no room for that, all frames that are taken at
 * once have the same time, and the description says so.
 *
 * The ledger is exact: the program counts each frame that it sends to the
 * socket, the socket those that it has no room for.  No filter runs in the
 * kernel; every frame counts as received, and the source's filter is for
 * the workers.
 *
 * An interface that goes down is a notice, and the source waits until it is up
 * again.  One that is removed ends the source with -ENODEV, when all that the
 * kernel had accepted has been given.
 *
 * Threads   as in source.h.
 * Latency   a frame is given at most hold_ms after the kernel had it, if next
 *           is called when fd or wait_ms say so. */

#include <stdbool.h>
#include <stdint.h>

#include "capture/source.h"

#define WEIR_AFXDP_BUFFER_BYTES UINT32_C(67108864)

struct weir_afxdp_config {
    struct weir_source_config source;
    const char *device; /* Ethernet; borrowed until close */
    uint32_t queue;
    /* An open source of this device, of another queue, for its XDP program: an
     * interface has one.  NULL: the first.  They close in any order. */
    const struct weir_source *beside;
    bool promisc;
    uint32_t buffer_bytes; /* of frames; 0: the default */
    uint32_t hold_ms;      /* a frame may wait this long for others to fill
                              its lease, when no more are there now */
};

/* weir_afxdp_source_open: returns 0 or -errno: -ENODEV no such device, -EPERM
 * no privilege, -ENETDOWN the device is down, -EBUSY it has another XDP
 * program or the queue another socket, -EINVAL no such queue or the filter is
 * wrong, -EMSGSIZE the device's frames are too long, -EOPNOTSUPP not
 * Ethernet, or an old kernel. */
int weir_afxdp_source_open(struct weir_source **out,
                           const struct weir_afxdp_config *config,
                           struct weir_err *err);

/* weir_afxdp_source_text: one line on how the source takes frames, and from
 * whom, for people.  Lives as long as the source. */
const char *weir_afxdp_source_text(const struct weir_source *source);

#endif
