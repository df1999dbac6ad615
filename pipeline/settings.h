#ifndef WEIR_PIPELINE_SETTINGS_H
#define WEIR_PIPELINE_SETTINGS_H

/* settings: what a recording is done by and may be changed while it runs.
 *
 *   control --publish--> [snapshot] <--read-- capture thread of each lane
 *                            ^                    | stamps each batch
 *                            +------- home -------+ with the one it read
 *
 * A snapshot never changes once it is published.  It is freed when
 *
 *   a grace period is over    no capture thread is any more between reading the
 *                             pointer and stamping with what it read, so no
 *                             batch can be stamped with it that is not counted;
 *   and its batches are home  each lane counts those that it stamped and those
 *                             that came home, in two plain cells of the
 *                             snapshot: nobody shares a reference count.
 *
 * That is looked at with the next change, so what waits to be freed is bounded
 * by what is in flight, and at close, when everything is home.
 *
 * Grace periods are liburcu's (QSBR), which is process-wide: a thread of the
 * embedder's that registers with liburcu-qsbr, too, and stays online without
 * ever being quiescent holds up weir_settings_publish.
 *
 * Owner     settings own the snapshots, and a snapshot its screens, from
 *           publish on.
 * Threads   [1] open, close: nobody else running.  [a] one control thread at a
 *           time.  [c] the capture thread of the lane, once it has entered; or,
 *           in a test that steps stages by hand, whoever steps, without.
 * Order     the pointer is release-stored and acquire-loaded.  [c]'s cells are
 *           release-stored, and [a] acquires them before it frees: all that [c]
 *           and those who had the batches did with a snapshot is before that.
 * Progress  [c] waits for nobody.  publish waits until each capture thread has
 *           been quiescent: one step, as they are offline when they sleep. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "ring/counter.h"

struct weir_screen;
struct weir_settings;

/* What one lane does with a snapshot. */
struct weir_snapshot_lane {
    /* What frames must pass instead of the filters of open; NULL: those are
     * still what counts. */
    struct weir_screen *screen;
    _Alignas(WEIR_CACHE_PAIR) struct weir_counter stamped; /* batches */
    struct weir_counter home;
};

struct weir_snapshot {
    uint64_t generation; /* from 0, which is that of open */
    uint32_t snaplen;    /* 0: no frame is cut */
    bool waits;          /* the next counts; else as at open */
    uint32_t wait_ms;    /* that frames wait in a source for others */
    uint32_t lanes_count;
    struct weir_snapshot *next; /* settings' own */
    struct weir_snapshot_lane lanes[];
};

/* weir_settings_open [1]: publishes generation 0, without screens.  Returns 0
 * or -ENOMEM. */
int weir_settings_open(struct weir_settings **out, uint32_t lanes,
                       uint32_t snaplen, struct weir_err *err);

/* weir_settings_close [1]: asserts that all batches are home; accepts NULL. */
void weir_settings_close(struct weir_settings *settings);

/* weir_settings_draft [a]: a snapshot for the caller to fill in, with no
 * screens, and the rest as it is; NULL: no memory.  weir_settings_discard [a]:
 * frees one that is not to be published, with its screens; accepts NULL.
 * weir_settings_publish [a]: it is what counts from now on; returns its
 * generation.  The lanes' bells are the caller's to ring. */
struct weir_snapshot *weir_settings_draft(struct weir_settings *settings);
void weir_settings_discard(struct weir_snapshot *snapshot);
uint64_t weir_settings_publish(struct weir_settings *settings,
                               struct weir_snapshot *snapshot);

/* weir_settings_waiting [a]: snapshots that are neither current nor freed. */
uint32_t weir_settings_waiting(const struct weir_settings *settings);

/* weir_settings_read [c]: the current one.  It may be used until the next call
 * of quiet, rest or leave, and as long as a batch is stamped with it. */
struct weir_snapshot *weir_settings_read(const struct weir_settings *settings);

/* weir_snapshot_stamp [c]: a batch of this lane gets it; weir_snapshot_home
 * [c]: such a batch is home. */
static inline void weir_snapshot_stamp(struct weir_snapshot *snapshot,
                                       uint32_t lane)
{
    weir_counter_add(&snapshot->lanes[lane].stamped, 1);
}

static inline void weir_snapshot_home(struct weir_snapshot *snapshot,
                                      uint32_t lane)
{
    /* The last that we do with it: pairs with the acquire in reclaim. */
    weir_counter_add(&snapshot->lanes[lane].home, 1);
}

/* weir_settings_enter [c]: this thread reads from now on, for that lane, until
 * weir_settings_leave [c].
 * weir_settings_quiet [c]: it has nothing in hand that it has read; once a
 * step.  weir_settings_rest [c]: and will not have until weir_settings_resume
 * [c]: it is about to wait.  All three do nothing if it has not entered. */
void weir_settings_enter(struct weir_settings *settings, uint32_t lane);
void weir_settings_leave(struct weir_settings *settings, uint32_t lane);
void weir_settings_quiet(struct weir_settings *settings, uint32_t lane);
void weir_settings_rest(struct weir_settings *settings, uint32_t lane);
void weir_settings_resume(struct weir_settings *settings, uint32_t lane);

#endif
