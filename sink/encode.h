#ifndef WEIR_SINK_ENCODE_H
#define WEIR_SINK_ENCODE_H

/* encode: frames to whole records of a file format, in a chunk's buffer.
 *
 * Threads   any; the chunk belongs to the caller.
 * Progress  no allocation; a memcpy and a few stores a frame.
 * Errors    none: a chunk's capacity (batch.h) holds any lease. */

#include <stdbool.h>
#include <stdint.h>

#include "base/format.h"
#include "ring/batch.h"

/* weir_encode: appends n frames to the chunk.  ifaces is the batch's table:
 * a pcapng record without a time leans on the first interface's snapshot
 * length. */
void weir_encode(enum weir_format format, const struct weir_ifaces *ifaces,
                 struct weir_chunk *chunk, const struct weir_frame *frames,
                 uint32_t n);

/* What the record at bytes[0] says of itself; for cuts. */
struct weir_encoded {
    uint32_t bytes; /* whole record */
    uint32_t iface; /* 0 in a pcap, which does not say */
    uint32_t len;
    int64_t time_ns; /* as the file has it: clamped, in its resolution, from
                        its interface's epoch_ns on */
    bool no_time;    /* it carries none, or 0, which stands for none where
                        a record must have one */
};

/* weir_encoded_read: bytes points to a record that weir_encode made. */
void weir_encoded_read(enum weir_format format, const uint8_t *bytes,
                       struct weir_encoded *out);

#endif
