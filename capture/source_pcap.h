#ifndef WEIR_CAPTURE_SOURCE_PCAP_H
#define WEIR_CAPTURE_SOURCE_PCAP_H

/* source_pcap: a live source over libpcap, for any device that it knows.
 *
 * libpcap's callbacks do not lend their memory, so each frame is copied once,
 * into a block of the source's own.
 *
 * The ledger is exact on every device that is a packet socket (all network
 * interfaces, and `any`): the counting begins with an empty ring, the filter
 * in the kernel is never lifted or replaced by libpcap, nothing that the
 * kernel has counted is thrown away by libpcap, and a cut rejects new frames
 * in the kernel and waits until the ring has given all that it counted.  On
 * other devices (usbmon, nflog, ...) kernel_seen is derived from what was
 * received, and what came between open and start is among that.
 *
 * An interface that goes down is a notice, and the source waits until it is
 * up again.  One that is removed ends the source with -ENODEV, when all that
 * the kernel had accepted has been given.
 *
 * The fd may be waited for level- or edge-triggered.
 *
 * Threads   as in source.h.
 * Latency   a frame is given at most timeout_ms + hold_ms after the kernel
 *           had it, if next is called when fd or wait_ms say so. */

#include <stdbool.h>
#include <stdint.h>

#include "capture/source.h"

#define WEIR_PCAP_BUFFER_BYTES UINT32_C(16777216)
#define WEIR_PCAP_TIMEOUT_MS   100

struct weir_pcap_config {
    struct weir_source_config source;
    const char *device;    /* borrowed until close */
    bool promisc;          /* `any` cannot: ignored there */
    bool adapter_stamps;   /* time stamps by the device's own clock */
    uint32_t buffer_bytes; /* of the kernel's ring; 0: the default */
    uint32_t timeout_ms;   /* until the kernel gives a block that is not
                              full; 0: the default */
    uint32_t hold_ms;      /* a frame may wait this long for others to fill
                              its lease, when no more are there now */
};

/* weir_pcap_source_open: returns 0 or -errno: -ENODEV no such device, -EPERM
 * no privilege, -ENETDOWN the device is down, -EINVAL the filter is wrong. */
int weir_pcap_source_open(struct weir_source **out,
                          const struct weir_pcap_config *config,
                          struct weir_err *err);

#endif
