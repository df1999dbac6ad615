#include <assert.h>
#include <linux/if_packet.h>
#include <stddef.h>

#include "base/pcapng_encode.h"
#include "capture/afpacket_block.h"
#include "capture/afpacket_frame.h"

/* An Enhanced Packet Block's header goes right before the frame's data, over
 * the kernel's address and the end of its header; its options and its last
 * word take up what lies between the data and the next one's header.
 *
 *   block header | CB | ISB  | EPB | data | options     | EPB | data | ...
 *   0            16          ^ preface                                 4096 n
 */
#define EPB_HEADER_BYTES 28U
#define LENGTH_BYTES     4U

/* The kernel looks at one word of a block that we hold: its status, which is
 * the enterprise number in a block of ours now.  As long as the bit of USER is
 * set in it, the kernel keeps away (prb_dispatch_next_block). */
static_assert(offsetof(struct tpacket_block_desc, hdr.bh1.block_status) == 8 &&
                  (WEIR_PCAPNG_PEN & TP_STATUS_USER) != 0,
              "the block stays ours");

/* A block of ours, ISB with a count of drops. */
#define PREFACE_BYTES_MIN                                                      \
    (WEIR_PCAPNG_CB_BYTES_MIN + WEIR_PCAPNG_ISB_BYTES_MIN +                    \
     WEIR_PCAPNG_OPT_64_BYTES)

struct frame {
    struct weir_afpacket_frame at;
    uint32_t options; /* where they begin */
    uint32_t fixed;   /* bytes of those that are always there */
    uint64_t lost;    /* before this frame */
};

static bool read_frame(const struct weir_lease *lease, uint32_t header,
                       uint64_t lost, struct frame *out)
{
    if (!weir_afpacket_frame_read(lease->base, lease->bytes, header,
                                  lease->walk_context, &out->at))
        return false;
    out->options = out->at.data + weir_pcapng_pad(out->at.caplen);
    out->lost = lost;
    out->fixed = WEIR_PCAPNG_OPT_32_BYTES;
    if (lost > 0)
        out->fixed += WEIR_PCAPNG_OPT_64_BYTES;
    return out->at.data % 4 == 0;
}

static uint32_t start_of(const struct frame *f)
{
    return f->at.data - EPB_HEADER_BYTES;
}

/* The frame's block can end at `end`. */
static bool fits(const struct frame *f, uint32_t end)
{
    const uint32_t least = f->options + f->fixed + LENGTH_BYTES;
    return end > least && weir_pcapng_rest_fits(end - least);
}

/* Where the last frame's block ends: at a multiple of the disk's. */
static uint32_t end_of_last(const struct frame *f)
{
    const uint32_t least =
        f->options + f->fixed + WEIR_PCAPNG_OPT_END_BYTES + LENGTH_BYTES;
    const uint32_t end =
        (least + WEIR_LEASE_ALIGN - 1) / WEIR_LEASE_ALIGN * WEIR_LEASE_ALIGN;
    return fits(f, end) ? end : end + WEIR_LEASE_ALIGN;
}

/* Whether every frame's block has room, and the last one's end. */
static bool plan(const struct weir_lease *lease, uint32_t *end)
{
    struct frame f, next;
    if (lease->frames == 0 ||
        !read_frame(lease, weir_afpacket_first(lease->base), lease->lost_before,
                    &f) ||
        start_of(&f) < PREFACE_BYTES_MIN ||
        !weir_pcapng_rest_fits(start_of(&f) - PREFACE_BYTES_MIN))
        return false;
    for (uint32_t i = 1; i < lease->frames; i++) {
        if (!read_frame(lease, f.at.next, 0, &next) ||
            !fits(&f, start_of(&next)))
            return false;
        f = next;
    }
    *end = end_of_last(&f);
    return *end <= lease->room;
}

static void put_preface(const struct weir_lease *lease, uint32_t bytes)
{
    const struct weir_afpacket_device *device = lease->walk_context;
    uint8_t *cb = lease->base;
    uint8_t *isb = cb + WEIR_PCAPNG_CB_BYTES_MIN;
    const uint32_t total = bytes - WEIR_PCAPNG_CB_BYTES_MIN;
    weir_store_32(cb, WEIR_PCAPNG_LOCAL);
    weir_store_32(cb + 4, WEIR_PCAPNG_CB_BYTES_MIN);
    /* One store, from one number with that bit to another. */
    __atomic_store_n((uint32_t *)(void *)(cb + 8), WEIR_PCAPNG_PEN,
                     __ATOMIC_RELAXED);
    weir_store_32(cb + 12, WEIR_PCAPNG_CB_BYTES_MIN);
    weir_store_32(isb, WEIR_PCAPNG_ISB);
    weir_store_32(isb + 4, total);
    weir_store_32(isb + 8, device->iface);
    weir_pcapng_put_time(isb + 12, lease->begin_ns);
    weir_pcapng_put_option_64(isb + 20, WEIR_PCAPNG_ISB_OSDROP,
                              lease->kernel_dropped);
    weir_pcapng_put_rest(isb + 20 + WEIR_PCAPNG_OPT_64_BYTES,
                         bytes - PREFACE_BYTES_MIN);
    weir_store_32(isb + total - LENGTH_BYTES, total);
}

static void put_epb(const struct weir_lease *lease, const struct frame *f,
                    uint32_t end)
{
    const struct weir_afpacket_device *device = lease->walk_context;
    uint8_t *to = lease->base + start_of(f);
    uint8_t *option = lease->base + f->options;
    uint8_t *last = lease->base + end - LENGTH_BYTES;
    const uint32_t total = end - start_of(f);
    weir_store_32(to, WEIR_PCAPNG_EPB);
    weir_store_32(to + 4, total);
    weir_store_32(to + 8, device->iface);
    weir_pcapng_put_time(to + 12, f->at.time_ns);
    weir_store_32(to + 20, f->at.caplen);
    weir_store_32(to + 24, f->at.len);
    memset(lease->base + f->at.data + f->at.caplen, 0,
           f->options - f->at.data - f->at.caplen);
    weir_pcapng_put_option_32(option, WEIR_PCAPNG_EPB_FLAGS,
                              (f->at.flags & WEIR_FRAME_OUTBOUND) != 0
                                  ? WEIR_PCAPNG_OUTBOUND
                                  : WEIR_PCAPNG_INBOUND);
    option += WEIR_PCAPNG_OPT_32_BYTES;
    if (f->lost > 0) {
        weir_pcapng_put_option_64(option, WEIR_PCAPNG_EPB_DROPCOUNT, f->lost);
        option += WEIR_PCAPNG_OPT_64_BYTES;
    }
    weir_pcapng_put_rest(option, (uint32_t)(last - option));
    weir_store_32(last, total);
}

/* The frame whose block begins at offset `at`. */
static bool read_epb(const struct weir_lease *lease, uint32_t at,
                     struct weir_frame *out, uint32_t *next)
{
    const struct weir_afpacket_device *device = lease->walk_context;
    const uint8_t *epb = lease->base + at;
    if (at >= lease->bytes)
        return false;
    const uint32_t caplen = weir_load_32(epb + 20);
    const uint64_t ns =
        (uint64_t)weir_load_32(epb + 12) << 32 | weir_load_32(epb + 16);
    const uint8_t *flags = epb + EPB_HEADER_BYTES + weir_pcapng_pad(caplen) + 4;
    *next = at + weir_load_32(epb + 4);
    __builtin_prefetch(lease->base + *next);
    *out = (struct weir_frame){
        .data = epb + EPB_HEADER_BYTES,
        .time_ns = (int64_t)ns,
        .caplen = caplen,
        .len = weir_load_32(epb + 24),
        .iface = device->iface,
        .flags = WEIR_FRAME_INBOUND,
    };
    if (weir_load_32(flags) == WEIR_PCAPNG_OUTBOUND)
        out->flags = device->copies ? WEIR_FRAME_OUTBOUND | WEIR_FRAME_COPY
                                    : WEIR_FRAME_OUTBOUND;
    return true;
}

static uint32_t walk_epbs(const struct weir_lease *lease,
                          struct weir_walk *walk, struct weir_frame *out,
                          uint32_t max)
{
    uint32_t at = walk->offset == 0 ? lease->preface : walk->offset;
    uint32_t n = 0;
    while (n < max && read_epb(lease, at, &out[n], &at))
        n++;
    walk->offset = at;
    walk->frames += n;
    return n;
}

bool weir_afpacket_block_in_place(struct weir_lease *lease)
{
    struct frame f, next;
    uint32_t end = 0;
    /* Each frame's block ends over the next frame's header, and the preface
     * over the first's: that is always read before. */
    if (!plan(lease, &end) ||
        !read_frame(lease, weir_afpacket_first(lease->base), lease->lost_before,
                    &f))
        return false;
    lease->preface = start_of(&f);
    put_preface(lease, lease->preface);
    for (uint32_t i = 1; i < lease->frames; i++) {
        if (!read_frame(lease, f.at.next, 0, &next))
            break; /* it was there when we planned */
        put_epb(lease, &f, start_of(&next));
        f = next;
    }
    put_epb(lease, &f, end);
    lease->bytes = end;
    lease->records = WEIR_RECORDS_PCAPNG;
    lease->walk = walk_epbs;
    lease->in_place = NULL;
    return true;
}
