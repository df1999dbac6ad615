#ifndef WEIR_BENCH_TRIAL_MARK_FIND_H
#define WEIR_BENCH_TRIAL_MARK_FIND_H

/* mark_find: the generator's mark (bench/gen/mark.h) in a frame.
 *
 * Ethernet, up to four VLAN tags, IPv4 with any options or IPv6 without
 * extension headers, UDP: what the generator makes, and little else, so that
 * it is cheap.
 *
 * Threads   any; a pure function.
 * Errors    false: no mark.  Nothing but the caplen bytes is read. */

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "bench/gen/mark.h"

/* What of the mark has to be there. */
#define WEIR_MARK_FIND_BYTES WEIR_MARK_AT_STAMP

static inline bool weir_mark_is_vlan(uint16_t type)
{
    /* IEEE 802.1Q and 802.1ad, and what came before the latter. */
    return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

/* Offset of the UDP header behind the IP header at `at`; 0 if there is none.
 * A fragment other than the first has no UDP header. */
static inline uint32_t weir_mark_udp_at(const uint8_t *data, uint32_t caplen,
                                        uint32_t at, uint16_t type)
{
    if (type == 0x0800) {
        if (caplen < at + 20 || data[at] >> 4 != 4 || data[at + 9] != 17 ||
            (weir_load_be16(data + at + 6) & 0x1fff) != 0)
            return 0;
        uint32_t header = (uint32_t)(data[at] & 15) * 4;
        return header < 20 ? 0 : at + header;
    }
    if (type != 0x86dd || caplen < at + 40 || data[at] >> 4 != 6 ||
        data[at + 6] != 17)
        return 0;
    return at + 40;
}

static inline bool weir_mark_find(const uint8_t *data, uint32_t caplen,
                                  uint64_t *number)
{
    if (caplen < 14)
        return false;
    uint32_t at = 14;
    uint16_t type = weir_load_be16(data + 12);
    for (int tags = 0; weir_mark_is_vlan(type) && tags < 4; tags++) {
        if (caplen < at + 4)
            return false;
        type = weir_load_be16(data + at + 2);
        at += 4;
    }
    at = weir_mark_udp_at(data, caplen, at, type);
    if (at == 0 || caplen < at + 8 + WEIR_MARK_FIND_BYTES ||
        weir_load_be16(data + at + 2) != WEIR_MARK_PORT ||
        weir_load_be16(data + at + 8) != WEIR_MARK_MAGIC)
        return false;
    *number = be64toh(weir_load_64(data + at + 8 + WEIR_MARK_AT_NUMBER));
    return true;
}

#endif
