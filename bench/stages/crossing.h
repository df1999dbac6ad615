#ifndef WEIR_BENCH_STAGES_CROSSING_H
#define WEIR_BENCH_STAGES_CROSSING_H

/* crossing: from which mean size on a block is better turned in place than
 * copied, of workers that did both with frames of several sizes.
 *
 * Threads   any; pure functions.
 * Units     bytes that a frame takes in the kernel's block; nanoseconds and
 *           bytes of a file per frame. */

#include <stddef.h>

struct weir_crossing_way {
    double ns; /* 0: not measured */
    double file_bytes;
};

struct weir_crossing_point {
    struct weir_crossing_way copied;
    struct weir_crossing_way turned; /* its bytes are the block's too */
};

struct weir_crossing {
    double bytes; /* NAN: the one is better at all sizes that there are */
    double more;  /* then: of a file, turned over copied */
};

/* weir_crossing_find: between the two sizes where the better way changes for
 * the last time, as if costs were straight lines.  Points that lack one of
 * the ways are left out; they are sorted. */
struct weir_crossing weir_crossing_find(struct weir_crossing_point *points,
                                        size_t count);

#endif
