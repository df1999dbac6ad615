#ifndef WEIR_CAPTURE_INTAKE_H
#define WEIR_CAPTURE_INTAKE_H

/* intake: what all live sources have in common: an interface that goes down
 * and comes back or is removed, and an end that loses nothing.
 *
 *   RUNNING --drain--> DRAINING --drained--> ENDED
 *
 * While it drains, the kernel accepts nothing more and gives what it has
 * counted; what it does not give within the grace is unread.
 *
 * Owner     the source; a part of its struct.
 * Threads   [c] the capture thread alone. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "capture/netif.h"
#include "capture/source.h"

enum weir_intake_state {
    WEIR_INTAKE_RUNNING,
    WEIR_INTAKE_DRAINING,
    WEIR_INTAKE_ENDED,
};

struct weir_intake {
    struct weir_source *source;
    enum weir_intake_state state;
    enum weir_netif_state link;
    uint32_t timeout_ms;
    int64_t deadline_ns; /* of DRAINING */
    int64_t counted_at_ns;
    int64_t watched_at_ns;
    int error; /* what next says in the end; 0: END */
    struct weir_err error_text;
    struct weir_err notice;
};

/* weir_intake_open: timeout_ms: the kernel gives a block that is not full
 * within this time. */
void weir_intake_open(struct weir_intake *intake, struct weir_source *source,
                      uint32_t timeout_ms);

/* weir_intake_notify: the text in intake->notice is new. */
void weir_intake_notify(struct weir_intake *intake);

/* weir_intake_drain: after the source has closed the kernel's intake; error
 * (0 or -errno, with its text in error_text) is told when all is given. */
void weir_intake_drain(struct weir_intake *intake, int error);

/* weir_intake_count_due, _watch_due: RUNNING, and it is time to read the
 * kernel's counts, to look at the link. */
bool weir_intake_count_due(struct weir_intake *intake, int64_t now_ns);
bool weir_intake_watch_due(struct weir_intake *intake, int64_t now_ns);

/* weir_intake_link: the link as it is now; a change is a notice, if no other
 * source tells it.  Returns -ENODEV, with error_text, if it was removed: the
 * source drains then. */
int weir_intake_link(struct weir_intake *intake, enum weir_netif_state link);

/* weir_intake_overdue: DRAINING for longer than anything can take. */
bool weir_intake_overdue(const struct weir_intake *intake, int64_t now_ns);

/* weir_intake_settle: DRAINING, nothing more is there now, and the counts are
 * fresh: ENDED if they meet what was received, or if `over`: then the rest is
 * counted as unread.  Returns whether it is. */
bool weir_intake_settle(struct weir_intake *intake,
                        struct weir_source_stats *stats, uint64_t received,
                        bool over);

/* weir_intake_answer: what next says when there is no lease; sets the
 * source's wait_ms. */
int weir_intake_answer(struct weir_intake *intake, struct weir_err *err);

#endif
