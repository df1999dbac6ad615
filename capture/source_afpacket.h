#ifndef WEIR_CAPTURE_SOURCE_AFPACKET_H
#define WEIR_CAPTURE_SOURCE_AFPACKET_H

/* source_afpacket: a live source that lends the kernel's own blocks.
 *
 * For devices with Ethernet's header, and loopback.  The kernel copies each
 * frame into a block of a ring that we have mapped (TPACKET_V3), and that
 * block is the lease: the capture thread does the same work for a block of
 * one frame and of thousands, and nobody copies a frame again.
 *
 * Loss     is the ring's alone.  Leases that are not given back keep blocks
 *          from the kernel, and it drops when the next in turn is out.  What
 *          it drops is counted exactly, and located: lost_before.
 * Ledger   exact: nothing is accepted before the filter is there, and after
 *          a cut all that the kernel counted is given.
 * Copies   of sent frames on loopback are given, marked WEIR_FRAME_COPY.
 * Threads  as in source.h.
 * Link     down, up and removed are as in source_pcap.h.
 * Latency  a frame is given at most retire_ms after the kernel had it, if
 *          next is called when fd or wait_ms say so.
 *
 * The fd may be waited for level- or edge-triggered; it does not stay
 * readable while blocks are lent, if waits_home is not set. */

#include <stdbool.h>
#include <stdint.h>

#include "capture/afpacket_block.h"
#include "capture/source.h"

#define WEIR_AFPACKET_RING_BYTES UINT64_C(67108864)
#define WEIR_AFPACKET_RETIRE_MS  100

/* The ring, in blocks. */
struct weir_afpacket_layout {
    uint32_t block_bytes;
    uint32_t blocks;
};

/* weir_afpacket_layout_make: ring_bytes (0: the default) in blocks of
 * block_bytes (0: the largest of which there are twice as many as leases, or
 * the smallest that there are), for so many leases out at a time.  Returns 0,
 * or -EINVAL: a block that is no power of two from
 * WEIR_AFPACKET_BLOCK_BYTES_MIN to _MAX, or a ring that leases could fill. */
int weir_afpacket_layout_make(struct weir_afpacket_layout *out,
                              uint64_t ring_bytes, uint32_t block_bytes,
                              uint32_t leases, struct weir_err *err);

/* Which of several sources of one device gets a frame (PACKET_FANOUT).  Never
 * by a rule that reassembles or reorders. */
enum weir_fanout_mode {
    WEIR_FANOUT_NONE = 0,
    WEIR_FANOUT_HASH, /* by flow, both directions alike */
    WEIR_FANOUT_CPU,  /* by the CPU that received it */
    WEIR_FANOUT_QM,   /* by the device's queue */
};

struct weir_fanout {
    enum weir_fanout_mode mode;
    /* The group, in the network namespace.  0: a new one, see
     * weir_afpacket_source_fanout; the others of the group then name it. */
    uint16_t group;
};

/* Whose clock stamps frames. */
enum weir_stamp {
    WEIR_STAMP_HOST = 0,
    WEIR_STAMP_ADAPTER, /* the device's, for frames that it stamps */
};

struct weir_afpacket_config {
    struct weir_source_config source; /* block_bytes: of the layout */
    const char *device;               /* borrowed until close */
    uint32_t blocks;                  /* of the layout */
    uint32_t retire_ms; /* until the kernel gives a block that is not full;
                           0: the default */
    bool promisc;
    /* Whoever waits for fd has given all leases back: it costs less then. */
    bool waits_home;
    enum weir_stamp stamp;
    struct weir_fanout fanout;
};

/* weir_afpacket_source_suits: whether the device is one for this source. */
bool weir_afpacket_source_suits(const char *device);

/* weir_afpacket_source_open: returns 0 or -errno: -ENODEV no such device,
 * -EPERM no privilege, -ENETDOWN the device is down, -EINVAL the filter or
 * the layout is wrong, -EOPNOTSUPP not an Ethernet device, or one without a
 * clock. */
int weir_afpacket_source_open(struct weir_source **out,
                              const struct weir_afpacket_config *config,
                              struct weir_err *err);

/* weir_afpacket_source_fanout: the group that this source is in; 0: none. */
uint16_t weir_afpacket_source_fanout(const struct weir_source *source);

#endif
