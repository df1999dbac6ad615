#ifndef WEIR_BASE_CHECKSUM_H
#define WEIR_BASE_CHECKSUM_H

/* checksum: the arithmetic of the Internet checksum and of SCTP's CRC, for
 * those who verify and those who make.
 *
 *     uint64_t sum = weir_sum_add(0, pseudo, sizeof pseudo);
 *     field = weir_sum_field(weir_sum_add(sum, segment, n));
 *
 * A sum is of 16-bit words as they lie in memory (RFC 1071: the byte order
 * does not matter), kept in 64 bits, and folded only at the end.
 *
 * Units     bytes; fields are in host byte order.
 * Threads   any; pure functions of their arguments. */

#include <stddef.h>
#include <stdint.h>

/* weir_sum_add: adds n bytes, the last of which is padded with a 0 if n is
 * odd; so only the last part that is added may be odd. */
uint64_t weir_sum_add(uint64_t sum, const void *bytes, size_t n);

/* weir_sum_field: what a checksum field must hold that was 0, or left out, in
 * the sum.  Over bytes that hold it already it gives 0 if they are right.
 * (UDP sends 0xffff instead of 0.) */
uint16_t weir_sum_field(uint64_t sum);

/* weir_crc32c_add: more bytes for a CRC that starts at WEIR_CRC32C_START;
 * weir_crc32c_field: what SCTP's field must hold, read as a number of network
 * byte order (RFC 9260, appendix A). */
#define WEIR_CRC32C_START UINT32_C(0xffffffff)
uint32_t weir_crc32c_add(uint32_t crc, const void *bytes, size_t n);
uint32_t weir_crc32c_field(uint32_t crc);

#endif
