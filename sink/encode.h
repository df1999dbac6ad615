#ifndef WEIR_SINK_ENCODE_H
#define WEIR_SINK_ENCODE_H

/* encode: frames to whole records of a file format, in a chunk's buffer.
 *
 * Threads   any; the chunk belongs to the caller.
 * Progress  no allocation; a memcpy and a few stores a frame.
 * Errors    none: a chunk's capacity (batch.h) holds any lease. */

#include <stdint.h>

#include "ring/batch.h"

enum weir_format {
    WEIR_FORMAT_NONE = 0, /* nothing is written */
    WEIR_FORMAT_PCAP,     /* microseconds */
    WEIR_FORMAT_PCAP_NS,
    WEIR_FORMAT_PCAPNG,
};

/* weir_encode: appends n frames to the chunk. */
void weir_encode(enum weir_format format, struct weir_chunk *chunk,
                 const struct weir_frame *frames, uint32_t n);

/* What the record at bytes[0] says of itself; for cuts. */
struct weir_encoded {
    uint32_t bytes; /* whole record */
    uint32_t iface;
    uint32_t len;
    int64_t time_ns;
    uint32_t no_time; /* 1: the record carries none */
};

/* weir_encoded_read: bytes points to a record that weir_encode made. */
void weir_encoded_read(enum weir_format format, const uint8_t *bytes,
                       struct weir_encoded *out);

#endif
