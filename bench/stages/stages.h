#ifndef WEIR_BENCH_STAGES_STAGES_H
#define WEIR_BENCH_STAGES_STAGES_H

/* stages: every stage over every frame and number of flows that is asked for,
 * with its floor beside it, as lines of results and rows of a table.
 *
 * The middle one of the numbers of flows comes first, with all stages; the
 * others with those alone whose cost depends on it.
 *
 * Threads   the main thread; it is put on one CPU meanwhile, and the partners
 *           of stages that have one on the next.
 * Errors    of one stage are a line on stderr and a "skip", and the rest goes
 *           on; `failed` counts them.  What a file system or a lone CPU cannot
 *           do is skipped without being a failure.  weir_stages_run itself
 * fails where the results cannot be written. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct weir_err;
struct weir_results;
struct weir_stage;

#define WEIR_STAGES_LIST_MAX 32

struct weir_stages_config {
    const struct weir_stage *stages[WEIR_STAGES_LIST_MAX];
    size_t stages_count;
    const char *frames[WEIR_STAGES_LIST_MAX];
    size_t frames_count;
    uint32_t flows[WEIR_STAGES_LIST_MAX]; /* in rising order */
    size_t flows_count;
    int64_t time_ns;       /* of each stage; a floor takes half as long */
    uint64_t memory_bytes; /* of the frames in memory, at least */
    const char *folder;    /* a scratch folder, or NULL */
    uint64_t file_bytes;
    uint32_t scale;  /* workers of the scaling test; 0 or 1: none */
    uint32_t rounds; /* of it */
};

/* The stages that are measured if none is named, and all that can be named;
 * both end with NULL. */
extern const struct weir_stage *const weir_stages_usual[];
extern const struct weir_stage *const weir_stages_all[];

/* weir_stages_find: by name, or NULL. */
const struct weir_stage *weir_stages_find(const char *name);

/* weir_stages_run: results may be NULL; out is the table's. */
int weir_stages_run(const struct weir_stages_config *config,
                    struct weir_results *results, FILE *out, uint32_t *failed,
                    struct weir_err *err);

#endif
