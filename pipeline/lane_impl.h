#ifndef WEIR_PIPELINE_LANE_IMPL_H
#define WEIR_PIPELINE_LANE_IMPL_H

/* lane_impl: the stages' own memory; for the files of lane.h only.
 *
 * Owner     the lane, all of it.
 * Threads   each stage's struct is its thread's alone, but for the cells,
 *           which anybody reads, the bell, which anybody rings, the far ends
 *           of its links, and asked_ns, which the outlet sets.  The rest does
 *           not change after open, but for `turn`, the outlet's.
 * Order     cells are release-stored before the push of what they count. */

#include <stdatomic.h>

#include "capture/source.h"
#include "pipeline/lane.h"
#include "ring/bell.h"
#include "ring/counter.h"
#include "ring/link.h"
#include "ring/pool.h"

#define NOTICES 4

enum capture_state { CAPTURE_RUNNING, CAPTURE_CUT, CAPTURE_ENDED };

struct capture_cells {
    struct weir_counter received;
    struct weir_counter starved;
    struct weir_counter kernel_seen;
    struct weir_counter kernel_dropped;
    struct weir_counter interface_dropped;
    struct weir_counter freezes;
    struct weir_counter discards[WEIR_DISCARD_COUNT];
    struct weir_counter derived;
    struct weir_counter sent;       /* batches */
    struct weir_counter mark_ns;    /* int64_t in the cell's 64 bits */
    struct weir_counter generation; /* that was taken; UINT64_MAX: all are */
};

struct capture_stage {
    _Alignas(WEIR_CACHE_PAIR) struct capture_cells cells;
    _Alignas(WEIR_CACHE_PAIR) struct weir_bell bell;
    enum capture_state state;
    bool hungry;           /* the pool was empty at the last step */
    bool told;             /* the workers, that all is abandoned */
    uint64_t seq;          /* of the next batch */
    int64_t deadline_ns;   /* -a duration; 0: not begun */
    int64_t counts_due_ns; /* when the kernel's counts are read again */
    uint64_t generation;   /* of the settings that the source's kernel has */
    uint64_t refused;      /* one that it did not take; 0: none */
    int64_t again_ns;      /* when it is asked again */
    struct weir_pool *pool;
    _Atomic int64_t asked_ns;  /* by the outlet, for such a mark */
    struct weir_link *home;    /* batches from the outlet */
    struct weir_link *notices; /* struct weir_err, to stats */
    struct weir_link *notices_back;
    uint32_t notice_generation;
    int error;
    struct weir_err err;
};

struct worker_cells {
    struct weir_counter taken;
    struct weir_counter passed;
    struct weir_counter excluded[WEIR_EXCLUDED_COUNT];
    struct weir_counter malformed;
    struct weir_counter truncated;
    struct weir_counter oversized;
    struct weir_counter lent; /* batches whose chunk is the lease */
    struct weir_counter copied_blocks;
    struct weir_counter copied_frames;
};

struct worker_stage {
    _Alignas(WEIR_CACHE_PAIR) struct worker_cells cells;
    _Alignas(WEIR_CACHE_PAIR) struct weir_bell bell;
    struct weir_link *in;    /* batches from capture */
    struct weir_link *out;   /* batches to the outlet */
    struct weir_link *tally; /* summaries to stats */
    struct weir_link *spare; /* summaries back */
    struct weir_summary *summary;
    struct weir_flow_feed *flows; /* NULL: none are counted */
    struct weir_taps *taps;       /* NULL: there are none */
    bool crowded;                 /* a batch may find too little room in them */
    int64_t handed_ns;            /* when the last summary was handed over */
    bool ended;
};

struct weir_lane {
    struct capture_stage capture;
    struct weir_lane_config config;
    struct weir_err notices[NOTICES];
    struct weir_summary **summaries; /* all of them, wherever they are */
    uint32_t summaries_count;
    _Atomic bool lends_none; /* by the outlet, for the workers */
    /* The outlet's, on lines of its own: the worker whose batch is next. */
    _Alignas(WEIR_CACHE_PAIR) uint32_t turn;
    struct worker_stage workers[];
};

#endif
