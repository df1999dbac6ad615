#ifndef WEIR_BASE_PCAPNG_PARSE_H
#define WEIR_BASE_PCAPNG_PARSE_H

/* pcapng_parse: what the blocks of a pcapng file say, from their bytes.
 *
 *     type 4 | total length 4 | body, padded to 4 | total length 4
 *
 * Threads   any; pure functions of their arguments.
 * Units     bytes; nanoseconds since 1970.
 * Errors    nothing is trusted and nothing but the named bytes is read. */

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/pcapng.h"

/* What has to be there before a block's length is known, and what of a
 * Section Header Block must be there to know its byte order and version. */
#define WEIR_PCAPNG_BLOCK_HEADER_BYTES   8
#define WEIR_PCAPNG_SECTION_HEADER_BYTES 16

static inline uint32_t weir_pcapng_load_32(bool swapped, const uint8_t *from)
{
    uint32_t v = weir_load_32(from);
    return swapped ? __builtin_bswap32(v) : v;
}

static inline uint16_t weir_pcapng_load_16(bool swapped, const uint8_t *from)
{
    uint16_t v = weir_load_16(from);
    return swapped ? __builtin_bswap16(v) : v;
}

/* weir_pcapng_section_parse: reads WEIR_PCAPNG_SECTION_HEADER_BYTES of a
 * Section Header Block, which says the byte order of all blocks up to the
 * next one, itself included.  Returns 0, -EINVAL (it is none) or -ENOTSUP
 * (the version). */
struct weir_pcapng_section {
    bool swapped;
    uint16_t version_major;
    uint16_t version_minor;
};

int weir_pcapng_section_parse(struct weir_pcapng_section *out,
                              const uint8_t *bytes);

/* clock: how an interface's 64-bit stamps become nanoseconds. */
struct weir_pcapng_clock {
    uint64_t factor; /* multiply by it; 0: divide by divisor */
    uint64_t divisor;
    uint8_t shift;    /* not 0: units of 2^-shift s; factor and divisor: 0 */
    int64_t offset_s; /* to be added */
};

/* weir_pcapng_clock_make: from the values of if_tsresol and if_tsoffset. */
struct weir_pcapng_clock weir_pcapng_clock_make(uint8_t tsresol,
                                                int64_t offset_s);

/* weir_pcapng_clock_ns: rounds down, and stays at the ends of int64_t where
 * the time lies behind them. */
int64_t weir_pcapng_clock_slow_ns(const struct weir_pcapng_clock *clock,
                                  uint64_t stamp);

static inline int64_t
weir_pcapng_clock_ns(const struct weir_pcapng_clock *clock, uint64_t stamp)
{
    int64_t ns;
    if (clock->factor != 0 && clock->offset_s == 0 &&
        !__builtin_mul_overflow(stamp, clock->factor, &ns))
        return ns;
    return weir_pcapng_clock_slow_ns(clock, stamp);
}

/* An Interface Description Block. */
#define WEIR_PCAPNG_IFACE_NAME_MAX 64

struct weir_pcapng_iface {
    char name[WEIR_PCAPNG_IFACE_NAME_MAX]; /* "" if none; control characters
                                              replaced by '?', cut off at a
                                              whole UTF-8 character */
    uint16_t linktype;
    uint32_t snaplen; /* 0: no limit */
    uint8_t tsresol;  /* as in the option; 6 if there is none */
    uint8_t fcs_bytes;
    struct weir_pcapng_clock clock;
};

/* weir_pcapng_iface_parse: block is whole and has `bytes` bytes.  Returns 0,
 * or -EINVAL and why, for people. */
int weir_pcapng_iface_parse(struct weir_pcapng_iface *out, bool swapped,
                            const uint8_t *block, uint32_t bytes,
                            const char **why);

/* A block with a frame. */
struct weir_pcapng_packet {
    uint64_t stamp;  /* of a Simple Packet Block: 0 */
    uint32_t iface;  /* of the section */
    uint32_t caplen; /* fits the block; of a Simple Packet Block without
                        regard to the interface's snapshot length */
    uint32_t len;
    uint32_t data;    /* offset in the block */
    uint32_t options; /* offset in the block; they end before the last 4 */
    bool has_stamp;
};

static inline bool weir_pcapng_is_packet(uint32_t type)
{
    return type == WEIR_PCAPNG_EPB || type == WEIR_PCAPNG_SPB ||
           type == WEIR_PCAPNG_PB;
}

/* weir_pcapng_packet_parse: block is whole, has `bytes` bytes (at least
 * WEIR_PCAPNG_BLOCK_BYTES_MIN) and its type is one of the three.  Returns
 * false if what it says does not fit. */
static inline bool weir_pcapng_packet_parse(struct weir_pcapng_packet *out,
                                            bool swapped, uint32_t type,
                                            const uint8_t *block,
                                            uint32_t bytes)
{
    const uint32_t end = bytes - 4; /* of the options */
    if (type == WEIR_PCAPNG_SPB) {
        if (bytes < 16)
            return false;
        out->len = weir_pcapng_load_32(swapped, block + 8);
        out->caplen = out->len < end - 12 ? out->len : end - 12;
        out->iface = 0;
        out->stamp = 0;
        out->data = 12;
        out->options = end;
        out->has_stamp = false;
        return true;
    }
    if (bytes < 32)
        return false;
    out->iface = type == WEIR_PCAPNG_EPB
                     ? weir_pcapng_load_32(swapped, block + 8)
                     : weir_pcapng_load_16(swapped, block + 8);
    out->stamp = (uint64_t)weir_pcapng_load_32(swapped, block + 12) << 32 |
                 weir_pcapng_load_32(swapped, block + 16);
    out->caplen = weir_pcapng_load_32(swapped, block + 20);
    out->len = weir_pcapng_load_32(swapped, block + 24);
    out->data = 28;
    out->has_stamp = true;
    if (out->caplen > end - 28)
        return false;
    uint32_t options = 28 + ((out->caplen + 3) & ~UINT32_C(3));
    out->options = options < end ? options : end;
    return true;
}

/* weir_pcapng_packet_flags: the value of the flags option among options
 * [0 .. bytes), or 0 if there is none. */
uint32_t weir_pcapng_packet_flags(bool swapped, const uint8_t *options,
                                  uint32_t bytes);

/* The direction in it. */
#define WEIR_PCAPNG_FLAGS_DIRECTION UINT32_C(3)
#define WEIR_PCAPNG_FLAGS_INBOUND   UINT32_C(1)
#define WEIR_PCAPNG_FLAGS_OUTBOUND  UINT32_C(2)

#endif
