#ifndef WEIR_TESTS_CAPTURE_FAKE_KERNEL_H
#define WEIR_TESTS_CAPTURE_FAKE_KERNEL_H

/* fake_kernel: fills the blocks of a TPACKET_V3 ring as the kernel does
 * (net/packet/af_packet.c), in plain memory.
 *
 * It opens blocks in turn, drops and marks what follows as losing when the
 * next one is not its own, resets its counts when they are read, and takes
 * VLAN tags out of frames.  What lies in the memory beforehand is left there,
 * as the kernel does.
 *
 * Threads   one that receives, another that has the source: the blocks'
 *           status orders them, the counts are atomic. */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "capture/afpacket_kernel.h"

/* A frame as it comes from the wire. */
struct fake_frame {
    const uint8_t *data;
    uint32_t len;
    int64_t time_ns;
    uint16_t vlan_tci; /* a tag that the kernel takes out, if tpid is not 0 */
    uint16_t vlan_tpid;
    uint8_t pkttype; /* PACKET_HOST, PACKET_OUTGOING, ... */
};

struct fake_filter;

struct fake_kernel {
    int fd; /* an eventfd: readable from a block's end to the next calm */
    uint8_t *memory;
    uint32_t block_bytes;
    uint32_t blocks;
    uint32_t reserve; /* PACKET_RESERVE */
    uint32_t snaplen; /* what the filter returns before any is put */
    uint32_t active;  /* the block to be filled */
    bool frozen;
    uint32_t used; /* of the active block */
    uint32_t last; /* its last frame's header */
    uint32_t frames;
    uint64_t seq;
    atomic_uint packets; /* since they were read, without drops */
    atomic_uint drops;
    atomic_uint freezes;
    atomic_bool cut; /* or not started */
    atomic_bool receiving;
    struct fake_filter *_Atomic filter; /* NULL: takes all, cut to snaplen */
    uint32_t filter_room; /* a program that is longer finds no memory */
    bool promisc;
    enum weir_netif_state link;
    uint64_t missed;   /* by the device */
    uint64_t accepted; /* since open */
    uint64_t dropped;
};

void fake_kernel_open(struct fake_kernel *k, uint32_t block_bytes,
                      uint32_t blocks, uint32_t snaplen);
void fake_kernel_close(struct fake_kernel *k);

/* fake_kernel_receive: a frame comes.  Returns false if it was dropped, or
 * rejected behind a cut. */
bool fake_kernel_receive(struct fake_kernel *k, const struct fake_frame *frame);

/* fake_kernel_pass, fake_kernel_store: the two halves of receive, between which
 * others may be stored and another filter be put: what the filter says of the
 * frame (0: no), and the rest. */
uint32_t fake_kernel_pass(struct fake_kernel *k,
                          const struct fake_frame *frame);
bool fake_kernel_store(struct fake_kernel *k, const struct fake_frame *frame,
                       uint32_t caplen);

/* fake_kernel_tick: the retire timer fires. */
void fake_kernel_tick(struct fake_kernel *k);

/* fake_kernel_skip: the next block's number is one too high. */
void fake_kernel_skip(struct fake_kernel *k);

/* fake_kernel_of: for weir_afpacket_source_over.  From now on frames are
 * rejected, until its start.  Its close does nothing. */
struct weir_afpacket_kernel fake_kernel_of(struct fake_kernel *k);

#endif
