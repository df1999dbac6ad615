#include "sink/sender_port.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/linktype.h"

/* Frames on their way in a network card's queue. */
#define SEND_BUFFER_BYTES (16 << 20)

#define LINKTYPE_IEEE802_11          105
#define LINKTYPE_IEEE802_11_PRISM    119
#define LINKTYPE_IEEE802_11_RADIOTAP 127

/* What a packet socket takes as a frame, by the device's type (libpcap,
 * pcap-linux.c, map_arphrd_to_dlt); devices whose header the kernel makes
 * itself are not among them. */
static const struct {
    uint16_t arphrd;
    uint16_t linktype;
    uint32_t header_bytes;
} links[] = {
    {ARPHRD_ETHER, WEIR_LINKTYPE_ETHERNET, 14},
    {ARPHRD_LOOPBACK, WEIR_LINKTYPE_ETHERNET, 14},
    {ARPHRD_NONE, WEIR_LINKTYPE_RAW, 0},
    {ARPHRD_TUNNEL, WEIR_LINKTYPE_RAW, 0},
    {ARPHRD_TUNNEL6, WEIR_LINKTYPE_RAW, 0},
    {ARPHRD_SIT, WEIR_LINKTYPE_RAW, 0},
    {ARPHRD_PPP, WEIR_LINKTYPE_RAW, 0},
    {ARPHRD_IEEE80211, LINKTYPE_IEEE802_11, 0},
    {ARPHRD_IEEE80211_PRISM, LINKTYPE_IEEE802_11_PRISM, 0},
    {ARPHRD_IEEE80211_RADIOTAP, LINKTYPE_IEEE802_11_RADIOTAP, 0},
};

#define LINKS (sizeof links / sizeof links[0])

static int ask(const struct weir_sender_port *port, unsigned long what,
               struct ifreq *request, struct weir_err *err)
{
    memset(request, 0, sizeof *request);
    memcpy(request->ifr_name, port->name, sizeof port->name);
    if (ioctl(port->ask_fd, what, request) == 0)
        return 0;
    int why = -errno;
    if (why == -ENODEV)
        return weir_err_set(err, why, "%s: no such interface", port->name);
    return weir_err_sys(err, why, "%s", port->name);
}

/* It may have been given another one. */
static bool name_find(struct weir_sender_port *port)
{
    struct ifreq request = {.ifr_ifindex = port->ifindex};
    if (port->ifindex == 0 || ioctl(port->ask_fd, SIOCGIFNAME, &request) != 0)
        return false;
    memcpy(port->name, request.ifr_name, sizeof port->name);
    return true;
}

int weir_sender_port_look(struct weir_sender_port *port, struct weir_err *err)
{
    struct ifreq flags;
    struct ifreq mtu;
    int ret = ask(port, SIOCGIFFLAGS, &flags, err);
    if (ret == -ENODEV && name_find(port))
        ret = ask(port, SIOCGIFFLAGS, &flags, err);
    if (ret == 0)
        ret = ask(port, SIOCGIFMTU, &mtu, err);
    if (ret != 0)
        return ret;
    port->up = (flags.ifr_flags & IFF_UP) != 0;
    port->carrier = port->up && (flags.ifr_flags & IFF_RUNNING) != 0;
    port->mtu = (uint32_t)mtu.ifr_mtu;
    return 0;
}

static int link_find(struct weir_sender_port *port, struct weir_err *err)
{
    struct ifreq request;
    int ret = ask(port, SIOCGIFHWADDR, &request, err);
    if (ret != 0)
        return ret;
    for (size_t i = 0; i < LINKS; i++) {
        if (links[i].arphrd != request.ifr_hwaddr.sa_family)
            continue;
        port->linktype = links[i].linktype;
        port->header_bytes = links[i].header_bytes;
        return 0;
    }
    return weir_err_set(err, -EPROTONOSUPPORT,
                        "%s: frames of its link (type %u of Linux) cannot be "
                        "sent as they are",
                        port->name, request.ifr_hwaddr.sa_family);
}

static int bind_to(struct weir_sender_port *port, struct weir_err *err)
{
    const int bytes = SEND_BUFFER_BYTES;
    struct sockaddr_ll to = {
        .sll_family = AF_PACKET,
        .sll_ifindex = (int)if_nametoindex(port->name),
    };
    if (to.sll_ifindex == 0)
        return weir_err_set(err, -ENODEV, "%s: no such interface", port->name);
    if (bind(port->fd, (const struct sockaddr *)&to, sizeof to) != 0) {
        int why = -errno;
        return weir_err_sys(err, why, "%s: bind", port->name);
    }
    port->ifindex = to.sll_ifindex;
    /* Less than this is slower, no more. */
    if (setsockopt(port->fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes,
                   sizeof bytes) != 0)
        (void)setsockopt(port->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    return 0;
}

int weir_sender_port_find(struct weir_sender_port *port, const char *device,
                          struct weir_err *err)
{
    size_t len = strlen(device);
    memset(port, 0, sizeof *port);
    port->fd = port->ask_fd = -1;
    if (len == 0 || len >= IFNAMSIZ)
        return weir_err_set(err, -ENODEV,
                            "'%s': an interface's name has 1 to %d bytes",
                            device, IFNAMSIZ - 1);
    memcpy(port->name, device, len);
    port->ask_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (port->ask_fd < 0) {
        int why = -errno;
        return weir_err_sys(err, why, "%s: socket", device);
    }
    int ret = weir_sender_port_look(port, err);
    if (ret == 0)
        ret = link_find(port, err);
    if (ret != 0)
        weir_sender_port_close(port);
    return ret;
}

int weir_sender_port_open(struct weir_sender_port *port, const char *device,
                          struct weir_err *err)
{
    int ret = weir_sender_port_find(port, device, err);
    if (ret != 0)
        return ret;
    port->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (port->fd >= 0)
        ret = bind_to(port, err);
    else if (errno == EPERM)
        ret = weir_err_sys(err, -EPERM,
                           "%s: packet socket (CAP_NET_RAW is needed)", device);
    else
        ret = weir_err_sys(err, -errno, "%s: packet socket", device);
    if (ret != 0)
        weir_sender_port_close(port);
    return ret;
}

void weir_sender_port_close(struct weir_sender_port *port)
{
    if (port->fd >= 0)
        (void)close(port->fd);
    if (port->ask_fd >= 0)
        (void)close(port->ask_fd);
    port->fd = port->ask_fd = -1;
}

int weir_sender_port_set(const struct weir_sender_port *port, int option,
                         const void *value, uint32_t bytes, const char *name,
                         struct weir_err *err)
{
    if (setsockopt(port->fd, SOL_PACKET, option, value, bytes) == 0)
        return 0;
    int why = -errno;
    return weir_err_sys(err, why, "%s: %s", port->name, name);
}

int weir_sender_port_bypass(const struct weir_sender_port *port,
                            struct weir_err *err)
{
    const int yes = 1;
    return weir_sender_port_set(port, PACKET_QDISC_BYPASS, &yes, sizeof yes,
                                "PACKET_QDISC_BYPASS", err);
}

bool weir_sender_port_is_card(const struct weir_sender_port *port)
{
    struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
    struct ifreq request = {.ifr_data = (void *)&info};
    memcpy(request.ifr_name, port->name, sizeof port->name);
    return ioctl(port->ask_fd, SIOCETHTOOL, &request) == 0 &&
           info.bus_info[0] != '\0';
}
