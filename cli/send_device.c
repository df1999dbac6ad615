#include "cli/send_device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "capture/network.h"

static int of_kind(struct send_device *out, const char *name,
                   const struct sockaddr *hw, struct weir_err *err)
{
    switch (hw->sa_family) {
    case ARPHRD_ETHER:
    case ARPHRD_LOOPBACK:
        out->ethernet = true;
        memcpy(out->mac, hw->sa_data, sizeof out->mac);
        return 0;
    case ARPHRD_NONE: /* tun, WireGuard; and others as sink/sender_port.c */
    case ARPHRD_TUNNEL:
    case ARPHRD_TUNNEL6:
    case ARPHRD_SIT:
    case ARPHRD_PPP:
        return 0;
    default:
        return weir_err_set(err, -EPROTONOSUPPORT,
                            "%s: neither Ethernet nor bare IP (ARPHRD %u)",
                            name, hw->sa_family);
    }
}

int send_device_find(struct send_device *out, const char *name,
                     struct weir_err *err)
{
    struct ifreq request = {0};
    *out = (struct send_device){0};
    if (strlen(name) >= sizeof request.ifr_name)
        return weir_err_sys(err, -ENODEV, "%s", name);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return weir_err_sys(err, -errno, "%s: socket", name);
    int rc = ioctl(fd, SIOCGIFHWADDR, &request) != 0 ? -errno : 0;
    (void)close(fd);
    if (rc != 0)
        return weir_err_sys(err, rc, "%s", name);
    return of_kind(out, name, &request.ifr_hwaddr, err);
}

static bool is_link_local(const uint8_t *address)
{
    struct in6_addr ipv6;
    memcpy(&ipv6, address, sizeof ipv6);
    return IN6_IS_ADDR_LINKLOCAL(&ipv6) || IN6_IS_ADDR_MC_LINKLOCAL(&ipv6);
}

static bool suits(const struct weir_network *at, uint8_t version,
                  const uint8_t *dst)
{
    return at->version == version &&
           (version == 4 || is_link_local(at->address) == is_link_local(dst));
}

static int find(const char *name, uint8_t version, const uint8_t *dst,
                uint8_t *out, struct weir_err *err)
{
    struct weir_network *list = NULL;
    uint32_t count = 0;
    uint32_t i = 0;
    int rc = weir_network_list(&list, &count, name, err);
    if (rc != 0)
        return rc;
    while (i < count && !suits(&list[i], version, dst))
        i++;
    if (i < count)
        memcpy(out, list[i].address, version == 4 ? 4 : 16);
    else
        rc = weir_err_set(err, -EADDRNOTAVAIL,
                          "%s has no IPv%u address for it: --ip-src is missing",
                          name, version);
    weir_network_free(list);
    return rc;
}

int send_device_ipv4(const char *name, uint8_t out[4], struct weir_err *err)
{
    return find(name, 4, NULL, out, err);
}

int send_device_ipv6(const char *name, const uint8_t dst[16], uint8_t out[16],
                     struct weir_err *err)
{
    return find(name, 6, dst, out, err);
}
