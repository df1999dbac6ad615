#ifndef WEIR_BASE_PCAPNG_ENCODE_H
#define WEIR_BASE_PCAPNG_ENCODE_H

/* pcapng_encode: the block-structured capture file format, written.
 *
 * In the host's byte order.  Times are nanoseconds (if_tsresol 9 in every
 * Interface Description Block) since 1970, or since the second that the block
 * names (if_tsoffset); what is earlier becomes that, for the format's times
 * have no sign.
 *
 * Threads   any; pure functions of their arguments.
 * Progress  no allocation.
 * Errors    none: the caller has the room. */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/copy.h"
#include "base/pcapng.h"

static inline uint32_t weir_pcapng_pad(uint32_t bytes)
{
    return (bytes + 3U) & ~3U;
}

static inline void weir_pcapng_put_time(uint8_t *to, int64_t time_ns)
{
    uint64_t ns = time_ns < 0 ? 0 : (uint64_t)time_ns;
    weir_store_32(to, (uint32_t)(ns >> 32));
    weir_store_32(to + 4, (uint32_t)ns);
}

/* Copies a frame and zeroes its padding.  Returns the padded length. */
static inline uint32_t weir_pcapng_put_frame(uint8_t *to, const uint8_t *data,
                                             uint32_t caplen)
{
    uint32_t padded = weir_pcapng_pad(caplen);
    if (caplen > 0) {
        /* The last word first: the frame then covers all but the padding. */
        weir_store_32(to + padded - 4, 0);
        weir_copy_frame(to, data, caplen);
    }
    return padded;
}

/* Options, one by one, where a block is laid out by hand.  Each is written
 * at `to` and has the length that its name says. */
#define WEIR_PCAPNG_OPT_32_BYTES     8U
#define WEIR_PCAPNG_OPT_64_BYTES     12U
#define WEIR_PCAPNG_OPT_END_BYTES    4U
#define WEIR_PCAPNG_FILLER_BYTES_MIN 8U
#define WEIR_PCAPNG_FILLER_BYTES_MAX 65536U

static inline void weir_pcapng_put_option_32(uint8_t *to, uint16_t code,
                                             uint32_t value)
{
    weir_store_16(to, code);
    weir_store_16(to + 2, 4);
    weir_store_32(to + 4, value);
}

static inline void weir_pcapng_put_option_64(uint8_t *to, uint16_t code,
                                             uint64_t value)
{
    weir_store_16(to, code);
    weir_store_16(to + 2, 8);
    weir_store_64(to + 4, value);
}

/* weir_pcapng_rest_fits: whether put_rest can take up so many bytes. */
static inline bool weir_pcapng_rest_fits(uint32_t bytes)
{
    return bytes == WEIR_PCAPNG_OPT_END_BYTES ||
           (bytes >= WEIR_PCAPNG_FILLER_BYTES_MIN + WEIR_PCAPNG_OPT_END_BYTES &&
            bytes <= WEIR_PCAPNG_FILLER_BYTES_MAX + WEIR_PCAPNG_OPT_END_BYTES &&
            bytes % 4 == 0);
}

/* weir_pcapng_put_rest: ends a block's options after exactly `bytes`, which
 * fit: an option of ours, full of zeros, and the mark of the end. */
static inline void weir_pcapng_put_rest(uint8_t *to, uint32_t bytes)
{
    const uint32_t filler = bytes - WEIR_PCAPNG_OPT_END_BYTES;
    if (filler > 0) {
        weir_store_16(to, WEIR_PCAPNG_OPT_CUSTOM);
        weir_store_16(to + 2, (uint16_t)(filler - 4));
        weir_store_32(to + 4, WEIR_PCAPNG_PEN);
        memset(to + 8, 0, filler - 8);
    }
    weir_store_32(to + filler, WEIR_PCAPNG_OPT_END);
}

/* weir_pcapng_encode_epb: an Enhanced Packet Block.  direction is 0 if it is
 * not known, or WEIR_PCAPNG_INBOUND or _OUTBOUND.  Returns its length, at
 * most caplen + WEIR_PCAPNG_EPB_BYTES_MORE: the block's own, padding and
 * epb_flags with the mark of the end. */
#define WEIR_PCAPNG_EPB_FLAGS_BYTES                                            \
    (WEIR_PCAPNG_OPT_32_BYTES + WEIR_PCAPNG_OPT_END_BYTES)
#define WEIR_PCAPNG_EPB_BYTES_MORE                                             \
    (WEIR_PCAPNG_EPB_BYTES_MIN + 3U + WEIR_PCAPNG_EPB_FLAGS_BYTES)

static inline uint32_t weir_pcapng_encode_epb(uint8_t *to, uint32_t iface,
                                              int64_t time_ns,
                                              uint32_t direction,
                                              const uint8_t *data,
                                              uint32_t caplen, uint32_t len)
{
    uint32_t total = WEIR_PCAPNG_EPB_BYTES_MIN + weir_pcapng_pad(caplen) +
                     (direction == 0 ? 0 : WEIR_PCAPNG_EPB_FLAGS_BYTES);
    weir_store_32(to, WEIR_PCAPNG_EPB);
    weir_store_32(to + 4, total);
    weir_store_32(to + 8, iface);
    weir_pcapng_put_time(to + 12, time_ns);
    weir_store_32(to + 20, caplen);
    weir_store_32(to + 24, len);
    uint8_t *end = to + 28;
    end += weir_pcapng_put_frame(end, data, caplen);
    if (direction != 0) {
        weir_store_16(end, WEIR_PCAPNG_EPB_FLAGS);
        weir_store_16(end + 2, 4);
        weir_store_32(end + 4, direction);
        weir_store_32(end + 8, WEIR_PCAPNG_OPT_END);
        end += WEIR_PCAPNG_EPB_FLAGS_BYTES;
    }
    weir_store_32(end, total);
    return total;
}

/* weir_pcapng_spb_fits: whether a Simple Packet Block can hold a frame of
 * the section's first interface: a reader has its captured length from the
 * interface's snapshot length (0: none) alone. */
static inline bool weir_pcapng_spb_fits(uint32_t snaplen, uint32_t caplen,
                                        uint32_t len)
{
    return caplen == (snaplen != 0 && snaplen < len ? snaplen : len);
}

/* weir_pcapng_encode_spb: a Simple Packet Block, for a frame without a time
 * that weir_pcapng_spb_fits.  Returns its length. */
static inline uint32_t weir_pcapng_encode_spb(uint8_t *to, const uint8_t *data,
                                              uint32_t caplen, uint32_t len)
{
    uint32_t total = WEIR_PCAPNG_SPB_BYTES_MIN + weir_pcapng_pad(caplen);
    weir_store_32(to, WEIR_PCAPNG_SPB);
    weir_store_32(to + 4, total);
    weir_store_32(to + 8, len);
    weir_pcapng_put_frame(to + 12, data, caplen);
    weir_store_32(to + total - 4, total);
    return total;
}

/* The longest text that an option holds here; what is longer is cut off. */
#define WEIR_PCAPNG_TEXT_MAX 60000

/* Section Header Block; NULL texts are left out. */
struct weir_pcapng_shb {
    const char *os;
    const char *userappl;
};

/* Interface Description Block; NULL or empty texts are left out. */
struct weir_pcapng_idb {
    uint16_t linktype;
    uint32_t snaplen;  /* 0: no limit */
    uint8_t fcs_bytes; /* 0: not known */
    int64_t offset_s;  /* to be added to the times of its blocks */
    const char *name;
    const char *filter; /* in libpcap's language */
    const char *os;
};

/* Interface Statistics Block; a count that is not known is left out. */
#define WEIR_PCAPNG_UNKNOWN UINT64_MAX

struct weir_pcapng_isb {
    uint32_t iface;
    int64_t time_ns;
    bool has_span;
    int64_t start_ns;
    int64_t end_ns;
    uint64_t ifrecv;
    uint64_t ifdrop;
    uint64_t filteraccept;
    uint64_t osdrop;
    uint64_t usrdeliv;
};

/* An Enhanced Packet Block with all that we may say of a frame. */
struct weir_pcapng_epb {
    uint32_t iface;
    int64_t time_ns;
    uint32_t direction; /* as weir_pcapng_encode_epb's */
    uint64_t dropcount; /* frames lost before this one; 0: not said */
    const uint8_t *data;
    uint32_t caplen;
    uint32_t len;
};

/* Each writes one block to `to` and returns its length; with `to` NULL it
 * only returns that. */
uint32_t weir_pcapng_encode_shb(uint8_t *to, const struct weir_pcapng_shb *shb);
uint32_t weir_pcapng_encode_idb(uint8_t *to, const struct weir_pcapng_idb *idb);
uint32_t weir_pcapng_encode_isb(uint8_t *to, const struct weir_pcapng_isb *isb);
uint32_t weir_pcapng_encode_epb_long(uint8_t *to,
                                     const struct weir_pcapng_epb *epb);

#endif
