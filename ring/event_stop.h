#ifndef WEIR_RING_EVENT_STOP_H
#define WEIR_RING_EVENT_STOP_H

/* event_stop: what is in an event, for the parts of weir that heed it.
 *
 * Threads   as ring/stop.h. */

#include "ring/event.h"
#include "ring/stop.h"

struct weir_event {
    struct weir_stop stop;
};

#endif
