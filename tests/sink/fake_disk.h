#ifndef WEIR_TESTS_SINK_FAKE_DISK_H
#define WEIR_TESTS_SINK_FAKE_DISK_H

/* fake_disk: a disk that does what a seed tells it, when it likes.
 *
 * Operations are done, on the real file, when they are reaped: chain by
 * chain in their order, or in any order at all.  Writes are cut short, by any
 * number of bytes, must be asked for again, and fail for good when the disk is
 * full; none may begin or end within a page. */

#include <stdbool.h>

#include "sink/disk.h"
#include "tests/support/random.h"

struct fake_disk {
    struct weir_disk disk;
    struct random random;
    bool unordered;   /* completions come in any order */
    uint32_t trouble; /* one write in so many is short; 0: none */
    uint64_t room;    /* bytes that can be written, UINT64_MAX: all */
    int error;        /* what a full disk says */
    bool torn;        /* the last write was not whole */
    bool cut;         /* the chain is cut: its rest is not done */
    uint64_t reordered;
    uint64_t joined; /* writes of several parts */
    uint32_t pending_count;
    struct weir_disk_op *pending[WEIR_DISK_DEPTH];
};

void fake_disk_open(struct fake_disk *fake, uint64_t seed);

#endif
