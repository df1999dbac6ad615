#ifndef WEIR_BENCH_EMBED_REPLAY_RIVAL_H
#define WEIR_BENCH_EMBED_REPLAY_RIVAL_H

/* replay_rival: the programs that send a file's frames, how each is asked to,
 * and what became of its rounds.
 *
 * Owner     the caller; texts of struct weir_replay_words outlive the rivals.
 * Threads   one.
 * Errors    only where the results cannot be written. */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/embed/arrivals.h"
#include "bench/self/rounds.h"

struct weir_err;
struct weir_results;

#define WEIR_REPLAY_RIVALS_MAX 8

/* What changes in their command lines. */
struct weir_replay_words {
    const char *weir;
    char frame[12];         /* "60" */
    char file[PATH_MAX];    /* of frames */
    char packets[PATH_MAX]; /* the first of them, in trafgen's language */
    char frames[24];        /* to be sent */
    char loops[24];         /* so many are in that many passes */
    char pace[24];          /* frames a second; "": as fast as possible */
    char pace_pps[28];      /* with its unit */
};

struct weir_replay_rival {
    struct weir_self_entrant entrant; /* with its rounds */
    struct weir_arrivals gaps[WEIR_SELF_ROUNDS_MAX];
};

/* weir_replay_rivals: those that are installed; how many.  The others are
 * told, and in the results. */
int weir_replay_rivals(struct weir_replay_rival *out, uint32_t *count,
                       const char *task, const struct weir_replay_words *words,
                       struct weir_results *results, FILE *people,
                       struct weir_err *err);

/* weir_replay_tell: the rows and lines of rivals that had rounds; paced: also
 * their gaps, as "pace" lines.  pace is 0 if they were not. */
int weir_replay_tell(const struct weir_replay_rival *rivals, uint32_t count,
                     uint64_t pace, struct weir_results *results, FILE *people,
                     struct weir_err *err);

#endif
