#ifndef WEIR_SINK_SECTION_H
#define WEIR_SINK_SECTION_H

/* section: what stands around the records of one capture file.
 *
 * A pcap has its header; a pcapng has a Section Header Block, an Interface
 * Description Block for each interface before its first record, and an
 * Interface Statistics Block for each at the end.  Interface numbers are the
 * recording's, in every file.
 *
 * A pcap is of one link type: that of the recording's interface 0.  While no
 * interface is known its header waits for the first.
 *
 * Threads   one at a time.
 * Progress  all memory is taken at open.
 * Errors    as outfile.h; a block is in the file whole or not at all. */

#include <stdbool.h>
#include <stdint.h>

#include "ring/iface.h"
#include "sink/encode.h"
#include "sink/head.h"
#include "sink/outfile.h"
#include "sink/sink.h"

struct weir_section {
    struct weir_head head;
    int64_t start_ns;  /* of the recording; live only */
    uint32_t declared; /* interfaces that records may name now */
    uint8_t *buf;
};

/* weir_section_open: snaplen: what an interface's is at most; 0: as it is. */
int weir_section_open(struct weir_section *section, enum weir_format format,
                      const struct weir_ifaces *ifaces, uint32_t snaplen,
                      bool live, struct weir_err *err);
void weir_section_close(struct weir_section *section);

/* weir_section_begin: the head of a new file, with the first `count`
 * interfaces. */
int weir_section_begin(struct weir_section *section, struct weir_outfile *out,
                       uint32_t count, struct weir_err *err);

/* weir_section_declare: all interfaces below count that are not yet. */
int weir_section_declare(struct weir_section *section, struct weir_outfile *out,
                         uint32_t count, struct weir_err *err);

/* weir_section_end: the trailers, as of time_ns.  taken: of the batch in
 * hand, not in the facts. */
int weir_section_end(struct weir_section *section, struct weir_outfile *out,
                     const struct weir_sink_facts *facts, uint32_t taken,
                     int64_t time_ns, struct weir_err *err);

#endif
