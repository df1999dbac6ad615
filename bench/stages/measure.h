#ifndef WEIR_BENCH_STAGES_MEASURE_H
#define WEIR_BENCH_STAGES_MEASURE_H

/* measure: times a stage: warms it up, takes samples, checks its work.
 *
 * Each sample is a run of the stage; its figure is the time of the run less
 * what reading the clock costs, divided by the frames of the run.
 *
 * Threads   one; it runs where the caller put it.
 * Units     nanoseconds a frame (or an item, see stage.h).
 * Progress  ends `seconds` after the warm-up, or when there are
 *           WEIR_MEASURE_SAMPLES_MAX samples; at least one is taken (of a
 *           stage with `once`: three, unless that would take four times as
 *           long).
 * Errors    the stage's own, with its name; -EBADMSG: it did not do its
 *           work. */

#include <stdint.h>

#include "bench/stages/spread.h"
#include "bench/stages/stage.h"

struct weir_cycles;
struct weir_err;

#define WEIR_MEASURE_SAMPLES_MAX 65536

struct weir_measure {
    struct weir_spread ns;
    uint64_t samples;
    uint64_t count;  /* frames or items in the samples */
    double clock_ns; /* taken off each sample */
    double cycles;   /* per frame; negative: not known */
    double instructions;
    double bytes;      /* per frame; 0: the stage is no bandwidth */
    double file_bytes; /* per frame; 0: the stage makes no records */
};

struct weir_measure_config {
    struct weir_stage_setup setup; /* setup.stage is set by measure */
    const struct weir_cycles *cycles;
    int64_t time_ns; /* of all samples together, and a tenth to warm up */
};

/* weir_measure_stage: -EOPNOTSUPP is the stage's way to say "not here". */
int weir_measure_stage(struct weir_measure *out, const struct weir_stage *stage,
                       const struct weir_measure_config *config,
                       struct weir_err *err);

#endif
