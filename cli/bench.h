#ifndef WEIR_CLI_BENCH_H
#define WEIR_CLI_BENCH_H

/* bench: the command `weir bench`, which is a program of its own. */

/* weir_cmd_bench: executes weir-bench with the words behind "bench"; comes
 * back only if that fails, with the exit status. */
int weir_cmd_bench(int argc, char **argv);

#endif
