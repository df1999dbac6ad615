#ifndef WEIR_CAPTURE_AFPACKET_STAMP_H
#define WEIR_CAPTURE_AFPACKET_STAMP_H

/* afpacket_stamp: whose clock a packet socket's frames are stamped by.
 *
 * Threads   [1]. */

#include "capture/source_afpacket.h"

/* weir_afpacket_stamp: before the ring is made.  For the adapter's clock the
 * device is told to stamp all that it receives; it goes on with that after
 * us.  Returns 0, -EOPNOTSUPP if it cannot, or -errno. */
int weir_afpacket_stamp(int packet_socket, const char *device,
                        enum weir_stamp stamp, struct weir_err *err);

#endif
