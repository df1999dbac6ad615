#ifndef WEIR_SINK_SENDER_RING_H
#define WEIR_SINK_SENDER_RING_H

/* sender_ring: a transmit ring of TPACKET_V2, slot by slot.
 *
 *     n = weir_sender_ring_room(ring, most);
 *     write frame i to weir_sender_ring_slot(ring, i), for i < n
 *     taken = weir_sender_ring_offer(ring, sizes, 0, n, err);
 *     weir_sender_ring_done(ring, taken);
 *
 * Slot i is counted from the first that was not done.  The kernel sends from
 * its own place in the ring on, which is that slot, and stops at the first
 * that it does not take; it stays there until it can be sent, or is dropped.
 *
 * By PACKET_VNET_HDR the kernel is told how much of each frame to copy into
 * its own buffer's head.  All of it, where there is no card: without, it
 * refers to the ring's pages, and a receiver on the same machine must copy
 * them into pages of its own before it may look (skb_orphan_frags_rx), which
 * takes half as long again as all the rest.  Measured on veth, with 60 bytes:
 * 860 kpps, 600 without, 730 by sendmmsg; with 1514: 770, 540, 690.  A card
 * has a frame of more than COPY_CARD bytes out of the ring itself.
 *
 * Owner     the caller closes; the port outlives the ring.
 * Threads   one.
 * Order     frames leave in the order of slots.
 * Errors    -errno with the device's name. */

#include <stdint.h>

struct weir_err;
struct weir_sender_port;
struct weir_sender_ring;

#define WEIR_SENDER_RING_BLOCK 65536u

/* The longest frame that has room in a slot. */
#define WEIR_SENDER_RING_FRAME_MAX (WEIR_SENDER_RING_BLOCK - 64)

struct weir_sender_ring_config {
    uint32_t frame_max; /* bytes; at most WEIR_SENDER_RING_FRAME_MAX */
    uint32_t slots_min;
};

int weir_sender_ring_open(struct weir_sender_ring **out,
                          const struct weir_sender_port *port,
                          const struct weir_sender_ring_config *config,
                          struct weir_err *err);

/* weir_sender_ring_close: accepts NULL.  Frames that are not on their way are
 * forgotten. */
void weir_sender_ring_close(struct weir_sender_ring *ring);

/* weir_sender_ring_slots: how many there are.  weir_sender_ring_room: how many
 * of them from the first are free, at most `most`; weir_sender_ring_free: slot
 * i is. */
uint32_t weir_sender_ring_slots(const struct weir_sender_ring *ring);
uint32_t weir_sender_ring_room(const struct weir_sender_ring *ring,
                               uint32_t most);
int weir_sender_ring_free(const struct weir_sender_ring *ring, uint32_t i);

/* weir_sender_ring_slot: memory for a frame; keeps what was written to it
 * last. */
uint8_t *weir_sender_ring_slot(const struct weir_sender_ring *ring, uint32_t i);

/* What became of an offer. */
struct weir_sender_ring_answer {
    uint32_t taken; /* of those offered, from the first */
    int error;      /* 0, or the kernel's -errno */
    int wrong;      /* the first that was not taken never will be */
};

/* weir_sender_ring_offer: slots from .. count, which have these sizes; those
 * before were taken.  One system call.  Slots that were offered before and not
 * taken may be offered again. */
struct weir_sender_ring_answer
weir_sender_ring_offer(struct weir_sender_ring *ring, const uint32_t *sizes,
                       uint32_t from, uint32_t count);

/* weir_sender_ring_done: the first `taken` are the kernel's. */
void weir_sender_ring_done(struct weir_sender_ring *ring, uint32_t taken);

/* weir_sender_ring_drop: of the slots from .. count, which were offered and
 * not taken, the first; those behind it move up by one.
 * weir_sender_ring_drop_all: all of them. */
void weir_sender_ring_drop(struct weir_sender_ring *ring, const uint32_t *sizes,
                           uint32_t from, uint32_t count);
void weir_sender_ring_drop_all(struct weir_sender_ring *ring, uint32_t from,
                               uint32_t count);

/* weir_sender_ring_idle: no frame is on its way. */
int weir_sender_ring_idle(struct weir_sender_ring *ring);

#endif
