#ifndef WEIR_CAPTURE_AFPACKET_FRAME_H
#define WEIR_CAPTURE_AFPACKET_FRAME_H

/* afpacket_frame: one frame's header in a block; for afpacket_block and
 * afpacket_in_place alone, per frame and so inline.
 *
 * Threads   the holder of the block's lease. */

#include <linux/if_packet.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "capture/afpacket_block.h"
#include "ring/frame.h"

/* The address follows the header (net/packet/af_packet.c, tpacket_rcv). */
#define WEIR_AFPACKET_HEADER_BYTES    48U
#define WEIR_AFPACKET_DATA_OFFSET_MIN 68U

#define WEIR_AFPACKET_TAG_BYTES     4U
#define WEIR_AFPACKET_ADDRESS_BYTES 12U /* both of Ethernet's */

/* In a header's padding: the tag was put back by us. */
#define WEIR_AFPACKET_RETAGGED 1U

struct weir_afpacket_frame {
    uint32_t header; /* offsets in the block */
    uint32_t data;
    uint32_t next; /* the next frame's header; the block's end at the last */
    uint32_t caplen;
    uint32_t len;
    int64_t time_ns;
    uint16_t flags;
};

/* Moves the addresses down and writes the tag behind them, once: the header
 * is as if the kernel had done it. */
static inline void weir_afpacket_put_tag(uint8_t *at, struct tpacket3_hdr *h,
                                         uint32_t snaplen)
{
    uint8_t *from = at + h->tp_mac;
    uint8_t *to = from - WEIR_AFPACKET_TAG_BYTES;
    const uint16_t tpid =
        h->tp_status & TP_STATUS_VLAN_TPID_VALID ? h->hv1.tp_vlan_tpid : 0x8100;
    memmove(to, from, WEIR_AFPACKET_ADDRESS_BYTES);
    weir_store_16(to + WEIR_AFPACKET_ADDRESS_BYTES, htobe16(tpid));
    weir_store_16(to + WEIR_AFPACKET_ADDRESS_BYTES + 2,
                  htobe16((uint16_t)h->hv1.tp_vlan_tci));
    h->tp_mac = (uint16_t)(h->tp_mac - WEIR_AFPACKET_TAG_BYTES);
    h->tp_len += WEIR_AFPACKET_TAG_BYTES;
    h->tp_snaplen += WEIR_AFPACKET_TAG_BYTES;
    if (h->tp_snaplen > snaplen)
        h->tp_snaplen = snaplen;
    h->tp_status &=
        ~(uint32_t)(TP_STATUS_VLAN_VALID | TP_STATUS_VLAN_TPID_VALID);
    h->tp_padding[0] = WEIR_AFPACKET_RETAGGED;
    memcpy(at, h, sizeof *h);
}

static inline uint16_t
weir_afpacket_flags(const uint8_t *at,
                    const struct weir_afpacket_device *device)
{
    struct sockaddr_ll address;
    memcpy(&address, at + WEIR_AFPACKET_HEADER_BYTES, sizeof address);
    if (address.sll_pkttype != PACKET_OUTGOING)
        return WEIR_FRAME_INBOUND;
    return device->copies ? WEIR_FRAME_OUTBOUND | WEIR_FRAME_COPY
                          : WEIR_FRAME_OUTBOUND;
}

/* The header at offset `at` of `bytes` in use; puts its tag back.  Returns
 * false if it does not fit. */
static inline bool
weir_afpacket_frame_read(uint8_t *block, uint32_t bytes, uint32_t at,
                         const struct weir_afpacket_device *device,
                         struct weir_afpacket_frame *out)
{
    struct tpacket3_hdr h;
    if (bytes < WEIR_AFPACKET_DATA_OFFSET_MIN ||
        at > bytes - WEIR_AFPACKET_DATA_OFFSET_MIN)
        return false;
    memcpy(&h, block + at, sizeof h);
    /* The next header is as far from us as memory is: ask for it first. */
    __builtin_prefetch(block + at + h.tp_next_offset);
    const uint32_t room = bytes - at;
    const uint32_t step = h.tp_next_offset == 0 ? room : h.tp_next_offset;
    if (step > room || step % 8 != 0 ||
        h.tp_mac < WEIR_AFPACKET_DATA_OFFSET_MIN || h.tp_mac > step ||
        h.tp_snaplen > step - h.tp_mac)
        return false;
    if ((h.tp_status & TP_STATUS_VLAN_VALID) != 0 &&
        h.tp_snaplen >= WEIR_AFPACKET_ADDRESS_BYTES &&
        h.tp_mac >= WEIR_AFPACKET_DATA_OFFSET_MIN + WEIR_AFPACKET_TAG_BYTES)
        weir_afpacket_put_tag(block + at, &h, device->snaplen);
    *out = (struct weir_afpacket_frame){
        .header = at,
        .data = at + h.tp_mac,
        .next = at + step,
        .caplen = h.tp_snaplen,
        .len = h.tp_len,
        .time_ns = (int64_t)h.tp_sec * WEIR_NS_PER_S + h.tp_nsec,
        .flags = weir_afpacket_flags(block + at, device),
    };
    /* The kernel sets the padding to zero (tpacket_rcv). */
    if ((h.tp_padding[0] & WEIR_AFPACKET_RETAGGED) != 0)
        out->flags |= WEIR_FRAME_RETAGGED;
    return true;
}

/* Where the first frame's header is. */
static inline uint32_t weir_afpacket_first(const uint8_t *block)
{
    struct tpacket_block_desc desc;
    memcpy(&desc, block, sizeof desc);
    return desc.hdr.bh1.offset_to_first_pkt;
}

#endif
