#ifndef WEIR_CLI_SEND_DEVICE_H
#define WEIR_CLI_SEND_DEVICE_H

/* send_device: what of a packet comes from the interface that it leaves by.
 * No privilege is needed. */

#include <stdbool.h>
#include <stdint.h>

struct weir_err;

struct send_device {
    bool ethernet; /* else it carries IP packets without a link layer */
    uint8_t mac[6];
};

/* send_device_find: -ENODEV, or -EPROTONOSUPPORT for other link layers. */
int send_device_find(struct send_device *out, const char *name,
                     struct weir_err *err);

/* send_device_ipv4: the device's first address.  send_device_ipv6: its first
 * of the destination's scope, link-local or not.  -EADDRNOTAVAIL. */
int send_device_ipv4(const char *name, uint8_t out[4], struct weir_err *err);
int send_device_ipv6(const char *name, const uint8_t dst[16], uint8_t out[16],
                     struct weir_err *err);

#endif
