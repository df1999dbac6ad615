#ifndef WEIR_CAPTURE_KERNEL_VIEW_H
#define WEIR_CAPTURE_KERNEL_VIEW_H

/* kernel_view: runs a packet socket's program on a frame that it has given, as
 * the kernel ran it, or would have.
 *
 * The frame is not what the kernel saw.  A VLAN tag that was beside the frame
 * has been put back (`ip` took the frame when its tag was not there yet), and
 * the header of a cooked device was ancillary data.  So the text compiled for
 * the link type would answer otherwise; the program of the kernel, run on the
 * frame without those, does not.
 *
 * Where frames are not marked, a tag of 802.1Q or 802.1ad counts as one that
 * was beside the frame: the kernel takes them out of all that it receives
 * (net/core/dev.c, __netif_receive_skb_core).
 *
 * Threads   any; pure functions of their arguments.
 * Progress  neither allocates nor sleeps. */

#include <stdbool.h>
#include <stdint.h>

#include "capture/kernel_filter.h"
#include "ring/frame.h"

/* weir_kernel_view_can: the program asks for nothing that cannot be told of a
 * frame afterwards. */
bool weir_kernel_view_can(const struct weir_kernel_filter *filter,
                          const struct weir_kernel_filter_config *config);

/* weir_kernel_view_match: the program takes the frame.  One that asks for bytes
 * that were cut off refuses it.  Reads nothing but data[0 .. caplen). */
bool weir_kernel_view_match(const struct weir_kernel_filter *filter,
                            const struct weir_kernel_filter_config *config,
                            const struct weir_frame *frame);

#endif
