#include "sink/tail.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/err.h"
#include "sink/direct.h"

/* The last block, which may begin anywhere in a page, and what comes. */
#define ROOM_BYTES                                                             \
    (WEIR_LEASE_ALIGN + 2 * WEIR_TAIL_BYTES_MAX + 2 * WEIR_LEASE_ALIGN)

/* A disk that says "again" so often will not do it. */
#define TRIES_MAX 100

int weir_tail_open(struct weir_tail *tail, struct weir_err *err)
{
    static_assert(ROOM_BYTES % WEIR_LEASE_ALIGN == 0, "whole pages");
    tail->blocks = malloc(ROOM_BYTES);
    tail->padded = aligned_alloc(WEIR_LEASE_ALIGN, ROOM_BYTES);
    if (tail->blocks != NULL && tail->padded != NULL)
        return 0;
    weir_tail_close(tail);
    return weir_err_sys(err, -ENOMEM, "sink");
}

void weir_tail_close(struct weir_tail *tail)
{
    free(tail->blocks);
    free(tail->padded);
    *tail = (struct weir_tail){0};
}

void weir_tail_forget(struct weir_tail *tail)
{
    tail->bytes = 0;
}

/* Writes len bytes of `padded`; returns 0 or -errno. */
static int write_padded(const struct weir_tail *tail, struct weir_disk *disk,
                        const struct weir_outfile *out, uint32_t len)
{
    struct iovec part = {.iov_base = tail->padded, .iov_len = len};
    struct weir_disk_op op = {
        .kind = WEIR_DISK_WRITE,
        .fd = out->fd,
        .parts = &part,
        .parts_count = 1,
        .len = len,
        .offset = out->base + tail->begin,
    };
    struct weir_disk_op *const chain[] = {&op};
    for (uint32_t tries = 0; tries < TRIES_MAX; tries++) {
        disk->ops->start(disk, chain, 1);
        while (disk->ops->reap(disk, true) == NULL)
            continue;
        if (op.result == (int32_t)op.len)
            return 0;
        if (op.result <= 0 && op.result != -EAGAIN && op.result != -EINTR)
            return op.result == 0 ? -EIO : op.result;
        /* A direct write begins with a page. */
        uint32_t pages = op.result < 0 ? 0 : (uint32_t)op.result;
        pages &= ~(WEIR_LEASE_ALIGN - 1U);
        if (pages > 0) {
            part.iov_base = (uint8_t *)part.iov_base + pages;
            part.iov_len -= pages;
            op.offset += pages;
            op.len -= pages;
            tries = 0;
        }
    }
    return -EIO;
}

static uint32_t pad(struct weir_tail *tail, uint32_t len)
{
    memcpy(tail->padded, tail->blocks, len);
    return weir_direct_pad(tail->padded, len);
}

int weir_tail_write(struct weir_tail *tail, struct weir_disk *disk,
                    struct weir_outfile *out, const uint8_t *bytes,
                    uint32_t len, struct weir_err *err)
{
    WEIR_ASSERT(len <= WEIR_TAIL_BYTES_MAX && len > 0);
    if (tail->bytes == 0)
        tail->begin = out->bytes;
    memcpy(tail->blocks + tail->bytes, bytes, len);
    uint32_t end = tail->bytes + len;
    uint32_t padded = pad(tail, end);
    int rc = write_padded(tail, disk, out, padded);
    if (rc != 0) {
        /* What was there before is put back, over what got through; that
         * takes no room on the disk. */
        if (tail->bytes > 0)
            write_padded(tail, disk, out, pad(tail, tail->bytes));
        out->torn = true;
        weir_outfile_cut(out, out->bytes);
        return weir_err_sys(err, rc, "%s: write", out->name);
    }
    out->bytes = tail->begin + padded;
    /* The padding is in the last block, whose length is at its begin. */
    uint32_t last = end - weir_load_32(tail->blocks + end - 4);
    uint32_t keep = last & ~(WEIR_LEASE_ALIGN - 1U);
    memmove(tail->blocks, tail->blocks + keep, end - keep);
    tail->bytes = end - keep;
    tail->begin += keep;
    return 0;
}
