#ifndef WEIR_CLI_REPLAY_SHOW_H
#define WEIR_CLI_REPLAY_SHOW_H

/* replay_show: what a replay says while it runs: a line at the start, and one
 * once an interval (sink/live_line.h).
 *
 * Threads   the replay's.
 * Progress  the standard error is never waited for, but at the start.  A frame
 *           that is due goes before a line, which may be an interval late for
 *           that. */

#include <stdbool.h>
#include <stdint.h>

#include "sink/live_line.h"

struct weir_replay;

struct weir_replay_show {
    struct weir_live_line line;
    bool open;
    int64_t interval_ns;
    int64_t next_ns;     /* CLOCK_MONOTONIC; INT64_MAX: never */
    int64_t expected_ns; /* from the first frame to the last; 0: not known */
};

/* weir_replay_show_start: all is open, and the first frame is next.  Quiet, it
 * says nothing, nor does look then. */
void weir_replay_show_start(struct weir_replay *replay);

/* weir_replay_show_look: a line, if it is time for it.  spare_ns: until there
 * is something else to do. */
void weir_replay_show_look(struct weir_replay *replay, int64_t now_ns,
                           int64_t spare_ns);

/* weir_replay_show_wait_ms: until the next line, for poll(2). */
int weir_replay_show_wait_ms(const struct weir_replay *replay, int64_t now_ns);

/* weir_replay_show_end: takes the line away. */
void weir_replay_show_end(struct weir_replay *replay);

#endif
