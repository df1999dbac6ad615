#ifndef WEIR_PIPELINE_INPUTS_H
#define WEIR_PIPELINE_INPUTS_H

/* inputs: the opened sources of one embedded pipeline, one for each lane.
 *
 * A device has so many lanes as its source asks for: sockets that share its
 * frames by flow.  A file has one.
 *
 * Owner     it owns the sources and copies of all texts.
 * Threads   [1] open, close; what is in it does not change in between. */

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/lane.h"
#include "pipeline/pipeline.h"

struct weir_ifaces;
struct weir_source;

struct weir_inputs {
    uint32_t count;
    struct weir_source *sources[WEIR_LANES_MAX];
    uint32_t block_bytes; /* the largest */
    bool live;
    uint32_t workers;           /* of each lane */
    uint32_t kernel_ms;         /* libpcap's part of the timeout */
    struct weir_ifaces *ifaces; /* of all devices; NULL: the file's own */
    char *filter;
    const char *filters[WEIR_LANES_MAX]; /* it, for each lane */
    char *labels[WEIR_LANES_MAX];
};

/* weir_inputs_open [1]: of a config whose counts and texts are not checked
 * yet.  *inputs is all zero before; close also what an error has left. */
int weir_inputs_open(struct weir_inputs *inputs,
                     const struct weir_pipeline_config *config,
                     struct weir_err *err);
void weir_inputs_close(struct weir_inputs *inputs);

/* weir_inputs_ifaces: the table of all of them. */
const struct weir_ifaces *weir_inputs_ifaces(const struct weir_inputs *inputs);

#endif
