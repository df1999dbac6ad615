#ifndef WEIR_TESTS_SINK_FAKE_CALLS_H
#define WEIR_TESTS_SINK_FAKE_CALLS_H

/* fake_calls: system calls that do less than they are asked for, as another
 * kernel or another file system may.
 *
 * Who links it wraps them: FAKE_CALLS of the BUILD file.  Without orders they
 * are the kernel's, but that a direct write which begins or ends within a
 * page is refused on every file system. */

#include <stdbool.h>
#include <stdint.h>

#define FAKE_CALLS_CUTS 4

struct fake_calls {
    /* The next writes at an offset get through with so many bytes at most;
     * 0: all. */
    uint32_t cuts[FAKE_CALLS_CUTS];
    int full;          /* and what all further ones say; 0: they work */
    uint32_t direct;   /* such writes that were direct */
    uint32_t buffered; /* and those that were not */
    int unnamed;       /* what files without a name come to; 0: they work */
    int link;          /* what naming one comes to */
    int uncached;      /* what writes that leave the cache come to */
    uint32_t uncached_asked;
    int lock;      /* what locks come to */
    int next_lock; /* and the next one */
    int sync;      /* what files that are to be on the disk come to */
    uint32_t synced;
    uint32_t refused; /* calls, by these */
};

extern struct fake_calls fake_calls;

#endif
