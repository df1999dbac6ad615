#ifndef WEIR_PIPELINE_DELIVERY_H
#define WEIR_PIPELINE_DELIVERY_H

/* delivery: what a sink of the embedder's gets: whole records, encoded, of
 * frames that the pipeline has delivered, in the order of delivery.
 *
 *     struct weir_delivery_place place = {0, 0};
 *     while ((n = weir_delivery_frames(delivery, &place, frames, 64)) > 0)
 *         ...
 *
 * A sink that writes `head` and then `bytes` of each delivery of one lane
 * makes a whole capture file of it.
 *
 * Units     bytes; nanoseconds since 1970, as frames have.
 * Owner     the pipeline.  The sink has it for one call, reads it only, and
 *           so the frames in it.
 * Threads   the sink's thread. */

#include <stdint.h>

#include "base/format.h"
#include "ring/frame.h"

struct weir_parcel;

struct weir_delivery {
    /* Blocks that a file needs before these records: its header, and in a
     * pcapng each interface before its first frame; mostly none. */
    const uint8_t *head;
    uint32_t head_bytes;
    uint32_t bytes_count;
    const uint8_t *bytes;
    uint32_t frames; /* at least 1 */
    enum weir_format format;
    uint32_t file;       /* of several that the pipeline writes, from 0; what
                            comes of one file is in its order */
    uint64_t wire_bytes; /* sum of the frames' lengths on the wire */
    int64_t time_min_ns; /* of frames that carry a time; */
    int64_t time_max_ns; /* INT64_MAX and INT64_MIN if none does */
    const struct weir_parcel *parcel; /* for the functions below */
};

/* A place in a delivery; begin with zeros. */
struct weir_delivery_place {
    uint32_t offset; /* bytes behind us */
    uint32_t frames; /* frames behind us */
};

/* weir_delivery_frames: writes up to max of the next frames to out and moves
 * *place behind them.  Times are as the file has them, in its resolution.
 * Returns how many, 0 at the end, or -EINVAL. */
int weir_delivery_frames(const struct weir_delivery *delivery,
                         struct weir_delivery_place *place,
                         struct weir_frame *out, uint32_t max);

/* weir_delivery_linktype: of a frame's iface, a LINKTYPE_ value; -EINVAL for
 * one that no frame of this delivery has. */
int weir_delivery_linktype(const struct weir_delivery *delivery,
                           uint16_t iface);

#endif
