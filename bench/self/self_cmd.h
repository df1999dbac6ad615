#ifndef WEIR_BENCH_SELF_SELF_CMD_H
#define WEIR_BENCH_SELF_SELF_CMD_H

/* self_cmd: `weir bench self`: what anybody can measure in a minute, without
 * privilege: made frames to nowhere and to a file, a file copied (against
 * cp, and tcpdump where it is installed), whether memory grows with the
 * frames, and a short run of the stages.  Its options are in its --help.
 *
 * Results   a "run" line, "peer" lines of the tasks "self: ...", "ratio" lines
 *           of the rounds, and the "stage" lines of bench/stages.
 * Errors    an exit status of base/args.h: WEIR_EXIT_FAILED if a part failed
 *           or memory grew; the rest has been measured. */

int weir_bench_self(int argc, char **argv);

#endif
