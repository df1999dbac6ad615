#ifndef WEIR_BENCH_RESULTS_COMPARE_CMD_H
#define WEIR_BENCH_RESULTS_COMPARE_CMD_H

/* compare_cmd: `weir bench compare OLD.jsonl NEW.jsonl`: the ratios of two
 * results files side by side (bench/results/compare.h).
 *
 * Threads   the main thread of a program.
 * Errors    an exit status of base/args.h: WEIR_EXIT_FAILED for a regression,
 *           for a file that cannot be read, and where there is no pair to
 *           compare. */

int weir_bench_compare(int argc, char **argv);

#endif
