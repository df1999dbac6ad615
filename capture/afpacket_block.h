#ifndef WEIR_CAPTURE_AFPACKET_BLOCK_H
#define WEIR_CAPTURE_AFPACKET_BLOCK_H

/* afpacket_block: one block of a TPACKET_V3 ring, as plain memory.
 *
 *     block header, 48 | frame header, 48 | sockaddr_ll, 20 | .. | data | ..
 *                      ^ offset_to_first_pkt, a multiple of 8
 *
 * The kernel writes it and we read it; every offset is checked against the
 * block all the same, and what does not fit ends a walk.  A VLAN tag that
 * the kernel has taken out of a frame is put back by the first walk: the
 * addresses move 4 bytes down, and the frame's header says so from then on.
 *
 * Owner     whoever holds the lease (block_read: the capture thread).
 * Threads   one holder at a time.
 * Order     retired acquires what the kernel released with the block's
 *           status; release gives everything done to the block to it.
 * Progress  no allocation, no system call. */

#include <stdbool.h>
#include <stdint.h>

#include "ring/lease.h"

/* PACKET_RESERVE: with it an Ethernet frame's data begins 84 bytes behind
 * its header, at a multiple of 4 in the block. */
#define WEIR_AFPACKET_RESERVE 2

/* The least that a frame takes of a block: a header, its address, alignment,
 * one byte of data, in multiples of 8. */
#define WEIR_AFPACKET_FRAME_BYTES_MIN 88

/* A frame of 64 KiB (merged segments, loopback) has room in the smallest. */
#define WEIR_AFPACKET_BLOCK_BYTES_MIN UINT32_C(131072)
#define WEIR_AFPACKET_BLOCK_BYTES_MAX UINT32_C(1048576)

/* What the walk must know of the device: a lease's walk_context. */
struct weir_afpacket_device {
    uint32_t snaplen;
    uint16_t iface;
    bool copies; /* see WEIR_FRAME_COPY */
};

struct weir_afpacket_block {
    uint64_t seq;
    uint32_t bytes; /* in use */
    uint32_t frames;
    int64_t begin_ns; /* the first frame's time; 0 without frames */
};

/* weir_afpacket_block_retired: the block is ours to read.  *losing: frames
 * had been dropped when it was closed that nobody had asked for yet. */
bool weir_afpacket_block_retired(const uint8_t *block, bool *losing);

/* weir_afpacket_block_release: the block is the kernel's again. */
void weir_afpacket_block_release(uint8_t *block);

/* weir_afpacket_block_read: what a retired block's header says.  Returns
 * false if that cannot be true of a block of `room` bytes. */
bool weir_afpacket_block_read(const uint8_t *block, uint32_t room,
                              struct weir_afpacket_block *out);

/* weir_afpacket_block_walk: a weir_walk_fn.
 * weir_afpacket_block_in_place: a weir_in_place_fn.  Refuses (false) where a
 * frame is not aligned, leaves no room, or is too far from the next. */
uint32_t weir_afpacket_block_walk(const struct weir_lease *lease,
                                  struct weir_walk *walk,
                                  struct weir_frame *out, uint32_t max);
bool weir_afpacket_block_in_place(struct weir_lease *lease);

/* weir_afpacket_block_pending: of a block that is not retired: the frames that
 * the kernel has put into it so far, if it is the one that is being filled. */
uint32_t weir_afpacket_block_pending(const uint8_t *block);

#endif
