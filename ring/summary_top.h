#ifndef WEIR_RING_SUMMARY_TOP_H
#define WEIR_RING_SUMMARY_TOP_H

/* summary_top: the greatest of many talkers, and the sum of the others, for
 * ring/summary's parts only.
 *
 *     struct top top = {.out = out, .max = max};
 *     for (...)
 *         top_offer(&top, &talker);
 *     n = top_finish(&top);
 *
 * Greatest first, by bytes and then by frames; among equals by kind and
 * address, so that the list is never a matter of chance.
 *
 * Owner     out is the caller's, with room for max.
 * Threads   one at a time. */

#include <stddef.h>

#include "ring/summary.h"

struct top {
    struct weir_talker *out;
    size_t max;
    size_t n; /* in out: a heap, once these are max */
    struct weir_sum other;
};

/* top_offer: the talker is among the greatest so far, or goes to other, as
 * does what it takes the place of. */
void top_offer(struct top *top, const struct weir_talker *talker);

/* top_finish: puts them in order; how many there are. */
size_t top_finish(struct top *top);

#endif
