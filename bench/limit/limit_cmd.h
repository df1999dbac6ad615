#ifndef WEIR_BENCH_LIMIT_LIMIT_CMD_H
#define WEIR_BENCH_LIMIT_LIMIT_CMD_H

/* limit_cmd: `weir bench limit`: the highest rate that this host records
 * without loss, and what limits it.
 *
 * Threads   the main thread of a program.
 * Errors    one line on stderr that names the thing; a row that fails does
 *           not keep the others from being measured. */

int weir_bench_limit(int argc, char **argv);

#endif
