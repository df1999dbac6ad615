#ifndef WEIR_BASE_ADDRESS_H
#define WEIR_BASE_ADDRESS_H

/* address: addresses as text.
 *
 * Each function writes to a buffer of the size named here, and reads 6, 4 or
 * 16 bytes.
 *
 * Threads   any; pure functions of their arguments.
 * Errors    none. */

#include <stdint.h>

#define WEIR_MAC_TEXT  18 /* "00:11:22:33:44:55" */
#define WEIR_IPV4_TEXT 16 /* "255.255.255.255" */
#define WEIR_IPV6_TEXT 46 /* INET6_ADDRSTRLEN: RFC 5952's form */

/* Return out; an address that is NULL is "". */
char *weir_mac_text(char *out, const uint8_t *mac);
char *weir_ipv4_text(char *out, const uint8_t *address);
char *weir_ipv6_text(char *out, const uint8_t *address);

#endif
