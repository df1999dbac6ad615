#ifndef WEIR_CAPTURE_NETIF_H
#define WEIR_CAPTURE_NETIF_H

/* netif: what the kernel says of a network interface.
 *
 * Threads   any; one at a time per socket. */

#include <stdbool.h>
#include <stdint.h>

struct weir_err;

enum weir_netif_state {
    WEIR_NETIF_UP,
    WEIR_NETIF_DOWN,
    WEIR_NETIF_GONE, /* removed, or moved to another network namespace */
};

/* weir_netif_bound_state: of the interface that a packet socket is bound to,
 * whatever its name is now.  A doubt (no memory) is UP. */
enum weir_netif_state weir_netif_bound_state(int packet_socket);

/* weir_netif_copies: the interface gives frames that it sends a second time,
 * as received: loopback and CAN. */
bool weir_netif_copies(int any_socket, const char *name);

/* weir_netif_is_ethernet: its frames have Ethernet's header and nothing
 * before or behind it that a switch's driver has put there.  Loopback, too.
 * False if there is no such interface. */
bool weir_netif_is_ethernet(int any_socket, const char *name);

/* weir_netif_frame_max: the longest frame that can come from the link of an
 * Ethernet interface: its MTU, the header, two tags.  0 if not known. */
uint32_t weir_netif_frame_max(int any_socket, const char *name);

/* weir_netif_promisc: promiscuous mode of the interface that a packet socket is
 * bound to, on its behalf; it must not have it already, or must have it.
 * Returns 0 or -errno. */
int weir_netif_promisc(int packet_socket, bool on);

/* weir_netif_refused: why the device cannot be captured from, in one line:
 * -ENODEV, -EPERM, -ENETDOWN.  Returns code. */
int weir_netif_refused(struct weir_err *err, int code, const char *device);

#endif
