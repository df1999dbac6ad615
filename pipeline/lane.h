#ifndef WEIR_PIPELINE_LANE_H
#define WEIR_PIPELINE_LANE_H

/* lane: one source, its workers, its sink and its statistics, wired up.
 *
 *   source > capture --link--> worker 0..W-1 --link--> writer > sink
 *               ^                   |                     |
 *               |                   +-- summaries --> stats (total)
 *               +----- home: leases and batches ---------+
 *
 * Each stage is a step function; none of them ever sleeps, none knows of
 * threads.  pipeline.h runs each in a thread of its own; a test calls them
 * by hand in any order it likes.  Batch k goes to worker k mod W and the
 * writer takes from the workers in the same rotation: the order of capture
 * is kept.
 *
 * Owner     a lane owns pool, links, summaries and cells; it borrows source
 *           and sink, which outlive it.
 * Threads   [1] open and close: nobody else running.  [c] capture, [k]
 *           worker k, [w] writer, [s] stats: at most one thread each.
 *           Unmarked calls: any thread at any time.
 * Order     what stages hand on travels over links, which order it; cells
 *           are release-stored before the push (ring/counter.h).
 * Stop      the source is cut; the end travels down each link behind the
 *           last batch; a stage has ended when it says WEIR_STEP_ENDED.
 * Errors    of the source and the sink are kept and read after the end;
 *           either one stops the lane, and frames that could not be
 *           delivered are lost[write].
 * Progress  memory is fixed at open. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "pipeline/account.h"
#include "ring/ledger.h"

struct weir_bell;
struct weir_lane;
struct weir_sink;
struct weir_source;
struct weir_stop;
struct weir_summary;

#define WEIR_WORKERS_MAX 64

enum weir_step {
    WEIR_STEP_IDLE = 0, /* nothing to do until the stage's bell rings */
    WEIR_STEP_WORKED = 1,
    WEIR_STEP_ENDED = 2,
};

struct weir_lane_config {
    struct weir_source *source;
    struct weir_sink *sink;
    struct weir_stop *stop;    /* asks for a clean end */
    struct weir_stop *abandon; /* gives up what is in flight, and counts it */
    uint32_t workers;          /* 1 to WEIR_WORKERS_MAX */
    uint32_t block_bytes;      /* of the source's leases: sizes the chunks */
    struct weir_account_config account;
    uint64_t frames_max; /* -c: 0 = no limit */
    int64_t duration_ns; /* from the first step on; 0 = no limit */
    uint32_t talkers;    /* room in each summary, see ring/summary.h */
    uint64_t seed;       /* of the hashes */
};

/* What can be seen of a lane while it runs. */
struct weir_progress {
    struct weir_ledger ledger;
    uint64_t delivered_bytes; /* as on the wire */
    uint64_t malformed;
    uint64_t truncated;
    uint64_t starved;    /* times that the pool was empty */
    int64_t write_ns;    /* that the writer spent in the sink's write */
    int64_t time_min_ns; /* of delivered frames; INT64_MAX if none */
    int64_t time_max_ns; /* INT64_MIN if none */
};

/* weir_lane_batches: the pool's size for W workers, which is also how many
 * leases the source must be able to lend. */
uint32_t weir_lane_batches(uint32_t workers);

/* weir_lane_open [1]: returns 0, -EINVAL or -ENOMEM. */
int weir_lane_open(struct weir_lane **out,
                   const struct weir_lane_config *config, struct weir_err *err);

/* weir_lane_set_sink [1]: before the first step, for a sink that is opened
 * last; config.sink may be NULL until then. */
void weir_lane_set_sink(struct weir_lane *lane, struct weir_sink *sink);

/* weir_lane_close [1]: after every stage has ended; accepts NULL. */
void weir_lane_close(struct weir_lane *lane);

/* The steps.  now_ns is CLOCK_MONOTONIC, real_ns CLOCK_REALTIME. */
enum weir_step weir_lane_capture(struct weir_lane *lane, int64_t now_ns);
enum weir_step weir_lane_work(struct weir_lane *lane, uint32_t worker,
                              int64_t now_ns);
enum weir_step weir_lane_write(struct weir_lane *lane, int64_t real_ns);
enum weir_step weir_lane_stats(struct weir_lane *lane);

/* What an idle stage sleeps on.  A stage looks at its links in its step, so
 * the pattern is: ticket, step once more, sleep if it was idle again. */
struct weir_bell *weir_lane_capture_bell(struct weir_lane *lane);
struct weir_bell *weir_lane_work_bell(struct weir_lane *lane, uint32_t worker);
struct weir_bell *weir_lane_write_bell(struct weir_lane *lane);
struct weir_bell *weir_lane_stats_bell(struct weir_lane *lane);

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

/* weir_lane_write_deadline [w]: when (CLOCK_REALTIME) the writer stage wants
 * its next step although idle; INT64_MAX: never. */
int64_t weir_lane_write_deadline(const struct weir_lane *lane);

/* weir_lane_rotate: the operator asks for a new file. */
void weir_lane_rotate(struct weir_lane *lane);

/* weir_lane_progress: reads the cells, downstream first.  Between steps, and
 * so in a test and at the end, weir_ledger_holds is true of it. */
void weir_lane_progress(const struct weir_lane *lane,
                        struct weir_progress *out);

/* weir_lane_notice [s]: moves the next line that the source has for the
 * operator to text; false if there is none. */
bool weir_lane_notice(struct weir_lane *lane, struct weir_err *text);

/* After the end [1]: errors (0 or -errno, with text), and the merged
 * summary, which counts exactly the delivered frames. */
int weir_lane_source_error(const struct weir_lane *lane, struct weir_err *err);
int weir_lane_sink_error(const struct weir_lane *lane, struct weir_err *err);
const struct weir_summary *weir_lane_summary(const struct weir_lane *lane);

#endif
