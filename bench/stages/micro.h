#ifndef WEIR_BENCH_STAGES_MICRO_H
#define WEIR_BENCH_STAGES_MICRO_H

/* micro: the main of a microbench: one noun's stages, a JSON line each on
 * standard output, as in the results (bench/stages/line.h).
 *
 *   --frame F, --flows N, --seconds S; --smoke: a few milliseconds and little
 *   memory, to see that it works.
 *
 * Errors    an exit status of base/args.h. */

struct weir_stage;

/* weir_micro_main: stages ends with NULL. */
int weir_micro_main(int argc, char **argv,
                    const struct weir_stage *const *stages);

#endif
