#ifndef WEIR_TESTS_PIPELINE_FLOWS_CHECK_H
#define WEIR_TESTS_PIPELINE_FLOWS_CHECK_H

/* flows_check: a recording's flows against those of one table that got every
 * delivered frame.
 *
 * Threads   one; frames may come from several sinks. */

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/flows.h"
#include "ring/frame.h"

#define FLOWS_CHECK_FRAMES 16384
#define FLOWS_CHECK_HEAD   42 /* bytes of a frame that are kept */

struct flows_check {
    uint64_t n;
    uint64_t bytes;
    struct weir_frame frames[FLOWS_CHECK_FRAMES];
    uint8_t heads[FLOWS_CHECK_FRAMES][FLOWS_CHECK_HEAD];
};

/* flows_check_frame: a frame was delivered; context is the struct. */
void flows_check_frame(void *context, const struct weir_frame *frame);

/* flows_check_end: NULL, or what is wrong.  same: each flow must be that of
 * the table, and not only the sums of all; linktypes: of the interfaces. */
const char *flows_check_end(const struct flows_check *check,
                            struct weir_flows *flows,
                            const struct weir_flows_config *config,
                            const uint16_t *linktypes, bool same);

#endif
