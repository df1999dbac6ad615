#ifndef WEIR_SINK_FLIGHT_H
#define WEIR_SINK_FLIGHT_H

/* flight: batches whose chunks are on their way into a direct file.
 *
 *   add -> (poll | drain) -> take
 *
 * The writes lie behind one another in the file.  Those that wait together
 * are joined to vectors, each one operation, large enough that the disk has
 * always something to do; and the disk gets the vectors as chains: whatever
 * came while one chain was written makes the next.  So the file grows from
 * the end of one write to that of another, however the process ends, and a
 * disk that is slow gets long vectors.
 *
 * A write that fails ends the file: what is behind its last whole record is
 * cut off, and the frames there and in all later writes are not in the file.
 *
 * Owner     a batch is the flight's from add until take gives it back, and
 *           so are its memory and its lease.
 * Threads   one at a time.
 * Order     batches are taken in the order in which they were added.
 * Progress  add waits for the disk while WEIR_FLIGHT_MAX writes are on their
 *           way; drain waits for all; the others do not wait.  No
 *           allocation.
 * Errors    of a write: kept, with a text; add and drain tell it from then
 *           on. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/err.h"
#include "ring/batch.h"
#include "ring/counter.h"
#include "sink/disk.h"
#include "sink/outfile.h"

/* Writes on their way, and places for those and the settled ones: who adds
 * takes before what has settled. */
#define WEIR_FLIGHT_MAX    32
#define WEIR_FLIGHT_PLACES 64

/* Writes of one vector, and their bytes, unless one alone has more. */
#define WEIR_FLIGHT_PARTS        8
#define WEIR_FLIGHT_VECTOR_BYTES (8U << 20)

/* Writes of one chain: leases come home vector by vector, but the next chain
 * waits for the last. */
#define WEIR_FLIGHT_CHAIN 16

struct weir_flight_write {
    struct weir_batch *batch;
    uint64_t offset; /* in the file */
    uint32_t done;   /* bytes, of the chunk's */
    uint32_t frames; /* of the batch, that are in the file in the end */
    int32_t result;  /* of the vector that it was last in */
};

struct weir_flight_vector {
    struct weir_disk_op op;
    uint32_t first; /* place of its first write */
    struct iovec parts[WEIR_FLIGHT_PARTS];
};

struct weir_flight {
    struct weir_disk *disk;
    struct weir_outfile *out; /* that the writes go to */
    struct weir_counter *written_bytes;
    /* Places in the line of writes, counted without end: up to `taken` they
     * are gone, up to `settled` they can be taken, up to `started` they are
     * the disk's, up to `next` they wait for the next chain. */
    uint32_t taken;
    uint32_t settled;
    uint32_t started;
    uint32_t next;
    uint32_t going;          /* operations in the disk */
    uint32_t stalls;         /* chains in a row that moved nothing */
    uint32_t allocate_bytes; /* at a time; 0: not */
    int error;
    struct weir_err err;
    struct weir_disk_op allocate;
    struct weir_flight_vector vectors[WEIR_FLIGHT_CHAIN]; /* of the chain */
    struct weir_flight_write writes[WEIR_FLIGHT_PLACES];
};

/* weir_flight_open: takes the disk; counts what is written; takes room for
 * files of file_bytes (0: of any size) ahead.
 * weir_flight_close: waits for the disk; every batch was taken, or will be
 * by nobody. */
void weir_flight_open(struct weir_flight *flight, struct weir_disk *disk,
                      struct weir_counter *written_bytes, uint64_t file_bytes);
void weir_flight_close(struct weir_flight *flight);

/* weir_flight_begin: the file that the next writes go to; all earlier ones
 * have settled. */
void weir_flight_begin(struct weir_flight *flight, struct weir_outfile *out);

/* weir_flight_is_idle: everything has settled, nothing failed, and the disk
 * has nothing to do. */
static inline bool weir_flight_is_idle(const struct weir_flight *flight)
{
    return flight->going == 0 && flight->next == flight->settled &&
           flight->error == 0;
}

/* weir_flight_add: the batch's whole chunk, aligned (direct.h).  On an error,
 * that of an earlier write, the batch stays the caller's. */
int weir_flight_add(struct weir_flight *flight, struct weir_batch *batch,
                    struct weir_err *err);

/* weir_flight_poll: looks after what the disk has done.
 * weir_flight_drain: until it has done everything. */
void weir_flight_poll(struct weir_flight *flight);
int weir_flight_drain(struct weir_flight *flight, struct weir_err *err);

/* weir_flight_take: the oldest batch that has settled, and how many of its
 * frames are in the file; NULL if there is none. */
struct weir_batch *weir_flight_take(struct weir_flight *flight,
                                    uint32_t *frames);

#endif
