#ifndef WEIR_BENCH_PEERS_INPUT_H
#define WEIR_BENCH_PEERS_INPUT_H

/* input: the file that offline tasks read: so many frames of one size, or of
 * a mix, a microsecond apart, in flows of one way without VLAN tags, since
 * that is what every finder of flows understands alike.
 *
 * Threads   one.
 * Errors    -errno with words; what was made of the file stays. */

#include <stdint.h>

struct weir_err;
struct weir_peers_row;

#define WEIR_PEERS_FLOWS 100000

/* weir_peers_input_make: of the row's frames; weir makes those of one size
 * itself. */
int weir_peers_input_make(const struct weir_peers_row *row, const char *path,
                          const char *weir, struct weir_err *err);

#endif
