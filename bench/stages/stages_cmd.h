#ifndef WEIR_BENCH_STAGES_STAGES_CMD_H
#define WEIR_BENCH_STAGES_STAGES_CMD_H

/* stages_cmd: `weir bench stages`: nanoseconds a frame of each stage alone,
 * on blocks in memory, with its floor beside it.  Needs no privilege; its
 * options are in its --help.
 *
 * Results   a "run" line, "stage" lines (bench/stages/line.h), "ratio" lines
 *           of the scaling with workers, and a "skip" for what could not be.
 * Errors    an exit status of base/args.h: WEIR_EXIT_FAILED if a stage failed;
 *           the others have been measured. */

int weir_bench_stages(int argc, char **argv);

#endif
