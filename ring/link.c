#include "ring/link.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/err.h"
#include "ring/bell.h"
#include "ring/link_ck.h"
#include "ring/link_start.h"

struct weir_link {
    _Alignas(128) ck_ring_t ring; /* alone on its lines */
    _Alignas(128) ck_ring_buffer_t *buffer;
    struct weir_bell *bell;
    _Atomic bool ended;
};

int weir_link_open(struct weir_link **out, uint32_t items,
                   struct weir_bell *bell, struct weir_err *err)
{
    if (items < 1 || items >= WEIR_LINK_DEPTH_MAX)
        return weir_err_set(err, -EINVAL, "a link of %u items", items);
    /* A ck_ring of 2^n slots carries 2^n - 1. */
    uint32_t depth = 2;
    while (depth - 1 < items)
        depth *= 2;
    struct weir_link *link = aligned_alloc(128, sizeof *link);
    if (link == NULL)
        return weir_err_sys(err, -ENOMEM, "a link of %u items", items);
    link->buffer = calloc(depth, sizeof *link->buffer);
    if (link->buffer == NULL) {
        free(link);
        return weir_err_sys(err, -ENOMEM, "a link of %u items", items);
    }
    ck_ring_init(&link->ring, depth);
    link->bell = bell;
    atomic_init(&link->ended, false);
    *out = link;
    return 0;
}

void weir_link_start_at(struct weir_link *link, uint32_t index)
{
    WEIR_ASSERT(weir_link_empty(link));
    link_ck_start_at(&link->ring, index);
}

void weir_link_push(struct weir_link *link, void *item)
{
    WEIR_ASSERT(item != NULL);
    WEIR_ASSERT(!atomic_load_explicit(&link->ended, memory_order_relaxed));
    bool ok = link_ck_enqueue(&link->ring, link->buffer, item);
    WEIR_ASSERT(ok);
    if (link->bell != NULL)
        weir_bell_ring(link->bell);
}

void weir_link_end(struct weir_link *link)
{
    /* Pairs with the acquire in weir_link_ended: who sees the end sees
     * every push before it. */
    atomic_store_explicit(&link->ended, true, memory_order_release);
    if (link->bell != NULL)
        weir_bell_ring(link->bell);
}

void *weir_link_pop(struct weir_link *link)
{
    return link_ck_dequeue(&link->ring, link->buffer);
}

bool weir_link_empty(const struct weir_link *link)
{
    return link_ck_size(&link->ring) == 0;
}

bool weir_link_ended(const struct weir_link *link)
{
    /* Pairs with the release in weir_link_end; looked at before the ring,
     * so that a push before the end cannot be missed. */
    return atomic_load_explicit(&link->ended, memory_order_acquire) &&
           weir_link_empty(link);
}

void weir_link_close(struct weir_link *link)
{
    if (link == NULL)
        return;
    WEIR_ASSERT(weir_link_empty(link));
    free(link->buffer);
    free(link);
}
