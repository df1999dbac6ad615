#ifndef WEIR_DISSECT_FAMILY_H
#define WEIR_DISSECT_FAMILY_H

/* family: the address family that a NULL or LOOP header holds.
 *
 * https://www.tcpdump.org/linktypes.html: it is a number of the system that
 * captured, and IPv6's differs between systems; in the byte order of that
 * system's processor (NULL) or of the network (LOOP).  As families are
 * small, what reads as a large number was written the other way round.
 *
 * Threads   any; pure. */

#include <stdint.h>

#include "base/bytes.h"

#define WEIR_FAMILY_INET          2
#define WEIR_FAMILY_INET6_LINUX   10
#define WEIR_FAMILY_INET6_NETBSD  24 /* and OpenBSD */
#define WEIR_FAMILY_INET6_FREEBSD 28
#define WEIR_FAMILY_INET6_DARWIN  30

/* weir_family_read: of the four bytes at p. */
static inline uint32_t weir_family_read(const uint8_t *p)
{
    uint32_t family = weir_load_be32(p);

    return family > UINT16_MAX ? weir_load_le32(p) : family;
}

#endif
