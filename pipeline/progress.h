#ifndef WEIR_PIPELINE_PROGRESS_H
#define WEIR_PIPELINE_PROGRESS_H

/* progress: what can be seen of a recording, or of one of its lanes, while it
 * runs: count by count, with threads that go on.  What has to hold holds at the
 * end: see struct weir_ledger.
 *
 * Threads   plain data. */

#include <stdint.h>

#include "ring/ledger.h"

struct weir_progress {
    struct weir_ledger ledger;
    uint64_t filter_generation; /* of the changes that each lane has taken;
                                   0: none */
    uint64_t delivered_bytes;   /* as on the wire */
    uint64_t malformed;
    uint64_t truncated;
    uint64_t oversized; /* frames longer than their link's */
    uint64_t starved;   /* times that the pool was empty */
    uint64_t freezes;   /* times that the kernel's ring was full */
    int64_t write_ns;   /* that the writer spent in the sink's write */
    uint64_t late;      /* blocks of several lanes in one file that begin before
                           what was written ends; 0 for one lane */
    int64_t late_ns;    /* by so much at most */
    uint64_t hurried;   /* blocks that did not wait for a silent lane */
    uint64_t copied_blocks; /* that would have been written as they lie in the
                               source's memory, but other sinks held as much of
                               it as they may, */
    uint64_t copied_frames; /* and the frames in them */
    int64_t time_min_ns;    /* of delivered frames; INT64_MAX if none */
    int64_t time_max_ns;    /* INT64_MIN if none */
};

#endif
