/* fuzz_afpacket: any bytes as a block of a TPACKET_V3 ring.
 *
 * Walked in a copy of its exact size, twice; then turned in place, if it can
 * be, and walked again: three times the same frames, and what it was turned
 * into are blocks of a pcapng, one behind the other. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/pcapng.h"
#include "capture/afpacket_block.h"

#define SIZE_MIN_TAKEN 48 /* a block's header */
#define SIZE_MAX_TAKEN 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a walk gave. */
struct sum {
    uint32_t frames;
    uint64_t hash;
};

static void mix(struct sum *sum, uint64_t value)
{
    sum->hash = (sum->hash ^ value) * UINT64_C(0x100000001b3);
}

static struct sum walk_all(const struct weir_lease *lease)
{
    struct weir_frame frames[5];
    struct weir_walk walk = {0};
    struct sum sum = {0};
    uint32_t n;
    while ((n = lease->walk(lease, &walk, frames, 5)) > 0)
        for (uint32_t i = 0; i < n; i++) {
            const struct weir_frame *f = &frames[i];
            mix(&sum, (uint64_t)f->time_ns);
            mix(&sum, f->caplen);
            mix(&sum, f->len);
            mix(&sum, f->flags & ~(uint32_t)WEIR_FRAME_RETAGGED);
            for (uint32_t b = 0; b < f->caplen; b++)
                mix(&sum, f->data[b]);
            sum.frames++;
        }
    WEIR_ASSERT(sum.frames <= lease->frames && walk.frames == sum.frames);
    return sum;
}

static struct sum walk_exact(const struct weir_lease *lease)
{
    struct weir_lease exact = *lease;
    exact.base = malloc(lease->bytes);
    WEIR_ASSERT(exact.base != NULL);
    memcpy(exact.base, lease->base, lease->bytes);
    const struct sum first = walk_all(&exact);
    const struct sum again = walk_all(&exact);
    WEIR_ASSERT(first.frames == again.frames && first.hash == again.hash);
    free(exact.base);
    return first;
}

static void check_blocks(const struct weir_lease *lease)
{
    uint32_t at = 0;
    uint32_t packets = 0;
    while (at < lease->bytes) {
        const uint32_t total = weir_load_32(lease->base + at + 4);
        WEIR_ASSERT(total >= 12 && total % 4 == 0 &&
                    total <= lease->bytes - at);
        WEIR_ASSERT(weir_load_32(lease->base + at + total - 4) == total);
        packets += weir_load_32(lease->base + at) == WEIR_PCAPNG_EPB;
        at += total;
    }
    WEIR_ASSERT(packets == lease->frames);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct weir_afpacket_device device = {.snaplen = 1000,
                                                       .copies = true};
    struct weir_afpacket_block block;
    if (size < SIZE_MIN_TAKEN || size > SIZE_MAX_TAKEN ||
        !weir_afpacket_block_read(data, (uint32_t)size, &block))
        return 0;
    const uint32_t room =
        ((uint32_t)size / WEIR_LEASE_ALIGN + 1) * WEIR_LEASE_ALIGN;
    struct weir_lease lease = {
        .walk = weir_afpacket_block_walk,
        .walk_context = &device,
        .base = aligned_alloc(WEIR_LEASE_ALIGN, room),
        .bytes = block.bytes,
        .frames = block.frames,
        .room = room,
        .begin_ns = block.begin_ns,
        .lost_before = data[40],
    };
    WEIR_ASSERT(lease.base != NULL);
    memcpy(lease.base, data, size);
    const struct sum before = walk_exact(&lease);
    if (weir_afpacket_block_in_place(&lease)) {
        const struct sum after = walk_all(&lease);
        WEIR_ASSERT(lease.bytes <= room && lease.bytes % WEIR_LEASE_ALIGN == 0);
        WEIR_ASSERT(after.frames == before.frames &&
                    after.frames == lease.frames && after.hash == before.hash);
        check_blocks(&lease);
    }
    free(lease.base);
    return 0;
}
