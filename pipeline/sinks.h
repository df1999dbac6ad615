#ifndef WEIR_PIPELINE_SINKS_H
#define WEIR_PIPELINE_SINKS_H

/* sinks: the embedder's sinks of one pipeline, as branches.
 *
 * What a branch takes as a parcel a sink gets as a delivery, with the blocks
 * of a file that are to stand before it.
 *
 * Owner     the pipeline; it outlives the branches.
 * Threads   [1] open, close.  A sink's own thread calls it through its branch.
 * Progress  memory is fixed at open, but for the blocks of interfaces that a
 *           file declares while it is read. */

#include <stdint.h>

#include "pipeline/branch.h"
#include "pipeline/pipeline.h"

struct weir_ifaces;
struct weir_sinks;

/* What a sink's file would say of the frames. */
struct weir_sinks_config {
    const struct weir_pipeline_sink *sinks;
    uint32_t count;
    enum weir_format format;
    uint32_t snaplen;
    bool live;
    uint32_t outlets;
};

/* weir_sinks_open [1]: returns 0, -EINVAL or -ENOMEM. */
int weir_sinks_open(struct weir_sinks **out,
                    const struct weir_sinks_config *config,
                    struct weir_err *err);

/* weir_sinks_branches: count of them, for the assembly. */
const struct weir_branch_config *
weir_sinks_branches(const struct weir_sinks *sinks);

/* weir_sinks_close [1]: accepts NULL. */
void weir_sinks_close(struct weir_sinks *sinks);

#endif
