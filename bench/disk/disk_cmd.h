#ifndef WEIR_BENCH_DISK_DISK_CMD_H
#define WEIR_BENCH_DISK_DISK_CMD_H

/* disk_cmd: `weir bench disk`: which share of a disk's own bandwidth weir
 * records without loss.
 *
 * Threads   the main thread of a program.
 * Errors    one line on stderr, and an exit status of base/args.h. */

int weir_bench_disk(int argc, char **argv);

#endif
