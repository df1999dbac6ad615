#ifndef WEIR_SINK_SINK_H
#define WEIR_SINK_SINK_H

/* sink: where delivered frames end, as the writer thread sees it.
 *
 * The writer thread hands over batches in capture order.  A sink takes a
 * prefix of each batch's frames: all of them, or fewer because a limit was
 * reached (then `done` is set) or because it failed.  It never keeps the
 * batch.
 *
 * Threads   open and close: [1] nobody else running.  write, tick, rotate,
 *           finish: [w] the writer thread alone.
 * Errors    -errno with a text.  After an error or after `done` only finish
 *           and close are called.  On an error the file has been cut to whole
 *           records, and *taken frames of the batch are in it. */

#include <stdbool.h>
#include <stdint.h>

#include "ring/batch.h"
#include "ring/counter.h"

struct weir_err;
struct weir_sink;

/* What a sink says of the recording in its trailers (pcapng Interface
 * Statistics Block); filled in by the writer stage before each call.
 * delivered is what earlier calls took; a sink adds what this one has. */
struct weir_sink_facts {
    bool has_kernel; /* the kernel's and the interface's are known */
    uint64_t received;
    uint64_t kernel_seen;
    uint64_t kernel_dropped;
    uint64_t interface_dropped;
    uint64_t delivered;
};

struct weir_sink_ops {
    /* Takes at most frames_max frames (frames_max >= 1) of the batch's
     * passed ones. */
    int (*write)(struct weir_sink *sink, const struct weir_batch *batch,
                 uint32_t frames_max, uint32_t *taken, struct weir_err *err);
    /* Called when nothing arrives: rotates by the clock, flushes.  Sets
     * *next_ns to when (CLOCK_REALTIME) it wants to be called again, or to
     * INT64_MAX. */
    int (*tick)(struct weir_sink *sink, int64_t real_now_ns, int64_t *next_ns,
                struct weir_err *err);
    /* The operator asks for a new file (HUP). */
    int (*rotate)(struct weir_sink *sink, struct weir_err *err);
    /* The last call of the writer thread: trailers, close.  Reports what
     * close says. */
    int (*finish)(struct weir_sink *sink, struct weir_err *err);
    void (*close)(struct weir_sink *sink);
};

struct weir_sink {
    const struct weir_sink_ops *ops;
    struct weir_sink_facts facts;
    bool done;               /* a limit of the sink's own was reached */
    const char *stop_reason; /* why, for people, when done */
    struct weir_counter written_bytes; /* to all files; any thread reads */
};

#endif
