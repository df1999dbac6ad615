#ifndef WEIR_PIPELINE_ASSEMBLY_H
#define WEIR_PIPELINE_ASSEMBLY_H

/* assembly: lanes, outlets and statistics put together; no thread yet.
 *
 *   source 0 > lane 0 --+                     source 0 > lane 0 > outlet 0
 *   source 1 > lane 1 --+--> outlet 0   or    source 1 > lane 1 > outlet 1
 *                 summaries > stats                 summaries > stats
 *
 * and branches, each of which takes parcels from every outlet.
 *
 * runner.h runs each stage in a thread of its own; a test calls the steps
 * of lane.h, outlet.h, branch.h and stats.h by hand.
 *
 * Owner     an assembly owns lanes, outlets, branches and stats; it borrows
 *           sources, sinks and events, which outlive it.
 * Threads   [1] open, set_sink, merge, close: nobody else running.  [a] one
 *           control thread at a time, beside all stages.  Unmarked calls: any
 *           thread at any time.
 * Progress  memory is fixed at open, but for that of changes. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "pipeline/account.h"
#include "pipeline/flows.h"
#include "pipeline/lane.h"
#include "pipeline/progress.h"
#include "pipeline/tap.h"

struct weir_assembly;
struct weir_branch;
struct weir_branch_config;
struct weir_outlet;
struct weir_sink;
struct weir_source;
struct weir_stats;
struct weir_stop;
struct weir_summary;

struct weir_assembly_config {
    struct weir_source *const *sources; /* a lane each; read at open only */
    uint32_t lanes;                     /* 1 to WEIR_LANES_MAX */
    const int *nodes;   /* for each lane's memory, as in base/pages.h; NULL:
                           any; read at open only */
    bool outlets_apart; /* an outlet for each lane, else one for all */
    struct weir_stop *stop;
    const struct weir_stop *stop_too; /* as in lane.h */
    struct weir_stop *abandon;
    uint32_t workers;     /* of each lane */
    uint32_t block_bytes; /* of the sources' leases */
    struct weir_account_config account;
    uint32_t snaplen; /* at which frames are cut; 0: none is */
    /* What each lane's source was opened with; NULL: all without a filter.
     * For changes; borrowed until close. */
    const char *const *filters;
    /* Shown every frame, in this order; read at open only. */
    const struct weir_tap_config *taps;
    uint32_t taps_count;
    uint64_t frames_max; /* -c, of all lanes together; 0 = no limit */
    int64_t duration_ns; /* as in lane.h */
    uint32_t talkers;
    uint64_t seed;
    /* Flows are counted if memory_bytes is not 0; the other members than the
     * timeouts are set here. */
    struct weir_flows_config flows;
    /* Sinks beside the writers', read at open only.  account.format says what
     * they get, and is not WEIR_FORMAT_NONE, though nothing be written. */
    const struct weir_branch_config *branches;
    uint32_t branches_count;
};

/* weir_assembly_open [1]: returns 0, -EINVAL or -ENOMEM. */
int weir_assembly_open(struct weir_assembly **out,
                       const struct weir_assembly_config *config,
                       struct weir_err *err);

/* weir_assembly_set_sink [1]: of an outlet, before the first step. */
void weir_assembly_set_sink(struct weir_assembly *a, uint32_t outlet,
                            struct weir_sink *sink);

/* weir_assembly_start [1]: the sources' intakes open, right behind one another;
 * before the first step, and after all that takes time.  With an error there
 * is no step. */
int weir_assembly_start(struct weir_assembly *a, struct weir_err *err);

/* weir_assembly_merge [1]: after every stage has ended, once: the taps' states
 * into their contexts. */
void weir_assembly_merge(struct weir_assembly *a);

/* weir_assembly_close [1]: after every stage has ended, or before the first
 * step; accepts NULL. */
void weir_assembly_close(struct weir_assembly *a);

uint32_t weir_assembly_lanes(const struct weir_assembly *a);
uint32_t weir_assembly_outlets(const struct weir_assembly *a);
uint32_t weir_assembly_branches(const struct weir_assembly *a);
struct weir_lane *weir_assembly_lane(struct weir_assembly *a, uint32_t i);
struct weir_outlet *weir_assembly_outlet(struct weir_assembly *a, uint32_t i);
struct weir_branch *weir_assembly_branch(struct weir_assembly *a, uint32_t i);
struct weir_stats *weir_assembly_stats(struct weir_assembly *a);

/* weir_assembly_rotate: the operator asks for new files. */
void weir_assembly_rotate(struct weir_assembly *a);

/* What is to be different from now on, for all lanes. */
struct weir_change {
    const char *filter; /* libpcap's language, "": all; NULL: as it is */
    uint32_t snaplen;   /* WEIR_SNAPLEN_MAX or more: no frame is cut; 0: as it
                           is */
    bool waits;         /* the next counts; else it stays as it is */
    uint32_t wait_ms;   /* capture/source.h, wait_put; -ENOTSUP: no source has
                           it */
};

/* weir_assembly_change [a]: compiles, and then publishes.  Each lane takes it
 * at its next batch, and puts the filter into its kernel there, by which no
 * frame is lost that the old filter and the new one accept; frames that the
 * kernel had let through by the old one are tested in the workers
 * (excluded[filter]).  A recording's file says how long its frames are at
 * most: where something is written, no snapshot length is greater than that of
 * open; nor is it where libpcap captures.
 * Returns the generation, from 1 on; or, with nothing changed, -EINVAL (the
 * text is wrong, the snapshot length is not possible, or there is nothing to
 * change), -ENOTSUP (only the kernel could test it: ifindex, and but of
 * afpacket inbound and outbound; or the source has no longer frames) or
 * -errno. */
int64_t weir_assembly_change(struct weir_assembly *a,
                             const struct weir_change *change,
                             struct weir_err *err);

/* weir_assembly_generation: the one that every lane has taken by now; lanes
 * that have ended take them all. */
uint64_t weir_assembly_generation(const struct weir_assembly *a);

/* weir_assembly_taps: how many; weir_assembly_tap: what one was shown. */
uint32_t weir_assembly_taps(const struct weir_assembly *a);
void weir_assembly_tap(const struct weir_assembly *a, uint32_t i,
                       struct weir_tap_counts *out);

/* weir_assembly_progress: of all lanes; weir_assembly_lane_progress: of one.
 * They read the cells, downstream first.  Between steps, and so in a test
 * and at the end, weir_ledger_holds is true of both. */
void weir_assembly_progress(const struct weir_assembly *a,
                            struct weir_progress *out);
void weir_assembly_lane_progress(const struct weir_assembly *a, uint32_t lane,
                                 struct weir_progress *out);

/* After the end [1]: the merged summary, which counts exactly the delivered
 * frames; the errors are asked of lanes, outlets and branches. */
const struct weir_summary *weir_assembly_summary(const struct weir_assembly *a);

/* weir_assembly_flows [1]: NULL if none are counted. */
struct weir_flows *weir_assembly_flows(struct weir_assembly *a);

#endif
