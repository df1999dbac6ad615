#ifndef WEIR_BENCH_SELF_TASKS_H
#define WEIR_BENCH_SELF_TASKS_H

/* tasks: what `weir bench self` has done in rounds by other programs.
 *
 * Threads   one.
 * Errors    of a part: a line on stderr, counted in `failed`, and the rest
 *           goes on.  Only results that cannot be written end it. */

#include <stdint.h>
#include <stdio.h>

struct weir_err;
struct weir_results;

struct weir_self_config {
    const char *weir;             /* the recorder */
    const char *folder;           /* scratch */
    uint64_t frames;              /* of 60 bytes, in a file */
    uint32_t rounds;              /* 1 to WEIR_SELF_ROUNDS_MAX */
    struct weir_results *results; /* or NULL */
    FILE *out;
    uint32_t failed; /* how many parts; from 0 on */
};

/* weir_self_room: what the files of so many frames take, at most. */
uint64_t weir_self_room(uint64_t frames);

/* weir_self_synth: made frames, to nowhere and to a file.  weir_self_copy: a
 * file to a file.  weir_self_memory: few and many frames. */
int weir_self_synth(struct weir_self_config *config, struct weir_err *err);
int weir_self_copy(struct weir_self_config *config, struct weir_err *err);
int weir_self_memory(struct weir_self_config *config, struct weir_err *err);

#endif
