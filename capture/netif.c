#include "capture/netif.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"

#define VLAN_HLEN 4

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
    /* if_indextoname() would make a socket for it each time. */
    struct ifreq request = {.ifr_ifindex = address.sll_ifindex};
    if (ioctl(packet_socket, SIOCGIFNAME, &request) != 0)
        return errno == ENODEV ? WEIR_NETIF_GONE : WEIR_NETIF_UP;
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

/* Every frame that comes in through the switch has a tag of the switch's
 * before its type; libpcap gives these a link type of their own. */
static bool is_switch_port(const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/sys/class/net/%.16s/dsa/tagging", name);
    return access(path, F_OK) == 0;
}

bool weir_netif_is_ethernet(int any_socket, const char *name)
{
    struct ifreq request = {0};
    if (strlen(name) >= sizeof request.ifr_name)
        return false;
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (ioctl(any_socket, SIOCGIFHWADDR, &request) != 0)
        return false;
    const int type = request.ifr_hwaddr.sa_family;
    return type == ARPHRD_LOOPBACK ||
           (type == ARPHRD_ETHER && !is_switch_port(name));
}

uint32_t weir_netif_frame_max(int any_socket, const char *name)
{
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (ioctl(any_socket, SIOCGIFMTU, &request) != 0 || request.ifr_mtu <= 0)
        return 0;
    return (uint32_t)request.ifr_mtu + ETH_HLEN + 2 * VLAN_HLEN;
}

int weir_netif_promisc(int packet_socket, bool on)
{
    struct sockaddr_ll address = {0};
    socklen_t size = sizeof address;
    if (getsockname(packet_socket, (struct sockaddr *)&address, &size) != 0)
        return -errno;
    const struct packet_mreq request = {
        .mr_ifindex = address.sll_ifindex,
        .mr_type = PACKET_MR_PROMISC,
    };
    const int option = on ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP;
    return setsockopt(packet_socket, SOL_PACKET, option, &request,
                      sizeof request) == 0
               ? 0
               : -errno;
}

int weir_netif_refused(struct weir_err *err, int code, const char *device)
{
    switch (code) {
    case -ENODEV:
        return weir_err_set(err, code, "%s: no such device", device);
    case -EPERM:
        return weir_err_set(err, code,
                            "%s: no privilege to capture: that takes "
                            "CAP_NET_RAW",
                            device);
    case -ENETDOWN:
        return weir_err_set(err, code, "%s: the interface is down", device);
    default:
        return weir_err_sys(err, code, "%s", device);
    }
}
