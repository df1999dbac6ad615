#include "capture/afxdp_device.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "capture/afxdp_refused.h"
#include "capture/netif_missed.h"

static int no_privilege(const char *name, struct weir_err *err)
{
    const int rc = weir_afxdp_no_privilege(err);
    return weir_err_wrap(err, rc, "%s", name);
}

/* The queues that receive, of their own or shared with those that send. */
static uint32_t count_queues(int fd, const char *name)
{
    struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
    struct ifreq request = {.ifr_data = (void *)&channels};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (ioctl(fd, SIOCETHTOOL, &request) != 0)
        return 1;
    const uint32_t n = channels.rx_count + channels.combined_count;
    return n > 0 ? n : 1;
}

static bool takes_tags(int fd, const char *name)
{
    struct ethtool_value flags = {.cmd = ETHTOOL_GFLAGS};
    struct ifreq request = {.ifr_data = (void *)&flags};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    return ioctl(fd, SIOCETHTOOL, &request) == 0 &&
           (flags.data & ETH_FLAG_RXVLAN) != 0;
}

static int ask(struct weir_afxdp_device *device, const char *name,
               struct weir_err *err)
{
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (ioctl(device->watch, SIOCGIFHWADDR, &request) != 0)
        return weir_err_sys(err, -errno, "%s", name);
    if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER &&
        request.ifr_hwaddr.sa_family != ARPHRD_LOOPBACK)
        return weir_err_set(err, -EOPNOTSUPP,
                            "%s: AF_XDP is for Ethernet interfaces", name);
    if (ioctl(device->watch, SIOCGIFFLAGS, &request) != 0)
        return weir_err_sys(err, -errno, "%s", name);
    if ((request.ifr_flags & IFF_UP) == 0)
        return weir_err_set(err, -ENETDOWN, "%s: the interface is down", name);
    device->frame_max = weir_netif_frame_max(device->watch, name);
    if (device->frame_max == 0)
        return weir_err_set(err, -ENODEV, "%s: its MTU is not known", name);
    device->queues = count_queues(device->watch, name);
    device->takes_tags = takes_tags(device->watch, name);
    return 0;
}

/* Bound, but to no protocol, so that it receives nothing. */
static int watch(struct weir_afxdp_device *device, bool promisc)
{
    const struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_ifindex = (int)device->ifindex,
    };
    const struct packet_mreq all = {
        .mr_ifindex = (int)device->ifindex,
        .mr_type = PACKET_MR_PROMISC,
    };
    if (bind(device->watch, (const struct sockaddr *)&address,
             sizeof address) != 0)
        return -errno;
    if (promisc && setsockopt(device->watch, SOL_PACKET, PACKET_ADD_MEMBERSHIP,
                              &all, sizeof all) != 0)
        return -errno;
    return 0;
}

int weir_afxdp_device_open(struct weir_afxdp_device *out, const char *name,
                           bool promisc, struct weir_err *err)
{
    *out = (struct weir_afxdp_device){.watch = -1, .missed = -1};
    if (strcmp(name, "any") == 0)
        return weir_err_set(err, -EOPNOTSUPP,
                            "any: AF_XDP takes the frames of one interface");
    if (strlen(name) < IF_NAMESIZE)
        out->ifindex = if_nametoindex(name);
    if (out->ifindex == 0)
        return weir_err_set(err, -ENODEV, "%s: no such device", name);
    out->watch = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (out->watch < 0)
        return errno == EPERM ? no_privilege(name, err)
                              : weir_err_sys(err, -errno, "%s", name);
    int rc = ask(out, name, err);
    if (rc == 0) {
        rc = watch(out, promisc);
        if (rc != 0)
            (void)weir_err_sys(err, rc, "%s", name);
    }
    if (rc == 0) {
        out->missed = weir_netif_missed_open();
        rc = out->missed < 0 ? out->missed : 0;
        if (rc != 0)
            (void)weir_err_sys(err, rc, "%s: netlink", name);
    }
    if (rc != 0)
        weir_afxdp_device_close(out);
    return rc;
}

enum weir_netif_state
weir_afxdp_device_state(const struct weir_afxdp_device *device)
{
    return weir_netif_bound_state(device->watch);
}

uint64_t weir_afxdp_device_missed(const struct weir_afxdp_device *device)
{
    return weir_netif_missed(device->missed, device->ifindex);
}

void weir_afxdp_device_close(struct weir_afxdp_device *device)
{
    if (device->watch >= 0)
        (void)close(device->watch);
    if (device->missed >= 0)
        (void)close(device->missed);
    device->watch = -1;
    device->missed = -1;
}
