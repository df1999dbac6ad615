#ifndef WEIR_PIPELINE_OUTLET_IMPL_H
#define WEIR_PIPELINE_OUTLET_IMPL_H

/* outlet_impl: the outlet's own memory; for the files of outlet.h only.
 *
 * Owner     the outlet; of a batch it has the head of each inlet, and what
 *           the sink keeps.
 * Threads   [w] all of it and all functions, but for the cells, which anybody
 *           reads, the bell, which anybody rings, the flag `rotate`, which
 *           anybody sets, and the far end of `done`, which is [s]'s.
 * Order     cells are release-stored; a batch is counted before it is given
 *           back. */

#include <stdatomic.h>

#include "pipeline/lane.h"
#include "pipeline/merge.h"
#include "pipeline/outlet.h"
#include "ring/batch.h"
#include "ring/bell.h"
#include "ring/counter.h"
#include "sink/sink.h"

struct inlet_cells {
    struct weir_counter taken;
    struct weir_counter delivered;
    struct weir_counter delivered_bytes;
    struct weir_counter write_ns; /* inside the sink's write */
    struct weir_counter surplus;
    struct weir_counter lost[WEIR_LOST_COUNT];
    /* What workers counted of frames that were not delivered. */
    struct weir_counter malformed;
    struct weir_counter truncated;
    struct weir_counter oversized;
    /* Of delivered frames: int64_t in the cells' 64 bits. */
    struct weir_counter time_min_ns;
    struct weir_counter time_max_ns;
    struct weir_counter late; /* see progress.h */
    struct weir_counter late_ns;
    struct weir_counter hurried;
    struct weir_counter copied_blocks; /* by the outlet, see progress.h */
    struct weir_counter copied_frames;
};

struct inlet {
    _Alignas(WEIR_CACHE_PAIR) struct inlet_cells cells;
    struct weir_lane *lane;
    struct weir_batch *head; /* taken, and not yet delivered */
    uint64_t taken;          /* batches */
    uint64_t home;           /* of them: given back */
    uint64_t kept_frames;    /* the sink's, delivered unless a write fails */
    uint32_t pressed;        /* so many out are most of them */
    uint64_t lent;           /* of those settled: their chunk was the lease */
    bool lends;              /* what the workers were told, with branches */
};

struct outlet_branches; /* outlet_branch.h */

struct weir_outlet {
    _Alignas(WEIR_CACHE_PAIR) struct weir_bell bell;
    struct weir_outlet_config config;
    struct weir_sink *sink;
    bool full;     /* a limit was reached */
    bool given_up; /* abandoned: nothing more is delivered */
    bool ended;
    bool wants_flows;  /* a table for flows is out, and nothing goes on */
    bool wants_branch; /* one that can be waited for has all its parcels */
    bool finished;     /* the sink has; branches may be at work */
    struct outlet_branches *branches; /* NULL: there are none */
    uint32_t kept;                    /* batches that the sink goes on with */
    struct weir_batch *last;          /* to be settled behind them, or NULL */
    uint32_t last_taken;              /* of its frames */
    int64_t tick_ns;        /* CLOCK_REALTIME of the sink's next tick */
    struct weir_link *done; /* the one summary below, at the end */
    struct weir_summary *rest;
    struct weir_flow_feed *flows_left; /* what workers left to us */
    struct weir_flow_feed *flows_rest; /* what was not delivered */
    bool can_wait;                     /* no lane is live */
    _Atomic bool rotate;
    int error;
    struct weir_err err;
    struct weir_merge merge;
    struct weir_merge_lane *views; /* of the inlets, for the merge */
    int64_t newest_ns;             /* of the frames written */
    struct weir_sink_counts counts[WEIR_LANES_MAX]; /* for the sink's facts */
    uint32_t inlets_count;
    struct inlet inlets[];
};

/* The inlet whose head is next, or NULL: wait until outlet->merge.until_ns. */
struct inlet *outlet_pick(struct weir_outlet *outlet, int64_t real_ns);

/* Counts how the batch, which was delivered, lies to those before it. */
void outlet_note_order(struct weir_outlet *outlet, struct inlet *in,
                       const struct weir_batch *batch);

/* What the sink may say now; in: where the batch in hand is from, or NULL. */
void outlet_fill_facts(struct weir_outlet *outlet, const struct inlet *in);

/* Counts what became of a batch, of which `taken` frames were delivered, and
 * sends it home. */
void outlet_settle(struct weir_outlet *outlet, struct inlet *in,
                   struct weir_batch *batch, uint32_t taken);

/* Gives back a batch that was settled. */
void outlet_send_home(struct inlet *in, struct weir_batch *batch);

#endif
