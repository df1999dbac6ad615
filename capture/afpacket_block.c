#include "capture/afpacket_block.h"

#include <assert.h>
#include <linux/if_packet.h>
#include <stddef.h>

#include "capture/afpacket_frame.h"

static_assert(sizeof(struct tpacket_block_desc) == 48 &&
                  sizeof(struct tpacket3_hdr) == WEIR_AFPACKET_HEADER_BYTES &&
                  TPACKET_ALIGNMENT == 16 && sizeof(struct sockaddr_ll) == 20,
              "the layout of net/packet/af_packet.c");
static_assert(WEIR_AFPACKET_BLOCK_BYTES_MAX / WEIR_AFPACKET_FRAME_BYTES_MIN <=
                  WEIR_LEASE_FRAMES_MAX,
              "no block holds more frames than a lease may");
static_assert(WEIR_AFPACKET_DATA_OFFSET_MIN >= WEIR_LEASE_RECORD_BYTES_MIN,
              "what a lease's record has at least");

static uint32_t *status_of(uint8_t *block)
{
    struct tpacket_block_desc *desc = (struct tpacket_block_desc *)block;
    return &desc->hdr.bh1.block_status;
}

bool weir_afpacket_block_retired(const uint8_t *block, bool *losing)
{
    /* Pairs with smp_wmb() in the kernel's prb_close_block. */
    const uint32_t status =
        __atomic_load_n(status_of((uint8_t *)block), __ATOMIC_ACQUIRE);
    *losing = (status & TP_STATUS_LOSING) != 0;
    return (status & TP_STATUS_USER) != 0;
}

void weir_afpacket_block_release(uint8_t *block)
{
    /* Pairs with smp_rmb() in the kernel's prb_dispatch_next_block. */
    __atomic_store_n(status_of(block), TP_STATUS_KERNEL, __ATOMIC_RELEASE);
}

bool weir_afpacket_block_read(const uint8_t *block, uint32_t room,
                              struct weir_afpacket_block *out)
{
    struct tpacket_block_desc desc;
    struct tpacket3_hdr first;
    memcpy(&desc, block, sizeof desc);
    const struct tpacket_hdr_v1 *h = &desc.hdr.bh1;
    *out = (struct weir_afpacket_block){
        .seq = h->seq_num,
        .bytes = h->blk_len,
        .frames = h->num_pkts,
    };
    if (desc.version != TPACKET_V3 || h->blk_len > room ||
        h->blk_len < sizeof desc || h->num_pkts > WEIR_LEASE_FRAMES_MAX ||
        h->offset_to_first_pkt < sizeof desc || h->offset_to_first_pkt % 8 != 0)
        return false;
    if (h->num_pkts == 0)
        return true;
    if (h->blk_len < sizeof first ||
        h->offset_to_first_pkt > h->blk_len - sizeof first)
        return false;
    /* ts_first_pkt is when the block was opened, not its first frame's. */
    memcpy(&first, block + h->offset_to_first_pkt, sizeof first);
    out->begin_ns = (int64_t)first.tp_sec * WEIR_NS_PER_S + first.tp_nsec;
    return true;
}

uint32_t weir_afpacket_block_walk(const struct weir_lease *lease,
                                  struct weir_walk *walk,
                                  struct weir_frame *out, uint32_t max)
{
    const struct weir_afpacket_device *device = lease->walk_context;
    const uint32_t left = lease->frames - walk->frames;
    uint32_t at = walk->offset;
    uint32_t n = 0;
    if (at == 0)
        at = weir_afpacket_first(lease->base);
    if (max > left)
        max = left;
    while (n < max) {
        struct weir_afpacket_frame f;
        if (!weir_afpacket_frame_read(lease->base, lease->bytes, at, device,
                                      &f)) {
            at = lease->bytes;
            break;
        }
        out[n++] = (struct weir_frame){
            .data = lease->base + f.data,
            .time_ns = f.time_ns,
            .caplen = f.caplen,
            .len = f.len,
            .iface = device->iface,
            .flags = f.flags,
        };
        at = f.next;
    }
    walk->offset = at;
    walk->frames += n;
    return n;
}

/* The kernel counts in the header as it fills (prb_fill_curr_block), from 0
 * when it opens the block (prb_open_block): net/packet/af_packet.c. */
uint32_t weir_afpacket_block_pending(const uint8_t *block)
{
    const struct tpacket_block_desc *desc =
        (const struct tpacket_block_desc *)(const void *)block;
    return __atomic_load_n(&desc->hdr.bh1.num_pkts, __ATOMIC_RELAXED);
}
