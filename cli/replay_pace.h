#ifndef WEIR_CLI_REPLAY_PACE_H
#define WEIR_CLI_REPLAY_PACE_H

/* replay_pace: when each frame of a replay is due, and when it may go.
 *
 *     weir_replay_pace_start(&pace, &config, now);
 *     for each frame:
 *         weir_replay_pace_frame(&pace, time_ns, bytes);
 *         while (weir_replay_pace_at(&pace, now) > now) wait;
 *         send it;
 *         late = weir_replay_pace_sent(&pace, now);
 *
 * Each frame is due at a time that is counted from the start, not from the
 * frame before: nothing adds up.  By original timing that is the file's times,
 * through the factor; by a rate, its steps (sink/pace.h).  A time before that
 * of the frame before counts as the same, and so does none; a clock that was
 * set back by more than a second goes on from there.
 *
 * Who is late does not burst: the gap to the frame before is never shorter
 * than three quarters of what was asked, but that what is due within
 * TOGETHER_NS may go together, in one system call.  Who is more than STALL_NS
 * late (the process was stopped, or the interface takes less than was asked)
 * has all the rest moved back by that.
 *
 * Threads   one per struct.  No clock is read here: now is the caller's.
 * Units     nanoseconds; of the file's clock, or of the caller's.
 * Errors    none; what does not fit saturates. */

#include <stdbool.h>
#include <stdint.h>

#include "sink/pace.h"

#define WEIR_REPLAY_TOGETHER_NS INT64_C(50000)
#define WEIR_REPLAY_STALL_NS    INT64_C(1000000000)

/* A factor of 1. */
#define WEIR_REPLAY_SPEED UINT64_C(1000000)

enum weir_replay_mode {
    WEIR_REPLAY_ORIGINAL,
    WEIR_REPLAY_RATE,
    WEIR_REPLAY_TOPSPEED,
};

struct weir_replay_pace_config {
    enum weir_replay_mode mode;
    uint64_t speed;        /* original: in millionths, at least 1 */
    int64_t gap_max_ns;    /* original, as it is sent; INT64_MAX: none */
    struct weir_rate rate; /* rate */
};

struct weir_replay_pace {
    struct weir_replay_pace_config config;
    int64_t start_ns;
    int64_t due_ns;
    int64_t gap_ns;  /* from when the frame before was due */
    int64_t went_ns; /* when the frame before went, by the rule above */
    int64_t moved_ns;
    bool begun;

    /* Original, in the file's time. */
    bool known;          /* there is a last_ns */
    int64_t last_ns;     /* the latest so far */
    uint64_t elapsed_ns; /* from the first frame to this one, cut */
    uint64_t gap_cut_ns; /* what a gap may be */
    uint64_t pass_frames;
    uint64_t pass_begin_ns; /* of elapsed_ns */
    bool pass_begins;

    /* A rate. */
    struct weir_pace steps;
    struct weir_pace_step step;
    uint32_t step_bytes; /* that the step is for */
    bool stepped;

    /* Counted. */
    uint64_t gaps_cut;
    uint64_t backwards;
    uint64_t stalls;
    int64_t stalled_ns;
};

void weir_replay_pace_start(struct weir_replay_pace *pace,
                            const struct weir_replay_pace_config *config,
                            int64_t now_ns);

/* weir_replay_pace_pass: the file begins again; its first frame comes the
 * file's mean gap after its last one. */
void weir_replay_pace_pass(struct weir_replay_pace *pace);

/* weir_replay_pace_frame: the next one, of so many bytes.  timed: it has a
 * time. */
void weir_replay_pace_frame(struct weir_replay_pace *pace, bool timed,
                            int64_t time_ns, uint32_t bytes);

/* weir_replay_pace_at: when it may go; not later than now if it may. */
int64_t weir_replay_pace_at(const struct weir_replay_pace *pace,
                            int64_t now_ns);

/* weir_replay_pace_sent: it goes, now.  Returns how late. */
int64_t weir_replay_pace_sent(struct weir_replay_pace *pace, int64_t now_ns);

/* weir_replay_pace_asked: from the first frame to this one, as asked. */
int64_t weir_replay_pace_asked(const struct weir_replay_pace *pace);

#endif
