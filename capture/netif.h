#ifndef WEIR_CAPTURE_NETIF_H
#define WEIR_CAPTURE_NETIF_H

/* netif: what the kernel says of a network interface.
 *
 * Threads   any; one at a time per socket. */

#include <stdbool.h>

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

#endif
