#ifndef WEIR_RING_LINK_H
#define WEIR_RING_LINK_H

/* link: one bounded edge between two threads; it moves pointers, never bytes.
 *
 * Units     depth counts items.
 * Owner     holding an item is owning it; push gives it away.
 * Threads   [p] one producer, [c] one consumer, [1] nobody else running.
 * Order     push releases, pop acquires: what was written to *item before
 *           push is seen after pop.  Nothing else is ordered.
 * Progress  wait-free; never sleeps, never allocates.  A push rings the
 *           consumer's bell, which may wake it (bell.h).
 * Errors    none after open: a pool is smaller than every link it feeds, so
 *           a full link is our bug and asserts. */

#include <stdbool.h>
#include <stdint.h>

struct weir_bell;
struct weir_err;
struct weir_link;

#define WEIR_LINK_DEPTH_MAX 65536

/* weir_link_open [1]: carries at least `items` items at a time, 1 to
 * WEIR_LINK_DEPTH_MAX - 1.  bell is the consumer's, borrowed, or NULL.
 * Returns 0, -EINVAL, or -ENOMEM; *out is set only on 0. */
int weir_link_open(struct weir_link **out, uint32_t items,
                   struct weir_bell *bell, struct weir_err *err);

/* weir_link_push [p]: takes item, which is not NULL.  No push may follow
 * weir_link_end. */
void weir_link_push(struct weir_link *link, void *item);

/* weir_link_end [p]: the producer has no more; safe to call twice. */
void weir_link_end(struct weir_link *link);

/* weir_link_pop [c]: gives the oldest item to the caller, or NULL if the
 * link is empty now.  weir_link_ended [c]: true once ended and empty. */
void *weir_link_pop(struct weir_link *link);
bool weir_link_ended(const struct weir_link *link);

/* weir_link_empty [c]: nothing to pop now. */
bool weir_link_empty(const struct weir_link *link);

/* weir_link_close [1]: accepts NULL; asserts that the link is empty. */
void weir_link_close(struct weir_link *link);

#endif
