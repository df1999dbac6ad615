#ifndef WEIR_BENCH_TARGETS_MEMORY_H
#define WEIR_BENCH_TARGETS_MEMORY_H

/* memory: what a live recording of weir kept resident, over what it was given:
 * the ring that was asked for, the pool of its plan, and the tables that do
 * not depend on the frames.
 *
 * Threads   one.
 * Units     bytes.
 * Errors    -errno with words. */

#include <stdbool.h>
#include <stdint.h>

struct weir_err;

/* The recorders' ring in the task that is looked at (bench/peers/table.c). */
#define WEIR_TARGETS_RING_BYTES (UINT64_C(512) << 20)

/* Code, stacks, summaries with their tables of talkers. */
#define WEIR_TARGETS_TABLES_BYTES (UINT64_C(80) << 20)

/* weir_targets_memory: adds a ratio to the results of that path if they have
 * such a recording. */
int weir_targets_memory(const char *path, const char *weir,
                        struct weir_err *err);

/* weir_targets_pool: pure: the bytes of the pool, by what `weir record
 * --dry-run` says of it; false if it does not. */
bool weir_targets_pool(const char *plan, uint64_t *out);

#endif
