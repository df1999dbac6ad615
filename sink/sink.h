#ifndef WEIR_SINK_SINK_H
#define WEIR_SINK_SINK_H

/* sink: where delivered frames end, as the writer thread sees it.
 *
 * The writer thread hands over batches in capture order.  A sink takes a
 * prefix of each batch's frames: all of them, or fewer because a limit was
 * reached (then `done` is set) or because it failed.  A sink whose writes go
 * on while it does something else keeps a batch, memory and lease, until it
 * is settled.
 *
 * Threads   open and close: [1] nobody else running.  write, settle, tick,
 *           rotate, finish: [w] the writer thread alone.
 * Order     batches are settled in the order in which they were written.
 * Errors    -errno with a text.  After an error or after `done` only settle,
 *           finish and close are called.  On an error the file has been cut
 *           to whole records, and *taken frames of the batch are in it; of
 *           batches that are kept, settle tells. */

#include <stdbool.h>
#include <stdint.h>

#include "ring/batch.h"
#include "ring/counter.h"

struct weir_err;
struct weir_sink;

/* What a sink says in its trailers (pcapng Interface Statistics Block);
 * filled in by the writer stage before each call.  delivered is what earlier
 * calls took, with what is not settled yet; a sink adds what this one has. */
struct weir_sink_counts {
    bool known;
    uint64_t received;
    uint64_t kernel_seen;
    uint64_t kernel_dropped;
    uint64_t interface_dropped;
    uint64_t delivered;
};

struct weir_sink_facts {
    bool has_kernel; /* the kernel's and the interface's are known */
    struct weir_sink_counts all;
    /* Of live interfaces: each one's own, by number; those of which nothing
     * comes here are not known.  NULL: there is one, or they are a file's. */
    const struct weir_sink_counts *ifaces;
    uint32_t ifaces_count;
    uint32_t iface; /* of the batch in hand, with ifaces */
};

/* What write returns of a batch that it keeps; all of its frames are taken
 * then, unless settle says otherwise. */
#define WEIR_SINK_KEPT 1

struct weir_sink_ops {
    /* Takes at most frames_max frames (frames_max >= 1) of the batch's
     * passed ones.  It may change the chunk, and what its buffer holds; where
     * that is not whole records of the same frames any more it says so
     * (chunk.moved). */
    int (*write)(struct weir_sink *sink, struct weir_batch *batch,
                 uint32_t frames_max, uint32_t *taken, struct weir_err *err);
    /* Gives the oldest batch back that write kept, when its fate is known,
     * with how many of its frames are in the file; *out is NULL while there
     * is none.  On an error too, and all of them then, call by call.  Called
     * before each write, and until there is none.  NULL: write keeps none. */
    int (*settle)(struct weir_sink *sink, struct weir_batch **out,
                  uint32_t *taken, struct weir_err *err);
    /* Called when nothing arrives: rotates by the clock, flushes.  Sets
     * *next_ns to when (CLOCK_REALTIME) it wants to be called again, or to
     * INT64_MAX. */
    int (*tick)(struct weir_sink *sink, int64_t real_now_ns, int64_t *next_ns,
                struct weir_err *err);
    /* The operator asks for a new file (HUP). */
    int (*rotate)(struct weir_sink *sink, struct weir_err *err);
    /* The last call of the writer thread, after every batch that was kept is
     * back: trailers, close.  Reports what close says. */
    int (*finish)(struct weir_sink *sink, struct weir_err *err);
    void (*close)(struct weir_sink *sink);
};

struct weir_sink {
    const struct weir_sink_ops *ops;
    struct weir_sink_facts facts;
    bool done;               /* a limit of the sink's own was reached */
    const char *stop_reason; /* why, for people, when done */
    struct weir_counter written_bytes; /* to all files; any thread reads */
    int fd; /* while a batch is kept: readable when there is one to settle */
    /* Leases whose frames take so many bytes each, on average, are better
     * turned into records where they lie than copied; 0: none is. */
    uint32_t in_place_min;
};

#endif
