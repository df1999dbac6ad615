#ifndef WEIR_BENCH_LIMIT_SEARCH_H
#define WEIR_BENCH_LIMIT_SEARCH_H

/* search: which load to try next, and what the trials have shown.
 *
 *   open -> (next -> the caller's trial -> put)* -> results
 *
 * Two goals share every trial: NDR, the highest load without any loss, and
 * PDR, the highest with at most 0.5 % (RFC 2544 section 26.1 knows the
 * first).  As MLRsearch does, short trials narrow the interval and longer
 * ones confirm its lower end:
 *
 *   1. Full speed, short.  If nothing is lost, a long one; if nothing is
 *      lost then either, the generator is the limit.
 *   2. The next load is what got through when the load was too high
 *      (conditional throughput); then a step of the interval's width from
 *      the end that moved, doubled each time, at most to the middle.
 *   3. When the interval is narrow, a long trial at its lower end.  If that
 *      fails where short ones passed, it is the upper end, and the goal's
 *      further trials are long: this host takes for a moment what it cannot
 *      sustain.
 *   4. An upper end that rests on one failure is tried again: an interval
 *      that a hiccup of the host has closed is opened again.
 *
 * A load that is tried again is decided by two of three of its longest trials
 * (exceed ratio 0.5).  A long trial that lost less than a tenth of PDR's is
 * tried again at once.  Loads that passed in spite of a failure are told
 * (hiccups).
 *
 * With rfc2544 every trial but the first is long, nothing is tried again, any
 * loss fails, both ends of the interval are long trials, and there is no PDR.
 *
 * Threads   one; a pure state machine: no I/O, no clock, no allocation, and
 *           the same answers for the same results.
 * Units     frames a second; nanoseconds.
 * Errors    none; bounds on trials, voids and time end a search early, and
 *           the results say so. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEIR_SEARCH_TRIALS_MAX 128

struct weir_search_config {
    int64_t short_ns;
    int64_t long_ns;
    double width;        /* of the last interval, over its upper end */
    double pdr_loss;     /* 0: no PDR */
    uint32_t trials_max; /* voids included, at most the constant above */
    uint32_t voids_max;  /* in a row, for one load */
    int64_t total_ns;    /* of the trials' time; 0: no bound */
    uint64_t least_pps;  /* no load is below */
    bool rfc2544;
};

/* The defaults: 2 s, 10 s, 2 %, 0.5 %, 60 trials, 3 voids, 15 minutes. */
struct weir_search_config weir_search_defaults(void);

enum weir_search_why {
    WEIR_SEARCH_FULL_SPEED,
    WEIR_SEARCH_GUESS,  /* what got through */
    WEIR_SEARCH_NARROW, /* a step, or the middle */
    WEIR_SEARCH_CONFIRM,
    WEIR_SEARCH_AGAIN, /* a slight loss, or an upper end of one failure */
    WEIR_SEARCH_VOID_AGAIN,
};

struct weir_search_ask {
    uint64_t load_pps; /* 0: full speed */
    int64_t duration_ns;
    enum weir_search_why why;
    bool pdr; /* it is for PDR */
};

struct weir_search_result {
    bool valid;
    bool generator_limited; /* the load asked for was not reached */
    double offered_pps;
    uint64_t sent;
    uint64_t lost;
};

enum weir_search_end {
    WEIR_SEARCH_RUNNING,
    WEIR_SEARCH_DONE,
    WEIR_SEARCH_TRIALS, /* trials_max */
    WEIR_SEARCH_TIME,   /* total_ns */
    WEIR_SEARCH_VOIDS,  /* voids_max */
};

struct weir_search_goal {
    bool found;             /* a load was good; else pps is 0 */
    bool confirmed;         /* by a long trial */
    bool generator_limited; /* no load was bad: at least pps */
    double pps;
    double above_pps; /* the lowest bad load; 0: none was bad */
    double width_fraction;
};

/* One of the loads that were tried.  Plain, for tests and for plots. */
struct weir_search_load {
    double pps;              /* as asked, or as offered where that was less */
    double received_pps;     /* of its last trial that lost frames; 0: none */
    uint64_t asked_pps;      /* 0: full speed */
    uint32_t trials[2];      /* short, long */
    uint32_t failures[2][2]; /* of NDR, of PDR: short, long */
    bool slight;             /* its last loss was a slight one */
};

struct weir_search {
    struct weir_search_config config;
    struct weir_search_load loads[WEIR_SEARCH_TRIALS_MAX];
    size_t loads_count;
    size_t last; /* load */
    struct weir_search_ask asked;
    enum weir_search_end end;
    uint32_t goal;      /* 0: NDR, 1: PDR */
    bool misled;        /* the goal's short trials pass where long ones fail */
    uint32_t guesses;   /* since that, or the goal, has changed */
    uint32_t steps;     /* likewise */
    double unreachable; /* a load that the generator did not reach, or 0 */
    uint32_t trials;    /* voids included */
    uint32_t voids;
    uint32_t voids_in_row;
    int64_t spent_ns;
};

void weir_search_open(struct weir_search *search,
                      const struct weir_search_config *config);

/* weir_search_next: false when the search is over (`end` says how); else
 * *ask, the same until put. */
bool weir_search_next(struct weir_search *search, struct weir_search_ask *ask);

/* weir_search_put: the result of the trial that next asked for. */
void weir_search_put(struct weir_search *search,
                     const struct weir_search_result *result);

/* weir_search_ndr, weir_search_pdr: what is known by now. */
struct weir_search_goal weir_search_ndr(const struct weir_search *search);
struct weir_search_goal weir_search_pdr(const struct weir_search *search);

/* weir_search_hiccups: loads that failed once and are taken as good. */
uint32_t weir_search_hiccups(const struct weir_search *search);

#endif
