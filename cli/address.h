#ifndef WEIR_CLI_ADDRESS_H
#define WEIR_CLI_ADDRESS_H

/* address: addresses and times of frames as text.
 *
 * Each function writes to a buffer of the size named here and returns it.
 * Threads   any; weir_time_local reads the time zone's rules. */

#include <stdint.h>

#define WEIR_MAC_TEXT  18 /* "00:11:22:33:44:55" */
#define WEIR_IPV4_TEXT 16 /* "255.255.255.255" */
#define WEIR_IPV6_TEXT 46 /* INET6_ADDRSTRLEN: RFC 5952's form */
#define WEIR_TIME_TEXT 32

char *weir_mac_text(char *out, const uint8_t *mac);
char *weir_ipv4_text(char *out, const uint8_t *address);
char *weir_ipv6_text(char *out, const uint8_t *address);

/* weir_ipv4_put, weir_ipv6_put: the same without the 0 at the end; return
 * where the text ends. */
char *weir_ipv4_put(char *out, const uint8_t *address);
char *weir_ipv6_put(char *out, const uint8_t *address);

/* weir_time_epoch: seconds since 1970 with nine decimals, "-0.500000000"
 * before.  weir_time_local: the time of day "HH:MM:SS.ffffff". */
char *weir_time_epoch(char *out, int64_t time_ns);
char *weir_time_local(char *out, int64_t time_ns);

#endif
