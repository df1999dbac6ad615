#ifndef WEIR_SINK_PACE_H
#define WEIR_SINK_PACE_H

/* pace: when each frame is due.
 *
 * The time between two frames is a step of whole nanoseconds and 2^-32 of
 * them, rounded up: the sum of a day's steps at 10 million frames a second
 * is less than 250 ns late, and never early.  Frames of a burst are all due
 * at the time of its first, and bursts keep the mean rate.
 *
 * Units     nanoseconds of whatever clock start_ns is of.
 * Threads   one per struct.  Pure functions of their arguments.
 * Errors    none. */

#include <stdint.h>

#include "base/args.h"

/* What a frame takes on the wire besides its bytes: preamble, check sequence
 * and gap (IEEE 802.3). */
#define WEIR_PACE_WIRE_BYTES 24u

struct weir_pace_step {
    uint64_t ns;
    uint32_t part; /* of 2^32 */
};

struct weir_pace {
    int64_t due_ns; /* of the next frame: send it then, not earlier */
    /* When it would be due alone. */
    int64_t own_ns;
    uint32_t own_part;
    uint32_t burst;
    uint32_t left; /* of this burst */
};

/* weir_pace_step_of: from a frame of that size to the next one; 0 for no
 * rate. */
struct weir_pace_step weir_pace_step_of(const struct weir_rate *rate,
                                        uint32_t size);

/* weir_pace_start: the first frame is due at start_ns.  burst is at least
 * 1. */
void weir_pace_start(struct weir_pace *pace, int64_t start_ns, uint32_t burst);

/* weir_pace_next: the frame was sent, whose step this is. */
static inline void weir_pace_next(struct weir_pace *pace, uint64_t step_ns,
                                  uint32_t step_part)
{
    uint64_t part = (uint64_t)pace->own_part + step_part;
    pace->own_part = (uint32_t)part;
    pace->own_ns += (int64_t)(step_ns + (part >> 32));
    if (--pace->left == 0) {
        pace->left = pace->burst;
        pace->due_ns = pace->own_ns;
    }
}

#endif
