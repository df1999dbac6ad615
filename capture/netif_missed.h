#ifndef WEIR_CAPTURE_NETIF_MISSED_H
#define WEIR_CAPTURE_NETIF_MISSED_H

/* netif_missed: frames that a device had no room for, as its driver counts
 * them.
 *
 * Threads   one at a time per fd.
 * Progress  one exchange with the kernel, which answers at once. */

#include <stdint.h>

/* weir_netif_missed_open: an fd for the calls below, or -errno; close() ends
 * it. */
int weir_netif_missed_open(void);

/* weir_netif_missed: rx_missed_errors and rx_fifo_errors, which libpcap calls
 * ps_ifdrop too, since the interface was made.  Returns 0 where the kernel has
 * no answer (the interface is gone). */
uint64_t weir_netif_missed(int fd, uint32_t ifindex);

#endif
