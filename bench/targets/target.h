#ifndef WEIR_BENCH_TARGETS_TARGET_H
#define WEIR_BENCH_TARGETS_TARGET_H

/* target: what weir is to reach, as data, and whether lines of results show
 * that it does.
 *
 * A target has checks.  Each looks for one figure: that of a "ratio" line, or
 * of the rounds of a "peer" line, the last of those that match; and holds it
 * against a bound.  What names a line is a pattern of fnmatch(3), for some
 * names hold a load that was measured first.
 *
 * Threads   any; constants, and pure functions. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/results/lines.h"

#define WEIR_TARGETS 6

#define WEIR_TARGET_REMARK_MAX 80

enum weir_target_of {
    WEIR_TARGET_RATIO,
    WEIR_TARGET_TIME, /* 1 over a ratio of rates */
    WEIR_TARGET_PEER, /* a figure of a peer's rounds: their median */
    WEIR_TARGET_LOSS, /* likewise, but the worst of them counts */
};

struct weir_target_check {
    int target; /* from 1 */
    enum weir_target_of of;
    const char *text;    /* for people: what it is */
    const char *against; /* and what it is held against */
    const char *name;    /* of a ratio, or a peer's task; a pattern */
    const char *peer;    /* of a peer's line: "weir", with 60-byte frames */
    const char *frame;   /* likewise */
    const char *key;     /* likewise: which figure */
    double bound;
    bool at_least; /* else at most */
    bool shown;    /* no bound: only shown */
};

extern const struct weir_target_check weir_target_checks[];
extern const size_t weir_target_checks_count;

enum weir_target_met {
    WEIR_TARGET_NONE, /* no figure, or no bound */
    WEIR_TARGET_MET,
    WEIR_TARGET_MISSED,
};

struct weir_target_found {
    double value; /* NAN: none, and so are the others */
    double least;
    double most;
    double rounds;
    enum weir_target_met met;
    double margin; /* of the bound: 0.1 is a tenth better, -0.1 worse */
    char remark[WEIR_TARGET_REMARK_MAX]; /* "at 1.50 Mpps"; "" for none */
};

/* weir_target_judge: of the lines. */
struct weir_target_found
weir_target_judge(const struct weir_target_check *check,
                  const struct weir_lines *lines);

#endif
