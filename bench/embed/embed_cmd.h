#ifndef WEIR_BENCH_EMBED_EMBED_CMD_H
#define WEIR_BENCH_EMBED_EMBED_CMD_H

/* embed_cmd: `weir bench embed PART`: the library's own functions against
 * those of other libraries, at the same work.  Each part has its options in
 * its --help.
 *
 * Results   a "run" line, "peer" lines of the tasks "embed PART", and "ratio"
 *           lines of the rounds; of `replay` also "pace" lines; of `socket`
 *           "socket" lines instead of "peer" lines, of `swap` two "swap"
 *           lines.
 * Errors    an exit status of base/args.h. */

int weir_bench_embed(int argc, char **argv);

/* The parts.  argv[0] is the part's name, and argv[-1] the command's: a
 * session (bench/stages/session.h) has argc + 1 and argv - 1. */
int weir_embed_reader(int argc, char **argv);
int weir_embed_replay(int argc, char **argv);
int weir_embed_socket(int argc, char **argv);
int weir_embed_swap(int argc, char **argv);

#endif
