#ifndef WEIR_BENCH_TARGETS_TARGETS_CMD_H
#define WEIR_BENCH_TARGETS_TARGETS_CMD_H

/* targets_cmd: `weir bench targets`: what weir is to reach, measured by the
 * other commands and judged.
 *
 * Each of them runs in a process of its own, and what it finds is added to
 * the results as if it had been started by hand.
 *
 * Threads   the main thread of a program.
 * Errors    an exit status of base/args.h: WEIR_EXIT_FAILED if one of them
 *           failed.  A target that is missed is a figure like any other, and
 *           one that has none, for want of a peer or of root, is told: no
 *           failures. */

int weir_bench_targets(int argc, char **argv);

#endif
