#ifndef WEIR_BENCH_PEERS_PEERS_CMD_H
#define WEIR_BENCH_PEERS_PEERS_CMD_H

/* peers_cmd: `weir bench peers`, the same work by every peer that is
 * installed and by weir, in turn.
 *
 *   live    recorders of a veth pair of the bench's own, under one load;
 *           loss is what is missing in their files, by number
 *   copy    a file of frames, read and written
 *   count   a file of frames, read and counted
 *   flows   a file of frames, read and made flows of
 *
 * What it adds to the results is in bench/results/results.h: "peer" and
 * "ratio" lines, and "skip" for a peer that is not there, for a round whose
 * result was wrong, for a program that crashed or hung.
 *
 * Threads   the main thread of a program.
 * Errors    one line on stderr that names the thing, and an exit status of
 *           base/args.h; what a peer does wrong in some of its rounds is none
 *           (bench/peers/tally.h). */

int weir_bench_peers(int argc, char **argv);

#endif
