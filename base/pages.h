#ifndef WEIR_BASE_PAGES_H
#define WEIR_BASE_PAGES_H

/* pages: memory for pools: all of it there at once, in huge pages if the
 * system has any.
 *
 * Pages that were set aside (hugetlb) are taken if there are enough of them,
 * else the kernel is asked for transparent ones, else they are small.  The
 * contents are zero.
 *
 * Units     bytes.
 * Owner     the caller, until unmap.
 * Threads   map and unmap: any.  prefer is of the calling thread. */

#include <stddef.h>
#include <stdint.h>

enum weir_pages_kind {
    WEIR_PAGES_SMALL,
    WEIR_PAGES_TRANSPARENT, /* asked for; the kernel does what it can */
    WEIR_PAGES_HUGE,
};

struct weir_pages {
    uint8_t *base; /* NULL: none */
    size_t bytes;
    enum weir_pages_kind kind;
};

/* weir_pages_map: at least so many bytes, at a multiple of 4096.  Returns 0
 * or -ENOMEM. */
int weir_pages_map(struct weir_pages *out, size_t bytes);

/* weir_pages_unmap: accepts what is all zero. */
void weir_pages_unmap(struct weir_pages *pages);

/* weir_pages_text: for people. */
const char *weir_pages_text(enum weir_pages_kind kind);

/* weir_pages_prefer: what the calling thread touches first, and what the
 * kernel takes for it (the ring of a packet socket), comes from that memory
 * node if it has room; -1: from wherever the thread runs. */
void weir_pages_prefer(int node);

#endif
