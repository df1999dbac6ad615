#include "capture/netif.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum weir_netif_state weir_netif_bound_state(int packet_socket)
{
    struct sockaddr_ll address = {0};
    socklen_t size = sizeof address;
    if (getsockname(packet_socket, (struct sockaddr *)&address, &size) != 0)
        return WEIR_NETIF_UP;
    /* Linux sets -1 when the interface is unregistered (net/packet/
     * af_packet.c, packet_notifier); a removal while it was down wakes
     * nobody. */
    if (address.sll_ifindex <= 0)
        return WEIR_NETIF_GONE;
    struct ifreq request = {0};
    if (if_indextoname((unsigned)address.sll_ifindex, request.ifr_name) == NULL)
        return errno == ENXIO ? WEIR_NETIF_GONE : WEIR_NETIF_UP;
    if (ioctl(packet_socket, SIOCGIFFLAGS, &request) != 0)
        return WEIR_NETIF_UP;
    return (request.ifr_flags & IFF_UP) != 0 ? WEIR_NETIF_UP : WEIR_NETIF_DOWN;
}

bool weir_netif_copies(int any_socket, const char *name)
{
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (ioctl(any_socket, SIOCGIFFLAGS, &request) == 0 &&
        (request.ifr_flags & IFF_LOOPBACK) != 0)
        return true;
    return ioctl(any_socket, SIOCGIFHWADDR, &request) == 0 &&
           request.ifr_hwaddr.sa_family == ARPHRD_CAN;
}
