#ifndef WEIR_BENCH_PEERS_ROUNDS_H
#define WEIR_BENCH_PEERS_ROUNDS_H

/* rounds: what the rounds of one peer gave, and what is typical of them.
 *
 * Threads   one at a time per struct; else pure functions.
 * Units     as the figures' names in the results say. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEIR_ROUNDS_MAX 100

enum weir_round_figure {
    WEIR_ROUND_PPS,
    WEIR_ROUND_LOSS,
    WEIR_ROUND_CPU_NS, /* of a frame */
    WEIR_ROUND_MEMORY,
    WEIR_ROUND_DURATION,
    WEIR_ROUND_CAPTURE, /* of a core, by weir's capture thread; live */
    WEIR_ROUND_FIGURES,
};

/* The keys of the results. */
extern const char *const weir_round_keys[WEIR_ROUND_FIGURES];

struct weir_round {
    bool valid;                         /* else no figure means anything */
    double figures[WEIR_ROUND_FIGURES]; /* NAN: not known */

    /* That it found, of which the bytes are IP's; 0: it does not tell. */
    uint64_t flows;
    uint64_t flow_bytes;

    /* Of live rounds: for the reader of the results. */
    bool live;
    uint64_t sent;
    uint64_t recorded; /* distinct numbers in the file */
    uint64_t repeated; /* and numbers that are there again */
    double offered_pps;
    bool limited;      /* the generator missed its rate */
    int64_t captured;  /* in the recorder's own words; -1: none */
    int64_t dropped;   /* likewise */
    double job_cpu_ns; /* of a frame, with its start and its end */
    double quiet_s;    /* from the end of sending until it had done all */
};

struct weir_rounds {
    size_t count; /* rounds that were tried, by number */
    struct weir_round at[WEIR_ROUNDS_MAX];
};

enum weir_rounds_pick {
    WEIR_ROUNDS_MEDIAN,
    WEIR_ROUNDS_LEAST,
    WEIR_ROUNDS_MOST
};

/* weir_round_memory: the figure, of what a job's end says (0: not known). */
double weir_round_memory(uint64_t bytes);

/* weir_rounds_valid: how many mean something. */
size_t weir_rounds_valid(const struct weir_rounds *rounds);

/* weir_rounds_pick: over the valid rounds in which the figure is known; NAN
 * if there is none.  The median of an even number is the mean of the middle
 * two. */
double weir_rounds_pick(const struct weir_rounds *rounds,
                        enum weir_round_figure figure,
                        enum weir_rounds_pick pick);

/* weir_rounds_list: the figure of rounds 0 to count - 1; 0 where it is not
 * known, which a ratio leaves out. */
void weir_rounds_list(const struct weir_rounds *rounds,
                      enum weir_round_figure figure, double *out, size_t count);

/* weir_rounds_enough: 0 in such a list for live rounds of which fewer than so
 * many frames were recorded: what one of them costs is not to be told from
 * what a start and an end cost. */
void weir_rounds_enough(const struct weir_rounds *rounds, uint64_t frames,
                        double *list, size_t count);

/* weir_rounds_turn: who is `place`th in a round, so that each of `count` has
 * each place in turn. */
size_t weir_rounds_turn(size_t round, size_t place, size_t count);

/* weir_rounds_json: the array "rounds", of the valid ones.
 * weir_rounds_pick_json: the object "median", "least" or "most".  Both are
 * the caller's; NULL without memory. */
json_t *weir_rounds_json(const struct weir_rounds *rounds);
json_t *weir_rounds_pick_json(const struct weir_rounds *rounds,
                              enum weir_rounds_pick pick);

#endif
