#ifndef WEIR_PIPELINE_LANE_H
#define WEIR_PIPELINE_LANE_H

/* lane: one source and its workers, wired up.
 *
 *   source > capture --link--> worker 0..W-1 --link--> [outlet]
 *               ^                   |                     |
 *               |                   +--- summaries ---> [stats]
 *               +------- home: leases and batches --------+
 *
 * What is in brackets is somebody else's, and reaches the lane by the calls
 * marked for it.  Batch k goes to worker k mod W and the outlet takes from
 * the workers in the same rotation: the order of capture is kept.
 *
 * Owner     a lane owns pool, links, summaries and cells; it borrows source,
 *           events and the two bells, which outlive it.
 * Threads   [1] open and close: nobody else running.  [c] capture, [k]
 *           worker k, [w] its outlet, [s] stats: at most one thread each.
 *           Unmarked calls: any thread at any time.
 * Order     what stages hand on travels over links, which order it; cells
 *           are release-stored before the push (ring/counter.h).
 * Stop      the source is cut; the end travels down each link behind the
 *           last batch; a stage has ended when it says WEIR_STEP_ENDED.
 *           Once abandoned, neither stage waits for the statistics; what the
 *           workers still have goes through them untouched.
 * Errors    of the source end the lane; they are kept and read after the end.
 * Progress  memory is fixed at open. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pages.h"
#include "pipeline/account.h"
#include "pipeline/progress.h"
#include "pipeline/step.h"
#include "pipeline/tap.h"

struct weir_bell;
struct weir_flows;
struct weir_lane;
struct weir_settings;
struct weir_source;
struct weir_stop;
struct weir_summary;

#define WEIR_WORKERS_MAX 64
#define WEIR_LANES_MAX   64

struct weir_lane_config {
    struct weir_source *source;
    struct weir_stop *stop; /* asks for a clean end */
    /* So does this, which others share and is not set here; NULL: none. */
    const struct weir_stop *stop_too;
    struct weir_stop *abandon; /* gives up what is in flight, and counts it */
    uint32_t workers;          /* 1 to WEIR_WORKERS_MAX */
    uint32_t block_bytes;      /* of the source's leases: sizes the chunks */
    struct weir_account_config account;
    struct weir_settings *settings;
    int64_t duration_ns;      /* from the first step on; 0 = no limit */
    uint32_t talkers;         /* room in each summary, see ring/summary.h */
    uint64_t seed;            /* of the hashes */
    struct weir_flows *flows; /* NULL: none are counted */
    /* Of the frames that the lane receives so many are delivered for certain,
     * and their flows are counted by the workers; those of batches behind
     * them by the outlet, once it knows. */
    uint64_t flows_sure;
    bool branched;   /* the outlet has branches: leases may be out for long */
    uint32_t number; /* of this lane, from 0 */
    const struct weir_tap_config *taps; /* that were checked; read at open */
    uint32_t taps_count;
    struct weir_bell *outlet_bell;
    struct weir_bell *stats_bell;
};

/* weir_lane_batches: the pool's size for W workers, which is also how many
 * leases the source must be able to lend.  `live`: frames come when they
 * come. */
uint32_t weir_lane_batches(uint32_t workers, bool live);

/* weir_lane_open [1]: returns 0, -EINVAL or -ENOMEM. */
int weir_lane_open(struct weir_lane **out,
                   const struct weir_lane_config *config, struct weir_err *err);

/* weir_lane_set_in_place [1]: account.in_place_min, before the first step:
 * that of a sink that is opened last. */
void weir_lane_set_in_place(struct weir_lane *lane, uint32_t in_place_min);

/* weir_lane_start [1]: the source's intake opens; before the first step.
 * Returns what the source's start does. */
int weir_lane_start(struct weir_lane *lane, struct weir_err *err);

/* weir_lane_merge [1]: after every stage has ended, once: the taps' states into
 * their contexts. */
void weir_lane_merge(struct weir_lane *lane);

/* weir_lane_close [1]: after every stage has ended; accepts NULL. */
void weir_lane_close(struct weir_lane *lane);

/* The steps.  now_ns is CLOCK_MONOTONIC, real_ns CLOCK_REALTIME. */
enum weir_step weir_lane_capture(struct weir_lane *lane, int64_t now_ns,
                                 int64_t real_ns);
enum weir_step weir_lane_work(struct weir_lane *lane, uint32_t worker,
                              int64_t now_ns);

/* What an idle stage sleeps on.  A stage looks at its links in its step, so
 * the pattern is: ticket, step once more, sleep if it was idle again. */
struct weir_bell *weir_lane_capture_bell(struct weir_lane *lane);
struct weir_bell *weir_lane_work_bell(struct weir_lane *lane, uint32_t worker);

/* weir_lane_enter [c]: the thread that calls it is the capture stage's until
 * weir_lane_leave [c]; between weir_lane_rest [c] and weir_lane_resume [c] it
 * may sleep, and takes no step.  A test that steps by hand need not call any of
 * them (pipeline/settings.h). */
void weir_lane_enter(struct weir_lane *lane);
void weir_lane_leave(struct weir_lane *lane);
void weir_lane_rest(struct weir_lane *lane);
void weir_lane_resume(struct weir_lane *lane);

/* weir_lane_capture_deep [c]: batches that come home may lie until something
 * else wakes the idle capture stage: its ticket is a deep one (ring/bell.h).
 * To be asked for the ticket and, since a step may change it, again before
 * the sleep. */
bool weir_lane_capture_deep(const struct weir_lane *lane);

/* weir_lane_capture_wait [c]: what the idle capture stage waits for besides
 * its bell: the source's fd (-1: none now), at most so long (-1: no limit),
 * and the two events, as long as they can change anything. */
struct weir_capture_wait {
    int fd;
    int64_t timeout_ns;
    bool stoppable;
    bool abandonable;
};
void weir_lane_capture_wait(const struct weir_lane *lane, int64_t now_ns,
                            struct weir_capture_wait *out);

/* weir_lane_take [w]: the next batch in the order of capture, or NULL: none
 * now, or, if weir_lane_taken [w], never again.  weir_lane_give_back [w]:
 * each batch that was taken comes home once. */
struct weir_batch *weir_lane_take(struct weir_lane *lane);
bool weir_lane_taken(const struct weir_lane *lane);
void weir_lane_give_back(struct weir_lane *lane, struct weir_batch *batch);

/* weir_lane_lend [w]: whether workers may make a lease the chunk (branched
 * lanes).  weir_lane_lent: the batches in which they did, since open. */
void weir_lane_lend(struct weir_lane *lane, bool lends);
uint64_t weir_lane_lent(const struct weir_lane *lane);

/* weir_lane_sent: batches that the capture stage has sent on, since open.
 * weir_lane_mark: no frame that will be sent behind those is older than this
 * (CLOCK_REALTIME); INT64_MIN as long as that is not known.  Read the mark
 * first.  weir_lane_ask [w]: the capture stage is to look at its source, and
 * to ring the outlet when its mark has come to mark_ns. */
uint64_t weir_lane_sent(const struct weir_lane *lane);
int64_t weir_lane_mark(const struct weir_lane *lane);
void weir_lane_ask(struct weir_lane *lane, int64_t mark_ns);

/* weir_lane_change: the settings have changed.  weir_lane_generation: that of
 * those that the lane has taken; UINT64_MAX when it has ended.  One that a
 * kernel does not take (it has no memory) is tested by the workers, and asked
 * for again; the operator hears of it. */
void weir_lane_change(struct weir_lane *lane);
uint64_t weir_lane_generation(const struct weir_lane *lane);

/* weir_lane_tally [s]: the next summary that the worker has handed over, or
 * NULL; weir_lane_untally [s]: it goes back, empty.  weir_lane_tallied [s]:
 * no worker will hand one over any more. */
struct weir_summary *weir_lane_tally(struct weir_lane *lane, uint32_t worker);
void weir_lane_untally(struct weir_lane *lane, uint32_t worker,
                       struct weir_summary *summary);
bool weir_lane_tallied(const struct weir_lane *lane);

/* weir_lane_notice [s]: moves the next line that the source has for the
 * operator to text; false if there is none.  weir_lane_noticed [s]: there
 * will be none. */
bool weir_lane_notice(struct weir_lane *lane, struct weir_err *text);
bool weir_lane_noticed(const struct weir_lane *lane);

/* weir_lane_pages: the memory of the batches' chunks, to look at. */
struct weir_pages weir_lane_pages(const struct weir_lane *lane);

uint32_t weir_lane_workers(const struct weir_lane *lane);
const struct weir_source *weir_lane_source(const struct weir_lane *lane);

/* weir_lane_progress: adds the lane's part to *out, in which its outlet has
 * put the other.  taken: the frames that the outlet had taken in when it
 * did: downstream is read first, so that in_flight is never negative. */
void weir_lane_progress(const struct weir_lane *lane, uint64_t taken,
                        struct weir_progress *out);

/* weir_lane_intake: received and what the kernel counts, alone. */
void weir_lane_intake(const struct weir_lane *lane, struct weir_ledger *out);

/* weir_lane_tap: adds what tap i was shown to *out. */
void weir_lane_tap(const struct weir_lane *lane, uint32_t i,
                   struct weir_tap_counts *out);

/* weir_lane_source_error [1], and [s] once weir_lane_noticed: how the source
 * ended: 0 or -errno, with text. */
int weir_lane_source_error(const struct weir_lane *lane, struct weir_err *err);

#endif
