#ifndef WEIR_BENCH_PEERS_RIVALS_H
#define WEIR_BENCH_PEERS_RIVALS_H

/* rivals: the peers of a row that are there and may do its work, and their
 * versions.
 *
 * Owner     the caller frees the list.
 * Threads   one.
 * Errors    -errno; a peer that is left out is a line in the results. */

#include <stddef.h>

struct weir_err;
struct weir_peers_bench;
struct weir_peers_rival;
struct weir_peers_row;

int weir_rivals_find(struct weir_peers_rival **out, size_t *count,
                     const struct weir_peers_bench *bench,
                     const struct weir_peers_row *row, struct weir_err *err);

#endif
