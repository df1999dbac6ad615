#ifndef WEIR_TESTS_PIPELINE_SLEEPER_H
#define WEIR_TESTS_PIPELINE_SLEEPER_H

/* sleeper: sleeps for one stage of a simulation, as the pipeline's threads
 * do: idle, it takes a ticket, looks again, and sleeps until its bell rings.
 * Between the ticket and the second look the other stages go on.
 *
 * Threads   one; nothing really sleeps. */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "pipeline/lane.h"
#include "ring/bell.h"

enum sleeper_state { SLEEPER_AWAKE, SLEEPER_TICKET, SLEEPER_ASLEEP };

struct sleeper {
    struct weir_bell *bell;
    struct weir_lane *capture; /* whose capture stage it is, or NULL */
    enum sleeper_state state;
    bool deep;
};

static inline bool sleeper_rung(const struct sleeper *s)
{
    return atomic_load(&s->bell->ticket) == 0;
}

static inline void sleeper_wake(struct sleeper *s)
{
    weir_bell_ack(s->bell);
    s->state = SLEEPER_AWAKE;
}

static inline bool sleeper_deep(const struct sleeper *s)
{
    return s->capture != NULL && weir_lane_capture_deep(s->capture);
}

/* What the stage's step, of one that is not asleep, has said. */
static inline void sleeper_note(struct sleeper *s, enum weir_step step)
{
    bool idle = step == WEIR_STEP_IDLE;
    if (s->state == SLEEPER_TICKET && idle && sleeper_deep(s) == s->deep) {
        s->state = SLEEPER_ASLEEP;
    } else if (s->state == SLEEPER_TICKET) {
        sleeper_wake(s);
    } else if (idle) {
        s->state = SLEEPER_TICKET;
        s->deep = sleeper_deep(s);
        if (s->capture != NULL)
            weir_bell_ticket_fd(s->bell, s->deep);
        else
            (void)weir_bell_ticket(s->bell);
    }
}

#endif
