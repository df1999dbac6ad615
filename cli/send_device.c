#include "cli/send_device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"

static int of_kind(struct send_device *out, const char *name,
                   const struct sockaddr *hw, struct weir_err *err)
{
    switch (hw->sa_family) {
    case ARPHRD_ETHER:
    case ARPHRD_LOOPBACK:
        out->ethernet = true;
        memcpy(out->mac, hw->sa_data, sizeof out->mac);
        return 0;
    case ARPHRD_NONE: /* tun, WireGuard */
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

static bool is_link_local(const struct in6_addr *address)
{
    return IN6_IS_ADDR_LINKLOCAL(address) || IN6_IS_ADDR_MC_LINKLOCAL(address);
}

static bool take(const struct ifaddrs *at, int family, const uint8_t *dst,
                 uint8_t *out)
{
    if (family == AF_INET) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, at->ifa_addr, sizeof ipv4);
        memcpy(out, &ipv4.sin_addr, 4);
        return true;
    }
    struct sockaddr_in6 ipv6;
    struct in6_addr to;
    memcpy(&ipv6, at->ifa_addr, sizeof ipv6);
    memcpy(&to, dst, sizeof to);
    if (is_link_local(&ipv6.sin6_addr) != is_link_local(&to))
        return false;
    memcpy(out, &ipv6.sin6_addr, 16);
    return true;
}

static int find(const char *name, int family, const uint8_t *dst, uint8_t *out,
                struct weir_err *err)
{
    struct ifaddrs *all;
    bool found = false;
    if (getifaddrs(&all) != 0)
        return weir_err_sys(err, -errno, "%s: getifaddrs", name);
    for (const struct ifaddrs *at = all; at != NULL && !found;
         at = at->ifa_next)
        if (at->ifa_addr != NULL && at->ifa_addr->sa_family == family &&
            strcmp(at->ifa_name, name) == 0)
            found = take(at, family, dst, out);
    freeifaddrs(all);
    if (found)
        return 0;
    return weir_err_set(err, -EADDRNOTAVAIL,
                        "%s has no IPv%d address for it: --ip-src is missing",
                        name, family == AF_INET ? 4 : 6);
}

int send_device_ipv4(const char *name, uint8_t out[4], struct weir_err *err)
{
    return find(name, AF_INET, NULL, out, err);
}

int send_device_ipv6(const char *name, const uint8_t dst[16], uint8_t out[16],
                     struct weir_err *err)
{
    return find(name, AF_INET6, dst, out, err);
}
