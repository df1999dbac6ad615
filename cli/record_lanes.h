#ifndef WEIR_CLI_RECORD_LANES_H
#define WEIR_CLI_RECORD_LANES_H

/* record_lanes: the lanes of one recording: so many for each interface, each
 * with a source of its own, and where their threads and memory are.
 *
 * Owner     it owns the sources and the table of interfaces that live ones
 *           share.
 * Threads   the control thread. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/record_device.h"
#include "cli/record_options.h"
#include "pipeline/runner.h"
#include "ring/iface.h"

struct record_lanes {
    uint32_t count;
    uint32_t each; /* of one interface */
    struct weir_source *sources[WEIR_LANES_MAX];
    struct record_device devices[WEIR_LANES_MAX]; /* by interface */
    char names[WEIR_LANES_MAX][WEIR_IFACE_NAME_MAX + 16];
    char source[256]; /* all of them, for people */
    uint32_t block_bytes;
    struct weir_ifaces *ifaces; /* shared; NULL: the one source's own */
    /* Of all threads, if weir places them; else what the options say. */
    int cpus[WEIR_CPUS_MAX];
    uint32_t cpus_count;
    int nodes[WEIR_LANES_MAX];
};

/* record_lanes_open: places and opens all.  *lanes is all zero before; close
 * also what an error has left. */
int record_lanes_open(struct record_lanes *lanes,
                      const struct record_options *options,
                      struct weir_err *err);
void record_lanes_close(struct record_lanes *lanes);

/* record_lanes_check_pcap: -EINVAL if a pcap cannot hold all of them. */
int record_lanes_check_pcap(const struct record_lanes *lanes,
                            struct weir_err *err);

/* record_lanes_hello: what is listened on, on stderr. */
void record_lanes_hello(const struct record_lanes *lanes,
                        const struct record_options *options);

/* record_lanes_show: for --dry-run. */
void record_lanes_show(const struct record_lanes *lanes,
                       const struct record_options *options);

#endif
