#ifndef WEIR_BENCH_LIMIT_LIMIT_ROW_H
#define WEIR_BENCH_LIMIT_LIMIT_ROW_H

/* limit_row: the search for one row: a frame, a target, a number of workers.
 *
 * Owner     results, place and stop are borrowed.
 * Threads   the bench's main thread.
 * Errors    in the row, with a text: the other rows go on.  Progress is told
 *           on stderr, a line a trial. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "bench/limit/limit_options.h"
#include "bench/limit/recording.h"
#include "bench/limit/search.h"

struct weir_results;

enum weir_limit_row_end {
    WEIR_LIMIT_ROW_DONE,
    WEIR_LIMIT_ROW_SKIPPED, /* no room in the target, so no figure */
    WEIR_LIMIT_ROW_FAILED,
    WEIR_LIMIT_ROW_STOPPED, /* Ctrl-C; what is known is there */
};

/* What is kept of each valid trial. */
struct weir_limit_trial {
    uint64_t asked_pps;
    bool is_long;
    uint64_t lost;
    struct weir_verdict verdict;
    double cpu_ns; /* per sent frame */
    double bits_per_frame;
    int64_t drain_ns;
    int64_t stop_ns;
};

struct weir_limit_row {
    /* By the caller. */
    uint32_t number; /* from 1 */
    uint32_t rows;
    const struct weir_limit_options *options;
    const struct weir_limit_frame *frame;
    const char *target; /* NULL: none */
    uint32_t workers;   /* 0: the recorder's default; then what it had */
    const char *way;
    const char *filter; /* NULL: none */
    const struct weir_trial_place *place;
    const struct weir_stop *stop;
    struct weir_results *results;

    /* By run. */
    enum weir_limit_row_end end;
    char why[WEIR_ERR_TEXT_MAX];
    char target_type[16]; /* "": not known */
    struct weir_search search;
    struct weir_limit_trial trials[WEIR_SEARCH_TRIALS_MAX];
    size_t trials_count;
    bool shortened;
};

void weir_limit_row_run(struct weir_limit_row *row);

/* weir_limit_row_fail: instead of run, for what was wrong before; the error
 * is one of bench/trial/trial.h. */
void weir_limit_row_fail(struct weir_limit_row *row, int error,
                         const struct weir_err *err);

/* weir_limit_row_name: "60 B, tmpfs, 2 workers, xdp". */
#define WEIR_LIMIT_ROW_NAME_MAX 160
char *weir_limit_row_name(char *out, const struct weir_limit_row *row);

/* What a row's search has found, for the table and for the results. */
struct weir_limit_found {
    struct weir_search_goal ndr, pdr;
    struct weir_verdict verdict; /* of the lowest load that was too high */
    double bits;                 /* a second as on the wire, at NDR */
    double cpu_ns;               /* per frame, at NDR */
    double ring_s;               /* that the ring holds at NDR */
    int64_t drain_ns;            /* to empty the buffers, at NDR */
    int64_t stop_ns;             /* to end, the file being on the disk */
};

struct weir_limit_found weir_limit_row_found(const struct weir_limit_row *row);

/* weir_limit_ring_s: pure: how long so large a TPACKET_V3 ring holds so many
 * frames a second. */
double weir_limit_ring_s(uint64_t ring_bytes, double frame_bytes, double pps);

#endif
