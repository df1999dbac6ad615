#ifndef WEIR_BENCH_LIMIT_RECORDING_H
#define WEIR_BENCH_LIMIT_RECORDING_H

/* recording: one trial of weir itself: its report and its file are read, the
 * four counts reconciled, the limiting stage named, the file removed.
 *
 *   open -> trial* -> close
 *
 * Owner     the caller closes; the folders that open makes (one for reports,
 *           one in the target folder for the recording) go with close, and
 *           with whatever ends the bench.
 * Threads   the bench's main thread.
 * Errors    as of bench/trial/trial.h: 0 with an outcome that may be void;
 *           -ENOSPC: the target has no room for a trial of any use. */

#include <stdbool.h>
#include <stdint.h>

#include "bench/host/room.h"
#include "bench/limit/report_counts.h"
#include "bench/limit/search.h"
#include "bench/limit/verdict.h"
#include "bench/stages/scratch.h"
#include "bench/trial/reconcile.h"
#include "bench/trial/trial.h"

struct weir_stop;

struct weir_recording_config {
    const char *weir;
    const struct weir_trial_place *place;
    const char *target; /* folder; NULL: no file */
    const char *filter; /* NULL: none */
    uint64_t ring_bytes;
    uint32_t workers;
    const uint16_t *cpus;
    size_t cpus_count;
    double frame_bytes; /* mean size of a frame */
    const struct weir_stop *stop;
};

struct weir_recording {
    struct weir_recording_config config;
    struct weir_scratch scratch; /* path "": not made */
    struct weir_scratch folder;  /* in the target, likewise */
    double fastest_pps;          /* that was offered by now; 0: nothing yet */
};

struct weir_recording_outcome {
    struct weir_trial_outcome trial; /* is_void, and why */
    struct weir_report_counts report;
    struct weir_reconcile counts;
    uint64_t lost;
    double loss_fraction;
    struct weir_verdict verdict;
    int64_t duration_ns; /* that was asked of the generator */
    bool shortened;      /* to what the target has room for */
};

int weir_recording_open(struct weir_recording *out,
                        const struct weir_recording_config *config,
                        struct weir_err *err);

/* weir_recording_trial: traffic's frame, flows, load and duration. */
int weir_recording_trial(struct weir_recording *recording,
                         const struct weir_trial_traffic *traffic,
                         struct weir_recording_outcome *out,
                         struct weir_err *err);

/* weir_recording_result: what a search is told of it. */
struct weir_search_result
weir_recording_result(const struct weir_recording_outcome *outcome);

/* weir_recording_close: accepts what open has failed on. */
void weir_recording_close(struct weir_recording *recording);

#endif
