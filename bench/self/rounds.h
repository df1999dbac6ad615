#ifndef WEIR_BENCH_SELF_ROUNDS_H
#define WEIR_BENCH_SELF_ROUNDS_H

/* rounds: programs that do work on the same frames, in turn.
 *
 * Each round runs each entrant once; who is first turns with the rounds.
 * What an entrant made is looked at after each run: its size, the first time
 * its bytes too, and the recorder's own report.  One that fails is out, with
 * a line on stderr, and the others go on.
 *
 * Owner     the caller; nothing is allocated.
 * Threads   one.
 * Units     nanoseconds, bytes, frames.
 * Errors    only where the results cannot be written. */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct weir_err;
struct weir_results;

#define WEIR_SELF_ROUNDS_MAX 32
#define WEIR_SELF_WORDS_MAX  20

struct weir_self_round {
    double duration_s;
    double pps;
    double cpu_ns;       /* per frame */
    double memory_bytes; /* 0: not known, it was too small */
};

struct weir_self_entrant {
    const char *task;
    const char *frame; /* the generator's word for its size; NULL: "60" */
    const char *peer;
    const char *does;
    char version[64];
    const char *argv[WEIR_SELF_WORDS_MAX]; /* ends with NULL */
    uint64_t frames;
    const char *made;   /* the file that it makes; NULL: none */
    const char *same;   /* and that it must be the same as; NULL: any */
    const char *report; /* the recorder's; NULL: it is none */

    /* By weir_self_rounds. */
    bool out;
    uint32_t count;
    struct weir_self_round rounds[WEIR_SELF_ROUNDS_MAX];
};

/* weir_self_rounds: runs them, and adds a "peer" line and a row for each. */
int weir_self_rounds(struct weir_self_entrant *entrants, size_t count,
                     uint32_t rounds, struct weir_results *results, FILE *out,
                     uint32_t *failed, struct weir_err *err);

/* weir_self_once: one run of an entrant, untimed by any line; for what is
 * made before.  Returns 0 or -errno with words. */
int weir_self_once(struct weir_self_entrant *entrant,
                   struct weir_self_round *round, struct weir_err *err);

/* weir_self_version: the last word with a digit in front of the first line
 * that `PROGRAM --version` prints; -ENOENT: no such program. */
int weir_self_version(const char *program, char out[64], struct weir_err *err);

#endif
