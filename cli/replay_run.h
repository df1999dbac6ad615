#ifndef WEIR_CLI_REPLAY_RUN_H
#define WEIR_CLI_REPLAY_RUN_H

/* replay_run: sends what the input gives when the pace says so, and counts.
 *
 *     asked = sent + all of refused + other_link + queued
 *
 * queued is 0 but after a failure or a stop.
 *
 * Owner     the caller, of everything.
 * Threads   one; the stop event by any, and by a signal handler without
 *           SA_RESTART.
 * Errors    -errno with text: of the file, or of the sender.  What was counted
 *           is right all the same. */

#include <stdbool.h>
#include <stdint.h>

#include "cli/replay_input.h"
#include "cli/replay_late.h"
#include "cli/replay_options.h"
#include "cli/replay_pace.h"
#include "cli/replay_show.h"
#include "sink/sender.h"

struct weir_event;

struct weir_replay {
    const struct weir_replay_options *options;
    struct weir_replay_input *input;
    struct weir_sender *sender;
    struct weir_event *stop;

    struct weir_replay_pace pace;
    struct weir_replay_late late;
    struct weir_replay_show show;
    uint64_t asked;      /* frames that passed the filter and had their turn */
    uint64_t other_link; /* of those, by the link type of their interface */
    uint64_t cut_short;  /* of those, captured in part only: sent so */
    uint64_t passes;     /* that were begun */
    uint16_t other_linktype; /* the first such */
    int64_t begin_ns;        /* CLOCK_MONOTONIC: the first frame went */
    int64_t last_ns;         /* the last one did */
    int64_t asked_ns;        /* between them, as asked */
    int64_t end_ns;          /* and the interface was done with it */
    bool complete;           /* no frame was left */
    bool interrupted;        /* some may be: the stop event came first */
};

int weir_replay_run(struct weir_replay *replay, struct weir_err *err);

/* weir_replay_all: frames that there are to be sent, in all passes;
 * UINT64_MAX: nobody knows, or there is no end. */
uint64_t weir_replay_all(const struct weir_replay *replay);

/* weir_replay_refused: of all reasons together. */
uint64_t weir_replay_refused(const struct weir_sender_counts *counts);

#endif
