#ifndef WEIR_RING_SUMMARY_SUM_H
#define WEIR_RING_SUMMARY_SUM_H

/* summary_sum: sums of frames and bytes as one number, for ring/summary's
 * parts only.
 *
 * Threads   one at a time. */

#include <stdbool.h>

#include "base/assert.h"
#include "ring/summary.h"

/* sum_add, sum_take: whole sums; nothing is taken that is not there. */
static inline void sum_add(struct weir_sum *to, struct weir_sum what)
{
    to->frames += what.frames;
    to->bytes += what.bytes;
}

static inline void sum_take(struct weir_sum *from, struct weir_sum what)
{
    WEIR_ASSERT(from->frames >= what.frames && from->bytes >= what.bytes);
    from->frames -= what.frames;
    from->bytes -= what.bytes;
}

/* sum_less: by bytes, then by frames. */
static inline bool sum_less(struct weir_sum a, struct weir_sum b)
{
    return a.bytes != b.bytes ? a.bytes < b.bytes : a.frames < b.frames;
}

#endif
