#ifndef WEIR_PIPELINE_OUTLET_H
#define WEIR_PIPELINE_OUTLET_H

/* outlet: what brings the batches of one lane, or of several, into one sink.
 *
 * An inlet is a lane as its outlet sees it; what the outlet counts, it counts
 * by inlet, so that the ledger of each lane is whole.
 *
 * Owner     an outlet borrows lanes, sink, events and quota, which outlive
 *           it; a batch that it took is its own until it is given back.
 * Threads   [1] open, add, set_sink, close: nobody else running.  [w] one
 *           thread, [s] stats.  Unmarked calls: any thread at any time.
 * Order     a lane's batches are delivered in the order of their capture.
 * Stop      the outlet ends when every lane has, and finishes its sink.  What
 *           was counted into flows and is not delivered is taken out of them
 *           again, for which it may wait, abandoned or not, for the stats.
 * Errors    of the sink are kept and read after the end; the first sets the
 *           stop event, and frames that could not be delivered are
 *           lost[write].
 * Progress  a step waits for nobody but the sink.  Memory is fixed at open. */

#include <stdint.h>

#include "base/err.h"
#include "pipeline/account.h"
#include "pipeline/progress.h"
#include "pipeline/step.h"

struct weir_bell;
struct weir_branch;
struct weir_flows;
struct weir_lane;
struct weir_outlet;
struct weir_quota;
struct weir_sink;
struct weir_stop;
struct weir_summary;

struct weir_outlet_config {
    struct weir_stop *stop;    /* set when a limit is reached, or a failure */
    struct weir_stop *abandon; /* nothing more is delivered */
    struct weir_account_config account; /* as the lanes' */
    struct weir_quota *quota;
    uint32_t inlets_max;
    uint32_t talkers; /* as the lanes' */
    uint64_t seed;
    struct weir_flows *flows; /* as the lanes' */
    /* Which get what the sink got; read at open only. */
    struct weir_branch *const *branches;
    uint32_t branches_count;
    uint32_t block_bytes; /* as the lanes' */
    uint32_t number;      /* from 0, for parcels */
    struct weir_bell *stats_bell;
};

/* weir_outlet_open [1]: returns 0 or -ENOMEM. */
int weir_outlet_open(struct weir_outlet **out,
                     const struct weir_outlet_config *config,
                     struct weir_err *err);

/* weir_outlet_add [1]: one more inlet, whose bell is the outlet's; they are
 * numbered from 0 in the order of their adding. */
void weir_outlet_add(struct weir_outlet *outlet, struct weir_lane *lane);

/* weir_outlet_set_sink [1]: before the first step; sinks are opened last. */
void weir_outlet_set_sink(struct weir_outlet *outlet, struct weir_sink *sink);

/* weir_outlet_close [1]: after the end; accepts NULL. */
void weir_outlet_close(struct weir_outlet *outlet);

/* weir_outlet_step [w]: real_ns is CLOCK_REALTIME. */
enum weir_step weir_outlet_step(struct weir_outlet *outlet, int64_t real_ns);
struct weir_bell *weir_outlet_bell(struct weir_outlet *outlet);

/* weir_outlet_fd [w]: what the idle outlet waits for besides its bell: writes
 * that the sink goes on with; -1: none now. */
int weir_outlet_fd(const struct weir_outlet *outlet);

/* weir_outlet_deadline [w]: when (CLOCK_REALTIME) it wants its next step
 * although idle; INT64_MAX: never. */
int64_t weir_outlet_deadline(const struct weir_outlet *outlet);

/* weir_outlet_rotate: the operator asks for a new file. */
void weir_outlet_rotate(struct weir_outlet *outlet);

/* weir_outlet_rest [s]: what the workers counted of frames that were not
 * delivered, once, when the outlet has ended; else NULL.  It stays the
 * outlet's. */
const struct weir_summary *weir_outlet_rest(struct weir_outlet *outlet);

/* weir_outlet_progress: adds what was counted of an inlet to *out.  Returns
 * the frames that were taken in: for weir_lane_progress, to be called with
 * the same *out after it. */
uint64_t weir_outlet_progress(const struct weir_outlet *outlet, uint32_t inlet,
                              struct weir_progress *out);

/* weir_outlet_error [1]: after the end: 0 or -errno, with text. */
int weir_outlet_error(const struct weir_outlet *outlet, struct weir_err *err);

#endif
