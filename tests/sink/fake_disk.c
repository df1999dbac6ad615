#include "tests/sink/fake_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/assert.h"

#define PAGE 4096u

static void fake_start(struct weir_disk *disk,
                       struct weir_disk_op *const *chain, uint32_t n)
{
    struct fake_disk *fake = (struct fake_disk *)disk;
    WEIR_ASSERT(fake->pending_count == 0 && n <= WEIR_DISK_DEPTH);
    memcpy(fake->pending, chain, n * sizeof(struct weir_disk_op *));
    fake->pending_count = n;
    fake->cut = false;
}

/* Of what is written, the bytes that take the place of others. */
static uint32_t old_bytes(const struct weir_disk_op *op)
{
    struct stat st;
    WEIR_ASSERT(fstat(op->fd, &st) == 0);
    uint64_t size = (uint64_t)st.st_size;
    uint64_t old = size > op->offset ? size - op->offset : 0;
    return old < op->len ? (uint32_t)old : op->len;
}

static int32_t trouble(struct fake_disk *fake, const struct weir_disk_op *op)
{
    uint32_t pages = op->len / PAGE;
    switch (random_below(&fake->random, 4)) {
    case 0:
        return (int32_t)(1 + random_below(&fake->random, op->len - 1));
    case 1:
        return pages < 2
                   ? -EAGAIN
                   : (int32_t)(PAGE *
                               (1 + random_below(&fake->random, pages - 1)));
    default:
        return -EAGAIN;
    }
}

/* How many bytes of the write get through; or an error. */
static int32_t fate(struct fake_disk *fake, const struct weir_disk_op *op)
{
    uint32_t old = old_bytes(op);
    if (op->offset % PAGE != 0 || op->len % PAGE != 0)
        return -EINVAL;
    if (fake->trouble > 0 && random_below(&fake->random, fake->trouble) == 0)
        return trouble(fake, op);
    if (op->len <= old || op->len - old <= fake->room)
        return (int32_t)op->len;
    uint32_t left = (old + (uint32_t)fake->room) / PAGE * PAGE;
    return left > 0 ? (int32_t)left : fake->error;
}

/* The first bytes of a write; any number of them. */
static void write_first(const struct weir_disk_op *op, uint32_t bytes)
{
    uint64_t offset = op->offset;
    int flags = fcntl(op->fd, F_GETFL);
    WEIR_ASSERT(fcntl(op->fd, F_SETFL, flags & ~O_DIRECT) == 0);
    for (uint32_t i = 0; i < op->parts_count && bytes > 0; i++) {
        size_t n = op->parts[i].iov_len;
        if (n > bytes)
            n = bytes;
        WEIR_ASSERT(pwrite(op->fd, op->parts[i].iov_base, n, (off_t)offset) ==
                    (ssize_t)n);
        offset += n;
        bytes -= (uint32_t)n;
    }
    WEIR_ASSERT(bytes == 0 && fcntl(op->fd, F_SETFL, flags) == 0);
}

static void run(struct fake_disk *fake, struct weir_disk_op *op)
{
    if (op->kind == WEIR_DISK_ALLOCATE) {
        op->result = random_below(&fake->random, 4) == 0 ? -EOPNOTSUPP : 0;
        return;
    }
    fake->joined += op->parts_count > 1;
    op->result = fake->cut ? -ECANCELED : fate(fake, op);
    if (op->result > 0) {
        uint32_t old = old_bytes(op);
        write_first(op, (uint32_t)op->result);
        if (fake->room != UINT64_MAX && (uint32_t)op->result > old)
            fake->room -= (uint32_t)op->result - old;
    }
    if (op->result > 0 || !fake->torn)
        fake->torn = op->result > 0 && op->result != (int32_t)op->len;
    if (op->result != (int32_t)op->len && !fake->unordered)
        fake->cut = true;
}

static struct weir_disk_op *fake_reap(struct weir_disk *disk, bool wait)
{
    struct fake_disk *fake = (struct fake_disk *)disk;
    if (fake->pending_count == 0 ||
        (!wait && random_below(&fake->random, 3) > 0))
        return NULL;
    uint32_t i =
        fake->unordered ? random_below(&fake->random, fake->pending_count) : 0;
    fake->reordered += i > 0;
    struct weir_disk_op *op = fake->pending[i];
    memmove(fake->pending + i, fake->pending + i + 1,
            (fake->pending_count - i - 1) * sizeof(struct weir_disk_op *));
    fake->pending_count--;
    run(fake, op);
    return op;
}

static void fake_close(struct weir_disk *disk)
{
    WEIR_ASSERT(((struct fake_disk *)disk)->pending_count == 0);
}

void fake_disk_open(struct fake_disk *fake, uint64_t seed)
{
    static const struct weir_disk_ops ops = {
        .start = fake_start,
        .reap = fake_reap,
        .close = fake_close,
    };
    *fake = (struct fake_disk){.disk = {.ops = &ops, .fd = -1},
                               .random = {seed},
                               .room = UINT64_MAX,
                               .error = -ENOSPC};
}
