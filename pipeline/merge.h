#ifndef WEIR_PIPELINE_MERGE_H
#define WEIR_PIPELINE_MERGE_H

/* merge: which of several lanes' oldest batches is written next.
 *
 * The one that begins first, but not before every other lane has shown that
 * it has none that begins earlier: by a batch of its own, by its end, or by
 * its mark.  A batch that is on its way in a lane is always waited for: what
 * carries it never waits for the writer.  So is a lane that is not live,
 * which can be made to wait in turn and loses nothing.
 *
 * A live lane that is silent is asked, as soon as that can help, to look at its
 * source and to leave its mark.  If there is none that does by the end of its
 * hold and WEIR_MERGE_SLACK_NS, the merge goes on without it, and at once if a
 * lane is `pressed`.
 *
 * Units     nanoseconds of CLOCK_REALTIME, as frames are stamped.
 * Threads   [w] the outlet's thread.
 * Progress  O(lanes); every wait is for another thread that does not wait
 *           for this one, or ends by the clock. */

#include <stdbool.h>
#include <stdint.h>

/* A thread that is asked and does not answer within this is not waited for:
 * it has not got a CPU. */
#define WEIR_MERGE_SLACK_NS INT64_C(100000000)

/* What a batch begins with that has nothing to be written. */
#define WEIR_MERGE_AT_ONCE INT64_MIN

/* A lane as the merge sees it; filled in before each pick. */
struct weir_merge_lane {
    bool ended;     /* and nothing more will come */
    bool has_head;  /* its oldest batch is here, and begins at head_ns */
    bool in_flight; /* no head, and a batch is on its way */
    bool live;
    bool pressed;     /* half of its batches are out */
    bool ask;         /* by pick: the lane is to be asked */
    int64_t head_ns;  /* or WEIR_MERGE_AT_ONCE */
    int64_t mark_ns;  /* no head: what will come begins here or later */
    int64_t hold_ns;  /* of its source, see source.h */
    int64_t quiet_ns; /* the source's least */
};

struct weir_merge {
    bool waiting; /* for silent lanes, since since_ns */
    bool asked;   /* them */
    int64_t since_ns;
    int64_t asked_ns; /* with `ask`: the mark that would do */
    int64_t until_ns; /* pick again by then; INT64_MAX: when a batch comes */
    bool hurried;     /* the last pick has not waited for a silent lane */
};

/* weir_merge_pick: the lane whose head is next, or -1: wait. */
int weir_merge_pick(struct weir_merge *merge, struct weir_merge_lane *lanes,
                    uint32_t count, int64_t now_ns);

#endif
