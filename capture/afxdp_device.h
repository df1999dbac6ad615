#ifndef WEIR_CAPTURE_AFXDP_DEVICE_H
#define WEIR_CAPTURE_AFXDP_DEVICE_H

/* afxdp_device: the interface under an AF_XDP source: whether one can be, and
 * what the kernel is asked of it besides frames.
 *
 * Threads   one at a time.
 * Errors    text with the interface's name. */

#include <stdbool.h>
#include <stdint.h>

#include "capture/netif.h"

struct weir_err;

struct weir_afxdp_device {
    int watch;  /* a packet socket that receives nothing; -1: none */
    int missed; /* of netif_missed; -1: none */
    uint32_t ifindex;
    uint32_t queues;    /* that receive; 1 where the driver does not say */
    bool takes_tags;    /* VLAN tags come beside the frames' bytes */
    uint32_t frame_max; /* weir_netif_frame_max */
};

/* weir_afxdp_device_open: promisc lasts until the close, or the process's end.
 * Returns 0 or -errno, as weir_afxdp_source_open does. */
int weir_afxdp_device_open(struct weir_afxdp_device *out, const char *name,
                           bool promisc, struct weir_err *err);

enum weir_netif_state
weir_afxdp_device_state(const struct weir_afxdp_device *device);

/* weir_afxdp_device_missed: see netif_missed.h. */
uint64_t weir_afxdp_device_missed(const struct weir_afxdp_device *device);

void weir_afxdp_device_close(struct weir_afxdp_device *device);

#endif
