#ifndef WEIR_RING_IFACE_H
#define WEIR_RING_IFACE_H

/* iface: the interfaces of a recording, each under one number for all of it.
 *
 * A live source has one, and several sources of a recording share a table; a
 * pcapng file may declare more at any point, in any of its sections.  The table
 * only grows: an entry never changes after the count that covers it has been
 * published, and a batch carries the count that covers its frames, so readers
 * need no lock.
 *
 * Owner     the source, or who opened several; its memory is fixed at open.
 * Threads   [1] nobody else running; [c] the capture thread appends; any
 *           thread reads entries below a count that it got with a batch, or
 *           from weir_ifaces_count.
 * Order     weir_ifaces_add releases, weir_ifaces_count acquires. */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define WEIR_IFACES_MAX     1024
#define WEIR_IFACE_NAME_MAX 64

struct weir_filter;

struct weir_iface {
    char name[WEIR_IFACE_NAME_MAX]; /* "" if the source gives none */
    uint16_t linktype;              /* LINKTYPE_* as in files, not DLT_* */
    uint8_t fcs_bytes;              /* frame check sequence at the end */
    uint8_t tsresol;                /* if_tsresol of the source, 9 = ns */
    int64_t epoch_ns;   /* a whole second before 1970 that no frame of a file is
                           before; else 0 */
    uint32_t snaplen;   /* 0: no limit is known */
    bool copies;        /* some frames are marked WEIR_FRAME_COPY */
    uint32_t frame_max; /* len of the longest frame of its link; longer ones
                           were merged on their way to us; 0: not known */
    /* The filter's text, borrowed; NULL: no frame is filtered; "": several
     * sources share the interface, and not one filter. */
    const char *filter_text;
    /* What each frame must pass in the worker; NULL: all pass, or the kernel
     * has filtered already, or it is the sources', see batch.h. */
    const struct weir_filter *filter;
};

struct weir_ifaces {
    _Atomic uint32_t count;
    _Atomic bool early; /* some have an epoch_ns */
    struct weir_iface at[WEIR_IFACES_MAX];
};

/* weir_ifaces_add [c]: copies *iface in.  Returns its number, or -1 if the
 * table is full. */
static inline int weir_ifaces_add(struct weir_ifaces *all,
                                  const struct weir_iface *iface)
{
    uint32_t n = atomic_load_explicit(&all->count, memory_order_relaxed);
    if (n == WEIR_IFACES_MAX)
        return -1;
    all->at[n] = *iface;
    if (iface->epoch_ns != 0)
        atomic_store_explicit(&all->early, true, memory_order_relaxed);
    /* Pairs with the acquire in weir_ifaces_count. */
    atomic_store_explicit(&all->count, n + 1, memory_order_release);
    return (int)n;
}

/* weir_ifaces_same_filter: both have none, or the same text. */
static inline bool weir_ifaces_same_filter(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* weir_ifaces_longest: the greater one of two limits, of which 0 is none. */
static inline uint32_t weir_ifaces_longest(uint32_t a, uint32_t b)
{
    if (a == 0 || b == 0)
        return 0;
    return a > b ? a : b;
}

/* weir_ifaces_join [1]: the number of the entry with that name and link type,
 * which is made from *iface if there is none: sources that share an interface
 * share its number, and it says what is so of all their frames.  A filter that
 * runs in the worker is each source's own, and not the entry's.  -1 if the
 * table is full. */
static inline int weir_ifaces_join(struct weir_ifaces *all,
                                   const struct weir_iface *iface)
{
    uint32_t n = atomic_load_explicit(&all->count, memory_order_relaxed);
    uint32_t i = 0;
    while (i < n && (strcmp(all->at[i].name, iface->name) != 0 ||
                     all->at[i].linktype != iface->linktype))
        i++;
    if (i == n)
        return weir_ifaces_add(all, iface);
    struct weir_iface *of = &all->at[i];
    if (!weir_ifaces_same_filter(of->filter_text, iface->filter_text))
        of->filter_text = "";
    of->snaplen = weir_ifaces_longest(of->snaplen, iface->snaplen);
    of->frame_max = weir_ifaces_longest(of->frame_max, iface->frame_max);
    of->copies = of->copies || iface->copies;
    return (int)i;
}

static inline uint32_t weir_ifaces_count(const struct weir_ifaces *all)
{
    /* Pairs with the release in weir_ifaces_add. */
    return atomic_load_explicit(&all->count, memory_order_acquire);
}

#endif
