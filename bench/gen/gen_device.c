#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/gen/gen_way.h"

/* One question of an interface; any socket can ask. */
static int ask(const char *device, unsigned long what, struct ifreq *request,
               struct weir_err *err)
{
    size_t len = strlen(device);
    if (len == 0 || len >= IFNAMSIZ)
        return weir_err_set(err, -ENODEV, "'%s': no interface has such a name",
                            device);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return weir_err_sys(err, -errno, "socket");
    memset(request, 0, sizeof *request);
    memcpy(request->ifr_name, device, len);
    int ret = ioctl(fd, what, request) == 0 ? 0 : -errno;
    (void)close(fd);
    if (ret == -ENODEV)
        return weir_err_set(err, ret, "%s: no such interface", device);
    return ret == 0 ? 0 : weir_err_sys(err, ret, "%s", device);
}

int weir_gen_device_check(const char *device, struct weir_err *err)
{
    struct ifreq request = {0};
    int ret = ask(device, SIOCGIFHWADDR, &request, err);
    if (ret != 0)
        return ret;
    if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER &&
        request.ifr_hwaddr.sa_family != ARPHRD_LOOPBACK)
        return weir_err_set(err, -EPROTONOSUPPORT,
                            "%s: not an Ethernet interface", device);
    ret = ask(device, SIOCGIFFLAGS, &request, err);
    if (ret == 0 && (request.ifr_flags & IFF_UP) == 0)
        ret = weir_err_set(err, -ENETDOWN, "%s: the interface is down", device);
    return ret;
}

int weir_gen_device_sends(const char *device, const struct weir_plan *plan,
                          struct weir_err *err)
{
    struct ifreq request = {0};
    struct ifreq flags = {0};
    int ret = ask(device, SIOCGIFMTU, &request, err);
    if (ret != 0)
        return ret;
    ret = ask(device, SIOCGIFFLAGS, &flags, err);
    if (ret != 0)
        return ret;
    if ((flags.ifr_flags & IFF_RUNNING) == 0)
        return weir_err_set(err, -ENETDOWN, "%s: no carrier", device);
    /* The Ethernet header does not count, nor does a tag (net/packet/
     * af_packet.c, packet_extra_vlan_len_allowed). */
    bool ipv6 = plan->layout.ip_sum == 0;
    uint32_t link = plan->layout.port - (ipv6 ? 40 : 20);
    uint32_t needed = plan->size_max - link;
    if (needed > (uint32_t)request.ifr_mtu)
        return weir_err_set(err, -EMSGSIZE,
                            "%s: its MTU is %d, a frame of %u bytes needs %u",
                            device, request.ifr_mtu, plan->size_max, needed);
    return 0;
}

bool weir_gen_device_is_card(const char *device)
{
    struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
    struct ifreq request = {0};
    if (strlen(device) >= IFNAMSIZ)
        return false;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    memcpy(request.ifr_name, device, strlen(device));
    request.ifr_data = (void *)&info;
    bool told = ioctl(fd, SIOCETHTOOL, &request) == 0;
    (void)close(fd);
    return told && info.bus_info[0] != '\0';
}

int weir_gen_device_socket(const char *device, int *fd, struct weir_err *err)
{
    int made = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (made < 0) {
        int why = -errno;
        return weir_err_sys(err, why, "%s: packet socket%s", device,
                            why == -EPERM ? " (CAP_NET_RAW is needed)" : "");
    }
    struct sockaddr_ll to = {
        .sll_family = AF_PACKET,
        .sll_ifindex = (int)if_nametoindex(device),
    };
    if (to.sll_ifindex == 0 ||
        bind(made, (const struct sockaddr *)&to, sizeof to) != 0) {
        int why = -errno;
        (void)close(made);
        return weir_err_sys(err, why, "%s: bind", device);
    }
    *fd = made;
    return 0;
}
