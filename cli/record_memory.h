#ifndef WEIR_CLI_RECORD_MEMORY_H
#define WEIR_CLI_RECORD_MEMORY_H

/* record_memory: what a recording takes of the host's memory by its options,
 * and whether that can be had.
 *
 * Rings and tables are there from the start and stay: what the host cannot
 * give, the kernel would look for by ending other processes.
 *
 * Units     bytes. */

#include <stdint.h>

#include "pipeline/flows.h"

struct record_options;
struct weir_err;

struct record_memory {
    uint64_t ring; /* of each lane; 0: no ring */
    uint32_t lanes;
    uint64_t flows; /* 0: none are counted, or they take it as it comes */
};

/* record_memory_check: an eighth of what is available is left to others.
 * Returns 0, or -EINVAL with a text that names the option. */
int record_memory_check(const struct record_memory *memory, uint64_t available,
                        struct weir_err *err);

/* record_memory_settle: of options that are complete: this on this host, and
 * that --memory is enough. */
int record_memory_settle(const struct record_options *options,
                         struct weir_err *err);

/* record_flows_config: of the pipeline's flows; memory_bytes is 0 if none are
 * counted. */
struct weir_flows_config
record_flows_config(const struct record_options *options);

#endif
