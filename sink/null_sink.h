#ifndef WEIR_SINK_NULL_SINK_H
#define WEIR_SINK_NULL_SINK_H

/* null_sink: takes every frame and keeps none.
 *
 * For recordings without a file, where delivered means dissected and
 * counted.  Its contract is sink.h's; it never fails and is never done.
 *
 * Threads   as in sink.h. */

#include "sink/sink.h"

/* weir_null_sink_open: returns 0 or -ENOMEM; *out is set only on 0. */
int weir_null_sink_open(struct weir_sink **out, struct weir_err *err);

#endif
