#ifndef WEIR_CLI_REPLAY_LATE_H
#define WEIR_CLI_REPLAY_LATE_H

/* replay_late: how late frames went, as a histogram: right to a 32nd.
 *
 * Threads   one per struct.
 * Units     nanoseconds. */

#include <stdint.h>

#define WEIR_REPLAY_LATE_BUCKETS 1920

struct weir_replay_late {
    uint64_t frames;
    int64_t most_ns;
    uint64_t buckets[WEIR_REPLAY_LATE_BUCKETS];
};

/* weir_replay_late_add: negative is 0. */
void weir_replay_late_add(struct weir_replay_late *late, int64_t ns);

/* weir_replay_late_quantile: so many thousandths of the frames were no later
 * than that; 0 of none. */
int64_t weir_replay_late_quantile(const struct weir_replay_late *late,
                                  uint32_t thousandths);

#endif
