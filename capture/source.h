#ifndef WEIR_CAPTURE_SOURCE_H
#define WEIR_CAPTURE_SOURCE_H

/* source: where frames come from, as the capture thread sees it.
 *
 * A source lends leases: `next` fills one in, the frames travel, `reclaim`
 * takes it back.  Leases may come home in any order.  A source has memory
 * for config.leases leases out at a time and what it is filling meanwhile;
 * the capture thread never asks for more, so a source never runs dry.
 *
 * Start     open says what is wrong with what was asked for, and takes memory
 *           and privileges; the intake of a live source is still closed.  What
 *           is there before `start` is neither given nor counted, so it comes
 *           last, when all that takes frames from the source is ready; it asks
 *           for no privilege.  What becomes of the interface in between, the
 *           first call of next tells.
 * Stop      `cut` ends the intake.  A live source then rejects new frames in
 *           the kernel, gives every frame that the kernel had accepted, takes
 *           its final counts, and says END.  A file source says END at the
 *           next call.  next is called until END or an error.
 * Threads   open, start, close: [1] nobody else running.  All others: [c] the
 *           capture thread alone.  The frames of a lease are walked by
 *           whoever holds it.
 * Progress  next never sleeps; what may be waited for is in fd and
 *           wait_ms.  A file's own read() counts as not sleeping.
 * Errors    next returns -errno with a text; every frame taken in before the
 *           error has been given.  No frame content is ever an error. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ring/iface.h"
#include "ring/lease.h"
#include "ring/ledger.h"

struct weir_err;
struct weir_kernel_filter_config;
struct weir_screen;
struct weir_source;
struct weir_stop;

/* Answers of next. */
enum weir_source_result {
    WEIR_SOURCE_LEASE = 1, /* *out is filled in */
    WEIR_SOURCE_WAIT = 2,  /* nothing now: sleep on fd, at most wait_ms */
    WEIR_SOURCE_END = 3,   /* nothing any more */
};

/* Counts since start, 64 bits.  Only live sources have them. */
struct weir_source_stats {
    uint64_t kernel_seen; /* behind the kernel's filter, drops included */
    uint64_t kernel_dropped;
    uint64_t interface_dropped;
    uint64_t freezes; /* times that the kernel's ring was full */
    uint64_t discards[WEIR_DISCARD_COUNT];
    bool derived; /* see ledger.h, kernel_derived */
};

struct weir_source_ops {
    /* Opens the intake; once, before any of the others but close.  Returns 0
     * or -errno: the kernel has no memory.  NULL: there is none to open. */
    int (*start)(struct weir_source *source, struct weir_err *err);
    int (*next)(struct weir_source *source, struct weir_lease *out,
                struct weir_err *err);
    void (*reclaim)(struct weir_source *source, struct weir_lease *lease);
    void (*cut)(struct weir_source *source);
    /* Cheap enough for four calls a second; after END the final counts.
     * NULL for sources whose `live` is false. */
    void (*stats)(struct weir_source *source, struct weir_source_stats *out);
    /* From now on the screen, which was made for this source, goes for what it
     * gives: screen.h.  The kernel, if it filters for this source, has the new
     * program on return; leases say with `screened` from when on nothing is
     * left of the old.  After start; behind a cut the kernel is left alone.
     * Returns 0 or -errno: all is as it was.  NULL: no kernel filters here, so
     * there is nothing to put, and whoever walks tests. */
    int (*screen_put)(struct weir_source *source,
                      const struct weir_screen *screen, uint64_t generation,
                      struct weir_err *err);
    /* Promiscuous mode on or off, of this source: the device is in it as long
     * as anybody wants it.  Returns 0 or -errno (-ENOTSUP: the device knows no
     * such mode).  NULL: as that. */
    int (*promisc_put)(struct weir_source *source, bool on,
                       struct weir_err *err);
    /* A frame waits at most so long here for others, beyond the time that the
     * kernel's own timer takes, which is fixed at open; what is longer than at
     * open is as at open.  NULL: none waits here. */
    void (*wait_put)(struct weir_source *source, uint32_t wait_ms);
    /* Every lease is home. */
    void (*close)(struct weir_source *source);
};

/* The part of a source that others may read; each source's own struct
 * begins with it. */
struct weir_source {
    const struct weir_source_ops *ops;
    struct weir_ifaces *ifaces; /* never NULL */
    const char *name; /* the device's or the file's, as the user gave it */
    bool live;        /* frames come as time goes by, and may be dropped */
    uint16_t iface;   /* of a live source: its number in ifaces */
    /* What each of its frames must pass in the worker, besides the filter of
     * its interface; NULL: all do, or the kernel tests them. */
    const struct weir_filter *filter;
    /* No frame of it is ever longer, whatever a screen asks for; 0: no such
     * limit. */
    uint32_t snaplen_max;
    /* How the kernel sees its frames, which it filters; NULL: it does not.
     * Immutable after open. */
    const struct weir_kernel_filter_config *kernel;
    int fd;      /* readable when next has something; -1: never wait */
    int wait_ms; /* call next again after this long; -1: no need */
    /* Of a live source: when next says WAIT, it has given every frame whose
     * time is hold_ns ago, and, if it can tell that it holds none, every one
     * whose time is quiet_ns ago, which is set then and never less than
     * quiet_least_ns.  Both are hold_ns where it cannot tell.  Threads: only
     * quiet_ns changes after open, and is for [c] alone. */
    int64_t hold_ns;
    int64_t quiet_ns;
    int64_t quiet_least_ns;
    /* Of a live source, when next says WAIT: it may soon be short of memory,
     * and wants each lease as soon as it comes home.  Else leases may lie
     * until something else wakes the capture thread. */
    bool wants_home;
    /* Its memory is filled in the order in which it was lent: one lease that
     * is out for long stops the intake, whatever else is home. */
    bool in_turn;
    /* Another source of this interface tells what is so of all of it, its
     * removal (-ENODEV of next) among it. */
    bool beside;
    /* A state of the source that the operator should hear of ("eth0 is
     * down: waiting"), or NULL.  Changes with *_generation. */
    const char *notice;
    uint32_t notice_generation;
};

/* weir_source_start: of any source. */
static inline int weir_source_start(struct weir_source *source,
                                    struct weir_err *err)
{
    return source->ops->start != NULL ? source->ops->start(source, err) : 0;
}

/* Every source's open takes this, and what is its own besides. */
struct weir_source_config {
    uint32_t leases;      /* that may be out at a time */
    uint32_t block_bytes; /* of one lease, a multiple of 4096; what one frame
                             may need is 256 KiB and its headers */
    uint32_t snaplen;     /* 0: WEIR_SNAPLEN_MAX.  A screen put later may ask
                             for less, and of a packet socket of ours for
                             more */
    const char *filter;   /* libpcap's language; NULL or "": all frames.
                             Borrowed until close. */
    const char *label;    /* of this source among several of one device, for
                             texts about it alone; NULL: the device's name.
                             Borrowed until close. */
    /* The table of a recording of several sources, each of which joins its
     * interface to it at open; NULL: one of its own.  A file, which learns
     * of its interfaces as it is read, has always its own.  Borrowed until
     * close. */
    struct weir_ifaces *ifaces;
    /* Ends the waiting of a file's open, for a pipe (-ECANCELED); NULL: nothing
     * does.  Borrowed until close. */
    const struct weir_stop *stop;
};

/* weir_source_same_iface: both are of one live interface. */
static inline bool weir_source_same_iface(const struct weir_source *a,
                                          const struct weir_source *b)
{
    return a->live && a->ifaces == b->ifaces && a->iface == b->iface;
}

/* weir_source_filter_text: the filter as struct weir_iface has it. */
static inline const char *
weir_source_filter_text(const struct weir_source_config *config)
{
    return config->filter != NULL && config->filter[0] != '\0' ? config->filter
                                                               : NULL;
}

#endif
