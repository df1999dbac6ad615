#ifndef WEIR_BENCH_PEERS_OPTIONS_H
#define WEIR_BENCH_PEERS_OPTIONS_H

/* options: the command line of `weir bench peers`.
 *
 * Owner     the caller; texts point into argv.
 * Threads   one.
 * Errors    a line on stderr, and an exit status of base/args.h. */

#include "bench/peers/bench.h"

/* weir_peers_options_parse: returns an exit status.  After help nothing else
 * is set. */
int weir_peers_options_parse(struct weir_peers_options *out, int argc,
                             char **argv);

/* weir_peers_options_help: for standard output. */
void weir_peers_options_help(void);

#endif
