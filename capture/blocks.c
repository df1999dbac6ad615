#include "capture/blocks.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/err.h"
#include "base/pages.h"

struct weir_blocks {
    struct weir_pages pages;
    uint32_t count;
    uint32_t home;
    uint8_t *stack[];
};

int weir_blocks_open(struct weir_blocks **out, uint32_t count, uint32_t bytes,
                     struct weir_err *err)
{
    if (count == 0 || count > UINT16_MAX || bytes == 0 || bytes % 4096 != 0)
        return weir_err_set(err, -EINVAL, "%u blocks of %u bytes", count,
                            bytes);
    struct weir_blocks *blocks =
        calloc(1, sizeof *blocks + count * sizeof blocks->stack[0]);
    if (blocks == NULL)
        return weir_err_sys(err, -ENOMEM, "%u blocks of %u bytes", count,
                            bytes);
    if (weir_pages_map(&blocks->pages, (size_t)count * bytes) < 0) {
        free(blocks);
        return weir_err_sys(err, -ENOMEM, "%u blocks of %u bytes", count,
                            bytes);
    }
    blocks->count = count;
    for (uint32_t i = 0; i < count; i++)
        weir_blocks_put(blocks, blocks->pages.base + (size_t)i * bytes);
    *out = blocks;
    return 0;
}

uint8_t *weir_blocks_get(struct weir_blocks *blocks)
{
    return blocks->home > 0 ? blocks->stack[--blocks->home] : NULL;
}

void weir_blocks_put(struct weir_blocks *blocks, uint8_t *block)
{
    WEIR_ASSERT(block != NULL && blocks->home < blocks->count);
    blocks->stack[blocks->home++] = block;
}

void weir_blocks_close(struct weir_blocks *blocks)
{
    if (blocks == NULL)
        return;
    WEIR_ASSERT(blocks->home == blocks->count);
    weir_pages_unmap(&blocks->pages);
    free(blocks);
}

static_assert(sizeof(struct weir_native) == 24, "no hidden padding");
static_assert(sizeof(struct weir_native) >= WEIR_LEASE_RECORD_BYTES_MIN,
              "what a lease's record has at least");

static uint32_t native_bytes(uint32_t caplen)
{
    return (uint32_t)sizeof(struct weir_native) + ((caplen + 7u) & ~7u);
}

bool weir_fill_fits(const struct weir_fill *fill, uint32_t caplen)
{
    return fill->frames < WEIR_LEASE_FRAMES_MAX && caplen <= fill->capacity &&
           native_bytes(caplen) <= fill->capacity - fill->used;
}

uint8_t *weir_fill_add(struct weir_fill *fill, const struct weir_frame *frame)
{
    WEIR_DCHECK(weir_fill_fits(fill, frame->caplen));
    const struct weir_native header = {
        .time_ns = frame->time_ns,
        .caplen = frame->caplen,
        .len = frame->len,
        .iface = frame->iface,
        .flags = frame->flags,
    };
    uint8_t *record = fill->base + fill->used;
    memcpy(record, &header, sizeof header);
    fill->used += native_bytes(frame->caplen);
    fill->frames++;
    return record + sizeof header;
}

static uint32_t native_walk(const struct weir_lease *lease,
                            struct weir_walk *walk, struct weir_frame *out,
                            uint32_t max)
{
    uint32_t n = 0;
    uint32_t offset = walk->offset;
    while (n < max && lease->bytes - offset >= sizeof(struct weir_native)) {
        /* Read where it lies, which is at a multiple of 8: each record waits
         * for the length in the one before, and a copy would go through
         * memory: 2 ns a frame more. */
        const struct weir_native *header =
            (const struct weir_native *)(const void *)(lease->base + offset);
        offset += (uint32_t)sizeof *header;
        out[n++] = (struct weir_frame){
            .data = lease->base + offset,
            .time_ns = header->time_ns,
            .caplen = header->caplen,
            .len = header->len,
            .iface = header->iface,
            .flags = header->flags,
        };
        offset += (header->caplen + 7u) & ~7u;
    }
    walk->offset = offset;
    walk->frames += n;
    return n;
}

void weir_fill_lease(struct weir_fill *fill, struct weir_lease *lease)
{
    *lease = (struct weir_lease){
        .walk = native_walk,
        .base = fill->base,
        .bytes = fill->used,
        .frames = fill->frames,
        .owner = fill->base,
        .screened = fill->screened,
    };
    *fill = (struct weir_fill){0};
}
