#ifndef WEIR_PIPELINE_FLOWS_H
#define WEIR_PIPELINE_FLOWS_H

/* flows: the flow tables of one recording, and how they come together.
 *
 *   worker  > feed --full--> stats: the total
 *           <--------spare--
 *
 * Who counts frames into flows has a feed: a table of its own, and a spare
 * one.  When the table may have too little room for another batch it goes to
 * the stats thread, which merges it, and the spare takes its place.  While
 * that is not back the feed is not ready: where frames can wait (a file) they
 * do; where they cannot, those that find no room are counted as untracked.
 * A feed may also take out: what it counts is subtracted from the total, and
 * what it counts as untracked from the untracked; of a batch that has frames of
 * either kind the batch knows which are (ring/batch.h).
 *
 * Workers leave it to their tables to say who the talkers are: that costs a
 * sum for each flow and direction instead of a look-up for each frame.
 *
 * Owner     flows own all tables and links.
 * Threads   [1] open, add, finish, results, close: nobody else running.
 *           [f] the feed's, [s] stats.  Unmarked calls: any thread.
 * Units     frames, bytes, nanoseconds.
 * Progress  memory is fixed at open; a hand-over is two pointers. */

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/flow_count.h"

struct weir_bell;
struct weir_err;
struct weir_flow_feed;
struct weir_flows;
struct weir_summary;

/* What is used if nothing is asked for.  30 minutes and a minute, as many
 * collectors have it; the memory is room for a million flows. */
#define WEIR_FLOWS_MEMORY    (UINT64_C(256) << 20)
#define WEIR_FLOWS_IDLE_NS   (INT64_C(60) * 1000000000)
#define WEIR_FLOWS_ACTIVE_NS (INT64_C(1800) * 1000000000)

struct weir_flows_config {
    uint64_t memory_bytes; /* of all tables together */
    uint32_t batch_frames; /* that a feed has room for; 0: any batch's */
    uint32_t workers;      /* feeds of those that count everything */
    uint32_t outlets;      /* pairs of feeds that count what is left */
    int64_t idle_ns;       /* as in dissect/flow_table.h */
    int64_t active_ns;
    uint64_t seed;
    bool touched; /* memory is touched at open: for what cannot wait */
    struct weir_bell *stats_bell;
};

/* weir_flows_memory_min: the least memory_bytes for all else. */
uint64_t weir_flows_memory_min(const struct weir_flows_config *config);

/* weir_flows_open [1]: returns 0, -EINVAL or -ENOMEM. */
int weir_flows_open(struct weir_flows **out,
                    const struct weir_flows_config *config,
                    struct weir_err *err);
void weir_flows_close(struct weir_flows *flows); /* accepts NULL */

/* weir_flows_add [1]: a feed; bell is that of its thread, rung when a spare
 * is back. */
enum weir_flow_feed_kind {
    WEIR_FLOW_FEED_WORKER,
    WEIR_FLOW_FEED_OUTLET,      /* counts what the workers left to it */
    WEIR_FLOW_FEED_OUTLET_TAKES /* takes out what was not delivered */
};
int weir_flows_add(struct weir_flows *flows, enum weir_flow_feed_kind kind,
                   struct weir_bell *bell, struct weir_flow_feed **out,
                   struct weir_err *err);

/* weir_flows_begin: the time of a source's first frame, or one that no frame
 * is before, before any of its frames is counted.  The first that comes is
 * where the cells of the active time are counted from. */
void weir_flows_begin(struct weir_flows *flows, int64_t time_ns);

/* weir_flow_feed_ready [f]: there is room for one batch, or was made; false:
 * the spare is out.  To be called before each batch, whatever it says. */
bool weir_flow_feed_ready(struct weir_flow_feed *feed);
struct weir_flow_table *weir_flow_feed_table(struct weir_flow_feed *feed);

/* weir_flow_feed_note [f]: adds what a batch's frames were. */
void weir_flow_feed_note(struct weir_flow_feed *feed,
                         const struct weir_flow_kinds *kinds);

/* weir_flow_feed_end [f]: hands over what it has; nothing may follow. */
void weir_flow_feed_end(struct weir_flow_feed *feed);

/* weir_flows_set_talkers [1]: where the talkers of the workers' flows are
 * counted; NULL: they are not. */
void weir_flows_set_talkers(struct weir_flows *flows,
                            struct weir_summary *talkers);

/* weir_flows_step [s]: merges what was handed over; false: nothing was.
 * weir_flows_ended [s]: nothing will be. */
bool weir_flows_step(struct weir_flows *flows);
bool weir_flows_ended(const struct weir_flows *flows);

/* weir_flows_finish [1]: after the end, once.  last_ns: the time of the last
 * frame that was delivered, INT64_MIN if none has one (then flows are at 0,
 * where frames without a time are counted). */
void weir_flows_finish(struct weir_flows *flows, int64_t last_ns);

/* The results [1], after weir_flows_finish. */
const struct weir_flow_table *weir_flows_total(const struct weir_flows *flows);
struct weir_flow_kinds weir_flows_kinds(const struct weir_flows *flows);

/* weir_flows_origin: where cells were counted from; 0 if there was no frame.
 */
int64_t weir_flows_origin(const struct weir_flows *flows);

#endif
