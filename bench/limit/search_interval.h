#ifndef WEIR_BENCH_LIMIT_SEARCH_INTERVAL_H
#define WEIR_BENCH_LIMIT_SEARCH_INTERVAL_H

/* search_interval: what the trials of loads say of a goal, and between which
 * loads its limit lies; for search.c only.
 *
 * Threads   one; no state of its own. */

#include <stdbool.h>
#include <stdint.h>

#include "bench/limit/search.h"

enum { NDR, PDR };
enum { SHORT, LONG };

/* search_longest: SHORT or LONG.  The longest trials of a load decide: more
 * passed (search_is_good; an even split fails), and they are long
 * (search_is_confirmed); one more may turn it (search_is_open). */
int search_longest(const struct weir_search_load *load);
bool search_is_good(const struct weir_search_load *load, uint32_t goal);
bool search_is_confirmed(const struct weir_search_load *load, uint32_t goal);
bool search_is_open(const struct weir_search_load *load, uint32_t goal);

/* search_is_misled: a long trial failed where the short ones had passed. */
bool search_is_misled(const struct weir_search *s, uint32_t goal);

/* The lowest bad load, and the highest good one below it. */
struct search_interval {
    const struct weir_search_load *low, *high; /* NULL: none */
};
struct search_interval search_interval_find(const struct weir_search *s,
                                            uint32_t goal);

#endif
