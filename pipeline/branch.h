#ifndef WEIR_PIPELINE_BRANCH_H
#define WEIR_PIPELINE_BRANCH_H

/* branch: a sink beside the writer, an embedder's own, in a thread of its own.
 *
 *            file
 *             ^
 *   batch > outlet --parcels--> branch > take()
 *              <------back--------
 *
 * When it is known which frames of a batch are in the file, the outlet hands
 * each branch a parcel: the encoded records of exactly those frames.  What the
 * file does not get (limits, a disk that is full) no branch gets.
 *
 * A parcel has memory of its own where the worker had copied the frames: the
 * outlet takes the batch's buffer for it and gives the batch an empty one, so
 * that nothing is copied and the batch goes home at once.  Where the records
 * are in the lease itself the branch borrows the lease, up to its mark; the
 * workers make the outlet's leases into copies before a branch has reached it,
 * and what was under way by then is copied by the outlet (`copied`, see
 * progress.h).  Branches share the memory of a parcel.
 *
 * A branch that has all its parcels in hand makes the outlet wait, and with it
 * the recording (WEIR_BRANCH_WAIT: what a live source loses is the kernel's to
 * count), or goes without the frames (WEIR_BRANCH_SKIP: they are counted, and
 * the file has them).  The file must not feel the latter, so such a branch
 * borrows nothing from a source that gets its leases back in turn: a sink that
 * sleeps on one block of a kernel's ring stops the ring, however many others
 * are free.
 *
 * Units     frames; bytes as on the wire.
 * Owner     the outlets own the parcels' memory.  A branch has each one from
 *           put to back, and only reads it.
 * Threads   [1] open, add, close: nobody else running.  [b] the branch's own
 *           thread, which calls take and finish; [w] the outlet of a feed;
 *           [s] stats.  Unmarked calls: any thread at any time.
 * Order     parcels of one outlet come in its order of delivery, so the
 *           frames of a lane in that of their capture.  Between outlets there
 *           is none.
 * Stop      the end comes behind the last parcel of each outlet; files are
 *           finished by then.  Abandoned, a branch gives up the parcels that
 *           it has not taken, and counts them; a call of take that has begun
 *           is waited for, but not by the writer.
 * Errors    of take, or finish: the first is kept.  It ends this branch
 *           alone, with a notice, or the recording, as the config says; what
 *           comes behind it is given up.
 * Progress  memory is fixed at open.  Only take and finish may sleep. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "pipeline/step.h"
#include "ring/iface.h"
#include "ring/summary.h"
#include "sink/encode.h"

struct weir_bell;
struct weir_branch;
struct weir_branch_feed;
struct weir_stop;

#define WEIR_BRANCHES_MAX 8

/* Parcels of a branch for each outlet, unless its config says otherwise, and
 * at most; the memory of each is that of a batch's chunk (ring/batch.h): half
 * a MiB more than a block. */
#define WEIR_BRANCH_PARCELS     8
#define WEIR_BRANCH_PARCELS_MAX 1024

/* Of each lane's leases so many may be with all branches together: half stay
 * the pipeline's.  And so many are, unless the configs say otherwise.  Where
 * that gives a branch less than WEIR_BRANCH_LEASES_MIN it gets as many, as long
 * as WEIR_BRANCH_LEASES_LEFT stay: one in its hands, and one on the way to it,
 * or nothing could be lent to a branch that keeps up. */
#define WEIR_BRANCH_LEASES_PERCENT_MAX 50
#define WEIR_BRANCH_LEASES_PERCENT     25
#define WEIR_BRANCH_LEASES_MIN         2
#define WEIR_BRANCH_LEASES_LEFT        2

/* What a branch sees: nothing of it changes while it has it. */
struct weir_parcel {
    const uint8_t *bytes; /* whole records as the file has them, */
    uint32_t len;
    uint32_t preface; /* behind so many bytes of blocks that are none */
    uint32_t frames;  /* at least 1 */
    enum weir_format format;
    const struct weir_ifaces *ifaces; /* the records' interfaces, */
    uint32_t ifaces_count;            /* those that they may name */
    uint32_t outlet;                  /* from 0, as the assembly has them */
    uint64_t wire_bytes;
    int64_t time_min_ns; /* of frames that carry a time; */
    int64_t time_max_ns; /* INT64_MAX and INT64_MIN if none does */
};

enum weir_branch_full { WEIR_BRANCH_WAIT = 0, WEIR_BRANCH_SKIP };

/* weir_branch_take_fn: may take its time.  Returns 0 or -errno with a text.
 * The parcel is the outlet's again when it returns. */
typedef int weir_branch_take_fn(void *context, const struct weir_parcel *parcel,
                                struct weir_err *err);

/* weir_branch_finish_fn: the last call, behind an error and when abandoned,
 * too. */
typedef int weir_branch_finish_fn(void *context, struct weir_err *err);

struct weir_branch_config {
    const char *name; /* for people; borrowed until close */
    weir_branch_take_fn *take;
    weir_branch_finish_fn *finish; /* may be NULL */
    void *context;
    enum weir_branch_full when_full;
    bool ends_all;    /* an error ends the recording */
    uint32_t parcels; /* of each outlet; 0: WEIR_BRANCH_PARCELS */
    /* Its mark: of each lane's leases it may hold so many at a time (but see
     * WEIR_BRANCH_LEASES_MIN); 0: an equal part of
     * WEIR_BRANCH_LEASES_PERCENT. */
    uint32_t leases_percent;
};

/* What a branch works within. */
struct weir_branch_scope {
    struct weir_stop *stop; /* set by an error, if that ends all */
    struct weir_stop *abandon;
    struct weir_bell *stats_bell;
    uint32_t outlets_max;
    uint32_t branches; /* that share the leases */
};

/* weir_branch_check: whether n of these can be together.  Returns 0 or
 * -EINVAL. */
int weir_branch_check(const struct weir_branch_config *configs, uint32_t n,
                      struct weir_err *err);

/* weir_branch_open [1]: of a config that was checked.  Returns 0 or -errno. */
int weir_branch_open(struct weir_branch **out,
                     const struct weir_branch_config *config,
                     const struct weir_branch_scope *scope,
                     struct weir_err *err);

/* weir_branch_close [1]: after the end, or before the first step; accepts
 * NULL. */
void weir_branch_close(struct weir_branch *branch);

/* weir_branch_step [b]: at most one call of take. */
enum weir_step weir_branch_step(struct weir_branch *branch);
struct weir_bell *weir_branch_bell(struct weir_branch *branch);

/* weir_branch_notice [s]: moves what the operator should hear of to text;
 * false if there is nothing.  weir_branch_noticed [s]: nor will there be. */
bool weir_branch_notice(struct weir_branch *branch, struct weir_err *text);
bool weir_branch_noticed(const struct weir_branch *branch);

/* What became of the frames that the writer delivered:
 *   delivered = taken + skipped + given_up + in_flight
 * Each is counted where it happens; at the end nothing is in flight. */
struct weir_branch_counts {
    struct weir_sum delivered;
    struct weir_sum taken;
    struct weir_sum skipped;  /* no parcel was free */
    struct weir_sum given_up; /* abandoned, or behind an error */
    struct weir_sum in_flight;
};
void weir_branch_counts(const struct weir_branch *branch,
                        struct weir_branch_counts *out);

/* weir_branch_holds: the sum, at any moment in which no stage is in the middle
 * of a step.  weir_branch_balanced: what must be true at the end: the sum is
 * that of as many frames as the writers have delivered. */
bool weir_branch_holds(const struct weir_branch_counts *counts);
bool weir_branch_balanced(const struct weir_branch_counts *counts,
                          uint64_t delivered);

const char *weir_branch_name(const struct weir_branch *branch);

/* weir_branch_error [1]: after the end: 0 or -errno, with text. */
int weir_branch_error(const struct weir_branch *branch, struct weir_err *err);

/* A feed is what one outlet has of a branch.
 *
 * weir_branch_feed_add [1]: bell is the outlet's, borrowed. */
int weir_branch_feed_add(struct weir_branch *branch, struct weir_bell *bell,
                         struct weir_branch_feed **out, struct weir_err *err);

/* weir_branch_feed_parcels: that it may have at a time.
 * weir_branch_feed_borrows: leases, from a source that wants them back in turn
 * (capture/source.h), or not.  weir_branch_feed_leases: its part of so many of
 * a lane, rounded down. */
uint32_t weir_branch_feed_parcels(const struct weir_branch_feed *feed);
bool weir_branch_feed_borrows(const struct weir_branch_feed *feed,
                              bool in_turn);
uint32_t weir_branch_feed_leases(const struct weir_branch_feed *feed,
                                 uint32_t leases);

/* weir_branch_feed_ready [w]: the next offer need not wait.
 * weir_branch_feed_over: it takes nothing any more. */
bool weir_branch_feed_ready(const struct weir_branch_feed *feed);
bool weir_branch_feed_over(const struct weir_branch_feed *feed);

/* weir_branch_feed_offer [w]: these frames were delivered, and the feed is
 * ready.  True: a put follows; false: the branch goes without, and that is
 * counted.
 * weir_branch_feed_put [w]: the parcel is the branch's until
 * weir_branch_feed_back [w] gives it; NULL: none now. */
bool weir_branch_feed_offer(struct weir_branch_feed *feed,
                            struct weir_sum delivered);
void weir_branch_feed_put(struct weir_branch_feed *feed,
                          struct weir_parcel *parcel);
struct weir_parcel *weir_branch_feed_back(struct weir_branch_feed *feed);

/* weir_branch_feed_end [w]: there are no more.  weir_branch_feed_ended [w]:
 * and all are back. */
void weir_branch_feed_end(struct weir_branch_feed *feed);
bool weir_branch_feed_ended(const struct weir_branch_feed *feed);

#endif
