#ifndef WEIR_CAPTURE_AFPACKET_KERNEL_H
#define WEIR_CAPTURE_AFPACKET_KERNEL_H

/* afpacket_kernel: the afpacket source over any kernel: what it asks of one
 * beside the ring's memory.  afpacket_ring has the real one; tests have
 * another, which fills given memory.
 *
 * Owner     the source owns the kernel, and closes it.
 * Threads   [c] the capture thread alone; open and close: [1]. */

#include <stdbool.h>
#include <stdint.h>

#include "capture/afpacket_queue.h"
#include "capture/netif.h"
#include "capture/screen.h"
#include "ring/iface.h"

struct weir_err;
struct weir_source;

struct weir_afpacket_kernel_ops {
    /* Frames are accepted from now on; none was before. */
    int (*start)(void *kernel, struct weir_err *err);
    /* Another filter for what comes from now on; 0 or -errno. */
    weir_screen_attach_fn *filter;
    /* Promiscuous mode, once more of the same is nothing; 0 or -errno. */
    int (*promisc)(void *kernel, bool on);
    /* Counts since the last call. */
    weir_afpacket_counts_fn *counts;
    /* Takes the wake-up out of fd: the next block that is retired makes it
     * readable again, however many are lent. */
    void (*calm)(void *kernel);
    /* From its return on no frame is accepted any more. */
    void (*cut)(void *kernel);
    enum weir_netif_state (*link)(void *kernel);
    /* Frames that the device had no room for, since start. */
    uint64_t (*missed)(void *kernel);
    void (*close)(void *kernel);
};

struct weir_afpacket_kernel {
    const struct weir_afpacket_kernel_ops *ops;
    void *self; /* of the ops */
    int fd;     /* readable when a block may have been retired; -1: none */
    uint8_t *memory;
    uint32_t block_bytes;
    uint32_t blocks;
    uint32_t retire_ms;
    uint16_t group; /* see weir_afpacket_source_fanout */
};

/* Where the frames come from, as others will see it. */
struct weir_afpacket_origin {
    const char *name;                 /* borrowed until close */
    const char *label;                /* as in weir_source_config */
    bool beside;                      /* as in weir_source */
    const struct weir_filter *filter; /* as in struct weir_source */
    struct weir_ifaces *ifaces;       /* as in weir_source_config */
    struct weir_iface iface;
    const char *notice; /* what is to be told at once, or NULL */
};

/* weir_afpacket_source_over: returns 0 or -ENOMEM, and then has closed the
 * kernel. */
int weir_afpacket_source_over(struct weir_source **out,
                              const struct weir_afpacket_kernel *kernel,
                              const struct weir_afpacket_origin *origin,
                              struct weir_err *err);

#endif
