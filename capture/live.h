#ifndef WEIR_CAPTURE_LIVE_H
#define WEIR_CAPTURE_LIVE_H

/* live: what the two halves of source_pcap share; for them alone.
 *
 * Owner     as in source.h.
 * Threads   as in source.h. */

#include <stdbool.h>
#include <stdint.h>

#include <pcap/pcap.h>

#include "base/err.h"
#include "capture/blocks.h"
#include "capture/filter.h"
#include "capture/intake.h"
#include "capture/kernel_filter.h"
#include "capture/live_screen.h"
#include "capture/source.h"

/* One pcap_dispatch: so many that the calls cost nothing, and bounded, since
 * under load libpcap would never come to an end of its own accord. */
#define WEIR_LIVE_DISPATCH 4096

/* A frame of the longest snapshot length fits. */
#define WEIR_LIVE_BLOCK_BYTES_MIN 524288

/* How often to look whether the ring is empty while it is being emptied. */
#define WEIR_LIVE_DRAIN_MS 10

struct weir_live {
    struct weir_source base;   /* first: what others see */
    struct weir_ifaces ifaces; /* where the recording has no other */
    struct weir_intake intake;

    pcap_t *pcap;
    int fd;
    bool packet_socket; /* else: usbmon, nflog, ... */
    bool bound;         /* to one interface, which may go down */
    enum weir_cooked cooked;
    int64_t fraction_ns; /* of a time stamp's sub-second unit */
    uint32_t snaplen;    /* of what comes; libpcap cuts to the one at open */
    uint32_t buffer_bytes;
    struct weir_live_screen screen;
    bool promisc;
    uint32_t ring_back; /* see cooked.h; 0: tags are not put back */
    uint32_t timeout_ms;
    int64_t hold_ns;
    int64_t hold_max_ns;                   /* as at open */
    struct weir_kernel_filter kernel;      /* for the packet socket, at start */
    struct weir_kernel_filter_config view; /* how it sees the frames */
    struct weir_filter *filter; /* run in weir; NULL: the kernel filters */

    uint32_t block_bytes;
    struct weir_blocks *blocks;
    struct weir_fill fill; /* takes frames */
    struct weir_fill full; /* if it has a block: goes out next */
    int64_t fill_since_ns; /* fill has waited since; 0: it has not */

    bool broken; /* libpcap is not to be asked for frames again */
    uint64_t received;
    struct pcap_stat last; /* libpcap's 32-bit sums at the last look; before
                              start: when the ring was empty */
    struct weir_source_stats stats;
};

extern const struct weir_source_ops weir_live_ops;

#endif
