#ifndef WEIR_BENCH_TARGETS_STEPS_H
#define WEIR_BENCH_TARGETS_STEPS_H

/* steps: the other commands of weir-bench that measure what the targets ask
 * for, as command lines.
 *
 * Threads   any; pure functions.
 * Units     frames, frames a second. */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/targets/target.h"

struct weir_targets_options {
    bool targets[WEIR_TARGETS]; /* that are wanted */
    const char *rounds;         /* the other commands' words: --rounds, ... */
    const char *frames;
    const char *seconds; /* NULL: each command's own choice */
    const char *folder;  /* on the disk */
    const char *results; /* NULL: none */
    const char *weir;    /* and the other common options, likewise */
    const char *recorder_cpus;
    const char *generator_cpus;
    bool help;
};

#define WEIR_STEP_WORDS_MAX 32

struct weir_step {
    int target;
    bool root;           /* it makes a network of its own */
    const char *command; /* argv[0] too */
    int argc;
    const char *argv[WEIR_STEP_WORDS_MAX + 1]; /* ends with NULL */
    char number[32];                           /* that a word is */
};

/* Which of them there are; a target has some that follow one another, and of
 * two that measure the same the last one counts. */
#define WEIR_STEPS 9

/* weir_step_make: step `index` (below WEIR_STEPS) of those; false if it is not
 * wanted.  load_pps: at which a disk's recorders are compared, 0 if it is not
 * known, and then they are not.  The words of *out live as long as *out, the
 * options and `results`, the file that it is to write to. */
bool weir_step_make(struct weir_step *out, size_t index,
                    const struct weir_targets_options *options,
                    const char *results, double load_pps);

#endif
