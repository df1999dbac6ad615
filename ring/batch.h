#ifndef WEIR_RING_BATCH_H
#define WEIR_RING_BATCH_H

/* batch: the work item that travels: a lease, then what was made of it.
 *
 * The capture thread fills the first part, the worker the second.  Once the
 * worker has passed it on the sink may move the chunk's bytes and exchange its
 * buffer; the outlet notes where the batch is from, and exchanges the chunk's
 * buffer for an empty one when a branch is to have it.  All else stays as it
 * is until the batch is home.
 *
 * Owner     holding the pointer is owning the batch; a push gives it away.
 * Threads   one holder at a time.
 * Units     bytes, frames, nanoseconds since 1970. */

#include <stdbool.h>
#include <stdint.h>

#include "ring/iface.h"
#include "ring/lease.h"

/* A chunk's buffer is a block and this much for each frame, so that every
 * encoding of a lease fits: the longest, pcapng's Enhanced Packet Block with
 * padding and options, has up to 47 bytes beside the frame (sink/encode.c
 * holds the encoders to it), of which the block has had
 * WEIR_LEASE_RECORD_BYTES_MIN. */
#define WEIR_CHUNK_BYTES_PER_FRAME 32

/* And so much besides: for the blocks before the first record, for what is
 * said of a loss, and for padding to WEIR_LEASE_ALIGN. */
#define WEIR_CHUNK_BYTES_SPARE 8192

static inline uint32_t weir_chunk_bytes(uint32_t block_bytes)
{
    return block_bytes + WEIR_LEASE_FRAMES_MAX * WEIR_CHUNK_BYTES_PER_FRAME +
           WEIR_CHUNK_BYTES_SPARE;
}

/* chunk: whole records as the file will have them.  bytes points into buf,
 * or into the lease where its records are already the file's.  buf begins at
 * a multiple of WEIR_LEASE_ALIGN; it may be exchanged for another such, as
 * large, while its batch is out.  The first `preface` of the len bytes are
 * blocks that are no records. */
struct weir_chunk {
    uint8_t *buf;
    uint32_t capacity;
    uint32_t len;
    uint32_t preface;
    uint32_t frames;
    const uint8_t *bytes;
    bool moved; /* by the sink: buf no longer holds what bytes and len say */
};

struct weir_screen;
struct weir_snapshot;

struct weir_batch {
    /* By the capture thread. */
    struct weir_lease lease;
    uint64_t seq; /* place in the lane's order, from 0 */
    const struct weir_ifaces *ifaces;
    uint32_t ifaces_count;  /* covers every frame of the lease */
    uint64_t frames_before; /* that this lane had received before */
    /* What each frame must pass besides its interface's; NULL: all do. */
    const struct weir_filter *filter;
    /* Of the settings that it is processed under, which stay until it is home.
     * anew: the filters of open, this one and the interfaces', no longer count:
     * frames must pass the screen, or, if it is NULL, the kernel has tested all
     * of them by it. */
    struct weir_snapshot *snapshot;
    const struct weir_screen *screen;
    bool anew;
    uint32_t snaplen; /* 0: no frame is cut */

    /* By the worker.  skipped: the recording was abandoned, nothing was looked
     * at, and passed is what the lease holds.  Else passed counts the frames
     * that nothing took out: those that are in the chunk, if there is one. */
    struct weir_chunk chunk;
    uint32_t passed;
    bool skipped;
    bool flows_left; /* its flows are the outlet's to count */
    bool refuses;    /* passed frames that `refused` names are in no flow */
    bool tapped;     /* taps took frames out, which `taken_out` names */
    bool lent;       /* the chunk is the lease, and a branch may hold it */
    uint64_t passed_bytes; /* sum of len, as on the wire */
    int64_t time_min_ns;   /* of passed frames that carry a time; */
    int64_t time_max_ns;   /* INT64_MAX and INT64_MIN if none does */

    /* By the outlet. */
    uint32_t inlet; /* where it is from */

    /* By the worker, if refuses: a bit for each passed frame, in their order.
     * Their flows found no room, and are not to be taken out of it. */
    uint64_t refused[WEIR_LEASE_FRAMES_MAX / 64];

    /* By the worker, if tapped: a bit for each frame that was shown to taps, in
     * their order. */
    uint64_t taken_out[WEIR_LEASE_FRAMES_MAX / 64];
};

#endif
