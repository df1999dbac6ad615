#ifndef WEIR_RING_LINK_START_H
#define WEIR_RING_LINK_START_H

/* link_start: where a link's indices begin, for tests alone.
 *
 * They run free and wrap at 2^32, which no test can reach by pushing.
 * Threads   [1] nobody else running. */

#include <stdint.h>

struct weir_link;

/* weir_link_start_at [1]: link has never been pushed to. */
void weir_link_start_at(struct weir_link *link, uint32_t index);

#endif
