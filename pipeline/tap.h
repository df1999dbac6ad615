#ifndef WEIR_PIPELINE_TAP_H
#define WEIR_PIPELINE_TAP_H

/* tap: a function of the embedder's that sees every frame, in the workers.
 *
 *   walk > link type, filter, snapshot length > taps > statistics, flows,
 *                                                      file, other sinks
 *
 * It is called with a vector of frames, dissected; what it finds it puts into
 * a state that this worker alone has, so it needs no lock and shares no cache
 * line.  At the end the states are merged, one after another.
 *
 * A tap that excludes may take frames out of everything behind it: of a vector
 * it returns the bits of those (bit i: frame i), and they are counted as
 * excluded[tap] and under the tap's name.  Of several taps each sees what those
 * before it have left.
 *
 * Owner     the vector, and the frames' bytes, are the pipeline's, and valid
 *           until the tap returns.  name and context outlive the pipeline.
 *           The state is the embedder's.
 * Threads   create, merge, destroy: the control thread; no worker runs then.
 *           tap: a worker, that of its state.
 * Order     the frames that a tap gets with one state are in the order of
 *           their capture, with gaps: a lane's blocks go to its workers in
 *           turn.  Between states there is no order.  Who wants all frames of
 *           a flow in their order has lanes that share an interface by the hash
 *           of its flows (fanout), with one worker each: then a flow's frames
 *           go to one state.
 * Progress  frames wait for it: what a tap does for a frame is added to what
 *           each frame costs.  It must not sleep; and it must not call what
 *           controls the pipeline, which waits for it.
 * Errors    of create end the opening.  A tap has none: frames are data.
 *
 * It sees what a sink is not given after all: whether a limit (frames_max) lets
 * a frame through is known only to the writer, in the order of the file, long
 * after; to ask before would make workers wait for it.  Such frames are
 * excluded[surplus], or lost[write], and stay in what the taps counted.  What
 * an abandoned recording had still in flight it is not shown. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "dissect/dissect.h"
#include "ring/frame.h"

#define WEIR_TAPS_MAX 8

/* Frames of a vector, at most: a bit for each. */
#define WEIR_TAP_VECTOR 64

struct weir_tap_vector {
    const struct weir_frame *frames;
    const struct weir_dissection *dissections; /* of each frame */
    const uint16_t *linktypes;                 /* LINKTYPE_* of each frame */
    uint32_t count;                            /* 1 to WEIR_TAP_VECTOR */
    uint32_t lane;                             /* from 0 */
    uint32_t worker;                           /* from 0, of its lane */
};

/* weir_tap_fn: returns the bits of the frames that it takes out; those of a
 * tap that does not exclude, and bits behind count, mean nothing. */
typedef uint64_t weir_tap_fn(void *state, const struct weir_tap_vector *vector);

/* create: once for each worker of each lane; sets *state, which may be NULL.
 * Returns 0 or -errno with a text.
 * merge: adds a state to what context is, once for each state, lane by lane
 * and worker by worker, when all threads have ended.
 * destroy: once for each state that was created, when the pipeline is closed:
 * it must ask nothing of it. */
typedef int weir_tap_create_fn(void *context, uint32_t lane, uint32_t worker,
                               void **state, struct weir_err *err);
typedef void weir_tap_merge_fn(void *context, void *state);
typedef void weir_tap_destroy_fn(void *context, void *state);

struct weir_tap_config {
    const char *name; /* not empty; no other tap's */
    void *context;
    bool excludes;
    /* NULL: the state of all workers is context, which then is used by all of
     * them at once; there is nothing to merge or to destroy. */
    weir_tap_create_fn *create;
    weir_tap_fn *tap;
    weir_tap_merge_fn *merge;     /* may be NULL */
    weir_tap_destroy_fn *destroy; /* may be NULL */
};

/* What a tap was shown, and what it took out, in frames.  The sum of excluded
 * over all taps is excluded[tap] of the ledger. */
struct weir_tap_counts {
    const char *name;
    uint64_t offered;
    uint64_t excluded;
};

#endif
