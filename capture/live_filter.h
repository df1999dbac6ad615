#ifndef WEIR_CAPTURE_LIVE_FILTER_H
#define WEIR_CAPTURE_LIVE_FILTER_H

/* live_filter: a filter's text made ready for a live device: for the kernel,
 * or, where the kernel cannot be asked that, for weir.
 *
 * The kernel also cuts the frames to the snapshot length, so there is always a
 * program for it; attaching that opens the intake of a packet socket that has
 * rejected all until then.
 *
 * Owner     *in_weir is the caller's, weir_filter_free.
 * Threads   [1]. */

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>

#include "capture/filter.h"
#include "capture/kernel_filter.h"

struct weir_err;

struct weir_live_filter_config {
    const char *device;
    const char *text; /* NULL or "": all */
    uint32_t snaplen;
    pcap_t *pcap;   /* of the device, to compile for; NULL will do for all */
    bool no_kernel; /* not a packet socket: only weir can filter */
    struct weir_kernel_filter_config kernel;
};

/* weir_live_filter_make: *out is for the socket, if it is a packet socket.
 * *in_weir is NULL if the kernel filters; if not, *notice says so.  Returns 0,
 * -EINVAL (the text is wrong), -ENOTSUP (the kernel cannot be asked that, and
 * weir does not know it) or -errno. */
int weir_live_filter_make(const struct weir_live_filter_config *config,
                          struct weir_kernel_filter *out,
                          struct weir_filter **in_weir, struct weir_err *notice,
                          struct weir_err *err);

#endif
