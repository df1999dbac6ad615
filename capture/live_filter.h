#ifndef WEIR_CAPTURE_LIVE_FILTER_H
#define WEIR_CAPTURE_LIVE_FILTER_H

/* live_filter: a filter's text put to work on a live device: in the kernel,
 * or, where the kernel cannot be asked that, in weir.
 *
 * Attaching it opens the intake of a packet socket that has rejected all
 * until then.  The kernel also cuts the frames to the snapshot length.
 *
 * Owner     *in_weir is the caller's, weir_filter_free.
 * Threads   [1]. */

#include <pcap/pcap.h>
#include <stdint.h>

#include "capture/filter.h"
#include "capture/kernel_filter.h"

struct weir_err;

struct weir_live_filter_config {
    const char *device;
    const char *text; /* NULL or "": all */
    uint32_t snaplen;
    pcap_t *pcap; /* of the device, to compile for; NULL will do for all */
    int fd;       /* of the packet socket; -1: only weir can filter */
    struct weir_kernel_filter_config kernel;
};

/* weir_live_filter_install: *in_weir is NULL if the kernel filters; if not,
 * *notice says so.  *attached is what the socket has got, for others of the
 * device; it may be NULL.  Returns 0, -EINVAL (the text is wrong) or -errno. */
int weir_live_filter_install(const struct weir_live_filter_config *config,
                             struct weir_kernel_filter *attached,
                             struct weir_filter **in_weir,
                             struct weir_err *notice, struct weir_err *err);

#endif
