#ifndef WEIR_BASE_FORMAT_H
#define WEIR_BASE_FORMAT_H

/* format: the capture file formats that weir writes.
 *
 * Threads   any; constants. */

enum weir_format {
    WEIR_FORMAT_NONE = 0, /* nothing is written */
    WEIR_FORMAT_PCAP,     /* microseconds */
    WEIR_FORMAT_PCAP_NS,
    WEIR_FORMAT_PCAPNG,
};

#endif
