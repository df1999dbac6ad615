#ifndef WEIR_BENCH_DISK_DISK_H
#define WEIR_BENCH_DISK_DISK_H

/* disk: how much of what a disk takes a recording gets, counted in bytes of
 * the file.
 *
 * In rounds: first the disk alone (bench/disk/raw.h) with one, two and four
 * writes on their way, of which the best counts; right behind it the search
 * for the highest load without loss (bench/limit/search.h), in trials that
 * take as long.  Of a recording counts what went to the disk
 * while frames were sent: what the kernel's ring still holds then makes nobody
 * faster.  Where that cannot be known, by its page cache, the time counts
 * until all is written there.
 *
 * Owner     texts are borrowed.
 * Threads   the bench's main thread.
 * Units     bytes a second, frames a second, nanoseconds.
 * Errors    -errno with words; -ECANCELED: the stop was set. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/host/bench_args.h"

struct weir_err;
struct weir_results;
struct weir_stop;
struct weir_trial_place;

#define WEIR_DISK_ROUNDS_MAX 32
#define WEIR_DISK_DEPTHS     3

extern const uint32_t weir_disk_depths[WEIR_DISK_DEPTHS];

struct weir_disk_config {
    const struct weir_bench_args *bench;
    const struct weir_trial_place *place;
    const char *way; /* of the generator */
    const char *folder;
    uint32_t frame_bytes;
    uint32_t rounds;
    uint32_t trials; /* of each search, at most */
    int64_t duration_ns;
    uint64_t ring_bytes;
    const struct weir_stop *stop;
    struct weir_results *results; /* or NULL */
    FILE *out;                    /* for people */
};

struct weir_disk_round {
    double raw[WEIR_DISK_DEPTHS]; /* bytes a second */
    double best;                  /* of these */
    double file_bytes_s;          /* without loss; 0: at no load */
    double load_pps;              /* then */
    double cpu_ns;                /* of a frame, then */
    bool generator_limited;       /* no load that was sent was too high */
    char mode[16];                /* how weir wrote then: "direct", "cached" */
};

/* weir_disk_run: prints a line a round and a table, and adds to the results a
 * "disk" line and the ratio "disk, N bytes: weir over raw O_DIRECT, file
 * bytes".  -EIO if no round has a load without loss. */
int weir_disk_run(const struct weir_disk_config *config, struct weir_err *err);

/* weir_disk_best: pure: the highest of the raw figures. */
double weir_disk_best(const struct weir_disk_round *round);

#endif
