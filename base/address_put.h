#ifndef WEIR_BASE_ADDRESS_PUT_H
#define WEIR_BASE_ADDRESS_PUT_H

/* address_put: addresses as parts of a text; base/address.h without the 0 at
 * the end.
 *
 * Threads   any; pure functions of their arguments.
 * Errors    none; no argument is NULL. */

#include <stdint.h>

/* Return where the text ends. */
char *weir_mac_put(char *out, const uint8_t *mac);
char *weir_ipv4_put(char *out, const uint8_t *address);
char *weir_ipv6_put(char *out, const uint8_t *address);

#endif
