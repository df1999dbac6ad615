#include "tests/sink/fake_disk.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
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

/* How many bytes of the write get through; or an error. */
static int32_t fate(struct fake_disk *fake, const struct weir_disk_op *op)
{
    uint32_t pages = op->len / PAGE;
    if (fake->trouble > 0 && random_below(&fake->random, fake->trouble) == 0)
        return random_below(&fake->random, 2) == 0 || pages < 2
                   ? -EAGAIN
                   : (int32_t)(PAGE *
                               (1 + random_below(&fake->random, pages - 1)));
    if (op->len <= old_bytes(op) || op->len - old_bytes(op) <= fake->room)
        return (int32_t)op->len;
    uint32_t left = old_bytes(op) + (uint32_t)(fake->room / PAGE) * PAGE;
    return left > 0 ? (int32_t)left : fake->error;
}

static void run(struct fake_disk *fake, struct weir_disk_op *op)
{
    if (op->kind == WEIR_DISK_ALLOCATE) {
        op->result = random_below(&fake->random, 4) == 0 ? -EOPNOTSUPP : 0;
        return;
    }
    op->result = fake->cut ? -ECANCELED : fate(fake, op);
    if (op->result > 0) {
        uint32_t old = old_bytes(op);
        ssize_t n =
            pwrite(op->fd, op->bytes, (size_t)op->result, (off_t)op->offset);
        WEIR_ASSERT(n == op->result);
        if (fake->room != UINT64_MAX && (uint32_t)n > old)
            fake->room -= (uint32_t)n - old;
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
