#ifndef WEIR_BASE_PCAP_ENCODE_H
#define WEIR_BASE_PCAP_ENCODE_H

/* pcap_encode: the classic capture file format, written.
 *
 * In the host's byte order, as libpcap writes it.  A record's time has 32
 * bits of seconds: earlier than 1970 becomes 1970, later than the last that
 * fits (2106) becomes that last one.
 *
 * Threads   any; pure functions of their arguments.
 * Progress  no allocation.
 * Errors    none: the caller has the room. */

#include <stdint.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/copy.h"
#include "base/pcap.h"

/* The latest nanosecond that a record can carry. */
#define WEIR_PCAP_TIME_MAX_NS                                                  \
    ((int64_t)UINT32_MAX * WEIR_NS_PER_S + (WEIR_NS_PER_S - 1))

/* weir_pcap_encode_header: the file's first WEIR_PCAP_FILE_HEADER_BYTES
 * bytes.  magic is WEIR_PCAP_MAGIC_US or _NS.  A snaplen of 0, or one that
 * libpcap would not take, becomes what libpcap puts in its place.  fcs_bytes
 * 0: it is not known whether frames end in a check sequence. */
void weir_pcap_encode_header(uint8_t *to, uint32_t magic, uint32_t snaplen,
                             uint16_t linktype, uint8_t fcs_bytes);

static inline int64_t weir_pcap_clamp_ns(int64_t time_ns)
{
    if (time_ns < 0)
        return 0;
    return time_ns > WEIR_PCAP_TIME_MAX_NS ? WEIR_PCAP_TIME_MAX_NS : time_ns;
}

/* weir_pcap_encode_record: a record of WEIR_PCAP_RECORD_HEADER_BYTES and
 * caplen bytes.  unit_ns is 1000 or 1, a constant where it is called, so
 * that no division is left.  Returns the record's length. */
static inline uint32_t weir_pcap_encode_record(uint8_t *to, uint32_t unit_ns,
                                               int64_t time_ns,
                                               const uint8_t *data,
                                               uint32_t caplen, uint32_t len)
{
    uint64_t ns = (uint64_t)weir_pcap_clamp_ns(time_ns);
    uint32_t seconds = (uint32_t)(ns / (uint64_t)WEIR_NS_PER_S);
    uint32_t rest = (uint32_t)(ns % (uint64_t)WEIR_NS_PER_S);
    weir_store_32(to, seconds);
    weir_store_32(to + 4, rest / unit_ns);
    weir_store_32(to + 8, caplen);
    weir_store_32(to + 12, len);
    if (caplen > 0)
        weir_copy_frame(to + WEIR_PCAP_RECORD_HEADER_BYTES, data, caplen);
    return WEIR_PCAP_RECORD_HEADER_BYTES + caplen;
}

#endif
