#include "bench/stages/ring.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/pcap.h"
#include "bench/stages/input.h"
#include "capture/afpacket_block.h"

/* Where things lie (net/packet/af_packet.c: tpacket_rcv and
 * prb_fill_curr_block), with WEIR_AFPACKET_RESERVE. */
#define FIRST    48u
#define ADDRESS  48u
#define DATA     (82u + WEIR_AFPACKET_RESERVE)
#define ETHERNET 14u

/* Of a block at its end: where it stays free, a block can be turned in place
 * whatever its last frame is. */
#define TAIL 8192u

struct weir_ring {
    const struct weir_input *input;
    uint8_t *memory; /* the blocks, and behind them their copies */
    struct weir_batch *batches;
    uint32_t count;
    uint32_t at;
    struct weir_afpacket_device device;
};

static uint8_t *block_of(const struct weir_ring *ring, uint32_t index)
{
    return ring->memory + (size_t)index * WEIR_INPUT_BLOCK_BYTES;
}

static uint32_t aligned(uint32_t bytes)
{
    return (bytes + 7) & ~7u;
}

/* Behind `used` bytes of the block; returns what is used then. */
static uint32_t frame_put(uint8_t *block, uint32_t used,
                          const struct weir_frame *frame)
{
    const struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                        .sll_pkttype = PACKET_HOST};
    const uint32_t next = aligned(DATA + frame->caplen);
    const struct tpacket3_hdr h = {
        .tp_next_offset = next,
        .tp_sec = (uint32_t)(frame->time_ns / WEIR_NS_PER_S),
        .tp_nsec = (uint32_t)(frame->time_ns % WEIR_NS_PER_S),
        .tp_snaplen = frame->caplen,
        .tp_len = frame->len,
        .tp_status = TP_STATUS_USER,
        .tp_mac = DATA,
        .tp_net = DATA + ETHERNET,
    };
    memcpy(block + used, &h, sizeof h);
    memcpy(block + used + ADDRESS, &address, sizeof address);
    memcpy(block + used + DATA, frame->data, frame->caplen);
    return used + next;
}

static void block_close(const struct weir_ring *ring, uint32_t index,
                        uint32_t used, uint32_t last)
{
    const struct weir_batch *batch = &ring->batches[index];
    uint8_t *block = block_of(ring, index);
    struct tpacket_block_desc desc = {.version = TPACKET_V3};
    const uint32_t end = 0;
    desc.hdr.bh1.block_status = TP_STATUS_USER;
    desc.hdr.bh1.num_pkts = batch->passed;
    desc.hdr.bh1.offset_to_first_pkt = FIRST;
    desc.hdr.bh1.blk_len = used;
    desc.hdr.bh1.seq_num = index + 1;
    memcpy(block, &desc, sizeof desc);
    memcpy(block + last, &end, sizeof end);
}

static void lease_set(struct weir_ring *ring, uint32_t index)
{
    struct weir_afpacket_block block = {0};
    uint8_t *base = block_of(ring, index);
    (void)weir_afpacket_block_read(base, WEIR_INPUT_BLOCK_BYTES, &block);
    ring->batches[index].lease = (struct weir_lease){
        .walk = weir_afpacket_block_walk,
        .walk_context = &ring->device,
        .base = base,
        .bytes = block.bytes,
        .frames = block.frames,
        .room = WEIR_INPUT_BLOCK_BYTES,
        .in_place = weir_afpacket_block_in_place,
        .begin_ns = block.begin_ns,
    };
}

static void block_fill(struct weir_ring *ring, uint32_t index,
                       struct weir_input_place *place)
{
    struct weir_batch *batch = &ring->batches[index];
    uint8_t *block = block_of(ring, index);
    uint32_t used = FIRST;
    uint32_t last = FIRST;
    struct weir_frame frame;
    for (;;) {
        const struct weir_input_place before = *place;
        (void)weir_input_take(ring->input, place, &frame, 1);
        if (used + aligned(DATA + frame.caplen) >
                WEIR_INPUT_BLOCK_BYTES - TAIL ||
            batch->passed == WEIR_LEASE_FRAMES_MAX) {
            *place = before;
            break;
        }
        last = used;
        used = frame_put(block, used, &frame);
        batch->passed++;
        batch->passed_bytes += frame.len;
    }
    batch->ifaces = ring->input->ifaces;
    batch->ifaces_count = 1;
    batch->seq = index;
    block_close(ring, index, used, last);
    memcpy(block_of(ring, ring->count + index), block, WEIR_INPUT_BLOCK_BYTES);
    lease_set(ring, index);
}

int weir_ring_open(struct weir_ring **out, const struct weir_input *input,
                   struct weir_err *err)
{
    struct weir_ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL)
        return weir_err_sys(err, -ENOMEM, "a ring's blocks");
    ring->input = input;
    ring->count = input->count;
    ring->device.snaplen = WEIR_SNAPLEN_MAX;
    ring->batches = calloc(ring->count, sizeof *ring->batches);
    ring->memory = aligned_alloc(WEIR_LEASE_ALIGN, (size_t)2 * ring->count *
                                                       WEIR_INPUT_BLOCK_BYTES);
    if (ring->batches == NULL || ring->memory == NULL) {
        weir_ring_close(ring);
        return weir_err_sys(err, -ENOMEM, "a ring's blocks");
    }
    memset(ring->memory, 0, (size_t)ring->count * WEIR_INPUT_BLOCK_BYTES);
    struct weir_input_place place = {0};
    for (uint32_t i = 0; i < ring->count; i++)
        block_fill(ring, i, &place);
    *out = ring;
    return 0;
}

void weir_ring_close(struct weir_ring *ring)
{
    if (ring == NULL)
        return;
    free(ring->memory);
    free(ring->batches);
    free(ring);
}

struct weir_batch *weir_ring_next(struct weir_ring *ring)
{
    const uint32_t before = (ring->at + ring->count - 1) % ring->count;
    if (ring->batches[before].lease.records != WEIR_RECORDS_OTHER) {
        memcpy(block_of(ring, before), block_of(ring, ring->count + before),
               WEIR_INPUT_BLOCK_BYTES);
        lease_set(ring, before);
    }
    struct weir_batch *batch = &ring->batches[ring->at];
    ring->at = (ring->at + 1) % ring->count;
    return batch;
}

uint32_t weir_ring_count(const struct weir_ring *ring)
{
    return ring->count;
}
