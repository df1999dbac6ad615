#ifndef WEIR_BENCH_PEERS_PRINT_H
#define WEIR_BENCH_PEERS_PRINT_H

/* print: what was measured, for people.
 *
 * Threads   one. */

#include <stddef.h>
#include <stdio.h>

struct weir_peers_rival;
struct weir_peers_row;

/* weir_peers_print_head: what begins. */
void weir_peers_print_head(FILE *out, const struct weir_peers_row *row,
                           size_t rounds);

/* weir_peers_print_table: the rivals that have a valid round; a figure that
 * is not known is "-". */
void weir_peers_print_table(FILE *out, const struct weir_peers_row *row,
                            const struct weir_peers_rival *rivals,
                            size_t count);

/* weir_peers_print_ratio: of rounds in which both are known, if any. */
void weir_peers_print_ratio(FILE *out, const char *name, const double *over,
                            const double *under, size_t count);

#endif
