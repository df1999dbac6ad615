#ifndef WEIR_CAPTURE_NETWORK_H
#define WEIR_CAPTURE_NETWORK_H

/* network: the addresses of a network interface and the networks that they are
 * of, as they are now.
 *
 * Owner     a list is the caller's, weir_network_free.
 * Threads   any.
 * Errors    0 or -errno, with a text; -EINVAL for a NULL. */

#include <stdint.h>

#include "base/err.h"

/* All in network byte order; an IPv4 address is the first 4 bytes, and the
 * rest is 0. */
struct weir_network {
    uint8_t version;     /* 4 or 6 */
    uint8_t prefix_bits; /* leading ones of the mask: 24, 64 */
    uint8_t address[16];
    uint8_t netmask[16];
    uint8_t network[16]; /* address and netmask */
};

/* weir_network_list: IPv4 before IPv6, else in the kernel's order; none is
 * not an error, and *out is then not NULL either.  -ENODEV: no such device. */
int weir_network_list(struct weir_network **out, uint32_t *count,
                      const char *device, struct weir_err *err);

/* weir_network_free: accepts NULL. */
void weir_network_free(struct weir_network *list);

#define WEIR_NETWORK_TEXT_MAX 64

/* weir_network_text: the address: "192.0.2.7/24", "fe80::1/64", in
 * text[WEIR_NETWORK_TEXT_MAX]. */
int weir_network_text(const struct weir_network *network, char *text,
                      struct weir_err *err);

#endif
