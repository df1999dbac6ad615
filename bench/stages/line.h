#ifndef WEIR_BENCH_STAGES_LINE_H
#define WEIR_BENCH_STAGES_LINE_H

/* line: a measured stage as a line of results ("stage", bench/results), and
 * as a row of a table.
 *
 * Beside the keys that results.h names there are "flows", "samples", "count"
 * (frames, or items), "clock_ns" (taken off each sample), "rate_bits" (of a
 * bandwidth, else null), "file_bytes" (that a frame takes in a file, of a
 * stage that makes records, else null) and "item": of a stage that works on
 * batches, not on frames, { "name", "ns": as above, of one item }; its "ns"
 * then is the share of a frame, of a block of such frames.
 *
 * Threads   any. */

#include <jansson.h>
#include <stdio.h>

#include "bench/stages/measure.h"
#include "bench/stages/stage.h"

struct weir_input;

struct weir_stage_line {
    const struct weir_stage *stage;
    const struct weir_input *input;
    const struct weir_measure *measure;
    const struct weir_stage *floor; /* NULL: none */
    const struct weir_measure *floor_measure;
};

/* weir_stage_line_json: NULL if there is no memory. */
json_t *weir_stage_line_json(const struct weir_stage_line *line);

/* The table: its head, a row, and what the rows' words mean. */
void weir_stage_line_head(FILE *out);
void weir_stage_line_row(FILE *out, const struct weir_stage_line *line);

#endif
