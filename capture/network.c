#include "capture/network.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"

/* The bytes of an address of a family that is ours, or NULL. */
static const void *bytes_of(const struct sockaddr *any, uint8_t *version)
{
    if (any == NULL)
        return NULL;
    *version = any->sa_family == AF_INET ? 4 : 6;
    if (any->sa_family == AF_INET)
        return &((const struct sockaddr_in *)(const void *)any)->sin_addr;
    if (any->sa_family == AF_INET6)
        return &((const struct sockaddr_in6 *)(const void *)any)->sin6_addr;
    return NULL;
}

static uint8_t leading_ones(const uint8_t *mask)
{
    uint8_t bits = 0;
    while (bits < 128 && (mask[bits / 8] & 0x80 >> bits % 8) != 0)
        bits++;
    return bits;
}

/* getifaddrs names an IPv4 address by its label, which may be the device's name
 * with a colon and more: eth0:1.  No device's name has a colon. */
static bool is_of(const char *label, const char *device)
{
    const size_t bytes = strlen(device);
    return strncmp(label, device, bytes) == 0 &&
           (label[bytes] == '\0' || label[bytes] == ':');
}

static bool read_one(const struct ifaddrs *entry, const char *device,
                     struct weir_network *out)
{
    uint8_t of_mask = 0;
    struct weir_network one = {0};
    if (!is_of(entry->ifa_name, device))
        return false;
    const void *address = bytes_of(entry->ifa_addr, &one.version);
    const void *mask = bytes_of(entry->ifa_netmask, &of_mask);
    if (address == NULL)
        return false;
    const size_t size = one.version == 4 ? 4 : 16;
    memcpy(one.address, address, size);
    if (mask != NULL && of_mask == one.version)
        memcpy(one.netmask, mask, size);
    else
        memset(one.netmask, 0xff, size);
    for (size_t i = 0; i < size; i++)
        one.network[i] = one.address[i] & one.netmask[i];
    one.prefix_bits = leading_ones(one.netmask);
    *out = one;
    return true;
}

static uint32_t read_all(const struct ifaddrs *all, const char *device,
                         struct weir_network *out)
{
    uint32_t n = 0;
    struct weir_network one;
    for (uint8_t version = 4; version <= 6; version += 2)
        for (const struct ifaddrs *e = all; e != NULL; e = e->ifa_next)
            if (read_one(e, device, &one) && one.version == version)
                out[n++] = one;
    return n;
}

int weir_network_list(struct weir_network **out, uint32_t *count,
                      const char *device, struct weir_err *err)
{
    struct ifaddrs *all = NULL;
    size_t room = 1;
    if (out == NULL || count == NULL || device == NULL)
        return weir_err_set(err, -EINVAL, "networks: %s is NULL",
                            device == NULL ? "the device" : "where they go");
    if (if_nametoindex(device) == 0)
        return weir_err_set(err, -ENODEV, "%s: no such device", device);
    if (getifaddrs(&all) != 0)
        return weir_err_sys(err, -errno, "%s: addresses", device);
    for (const struct ifaddrs *e = all; e != NULL; e = e->ifa_next)
        room++;
    struct weir_network *list = calloc(room, sizeof *list);
    if (list != NULL)
        *count = read_all(all, device, list);
    freeifaddrs(all);
    if (list == NULL)
        return weir_err_sys(err, -ENOMEM, "%s: addresses", device);
    *out = list;
    return 0;
}

void weir_network_free(struct weir_network *list)
{
    free(list);
}

int weir_network_text(const struct weir_network *network, char *text,
                      struct weir_err *err)
{
    char of[WEIR_IPV6_TEXT];
    if (network == NULL || text == NULL)
        return weir_err_set(err, -EINVAL, "network: NULL");
    if (network->version == 4)
        (void)weir_ipv4_text(of, network->address);
    else if (network->version == 6)
        (void)weir_ipv6_text(of, network->address);
    else
        return weir_err_set(err, -EINVAL, "network: of IP version %u",
                            network->version);
    snprintf(text, WEIR_NETWORK_TEXT_MAX, "%s/%u", of, network->prefix_bits);
    return 0;
}
