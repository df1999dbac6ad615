#include "sink/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "base/assert.h"
#include "base/err.h"

/* Operations that are over and wait to be reaped, in a ring. */
struct plain {
    struct weir_disk base;
    uint32_t reaped;
    uint32_t ended;
    struct weir_disk_op *ops[WEIR_DISK_DEPTH];
};

static int32_t run(const struct weir_disk_op *op)
{
    if (op->kind == WEIR_DISK_ALLOCATE) {
        int rc = fallocate(op->fd, FALLOC_FL_KEEP_SIZE, (off_t)op->offset,
                           (off_t)op->len);
        return rc == 0 ? 0 : -errno;
    }
    ssize_t n =
        pwritev(op->fd, op->parts, (int)op->parts_count, (off_t)op->offset);
    return n >= 0 ? (int32_t)n : -errno;
}

static void plain_start(struct weir_disk *disk,
                        struct weir_disk_op *const *chain, uint32_t n)
{
    struct plain *plain = (struct plain *)disk;
    bool broken = false;
    for (uint32_t i = 0; i < n; i++) {
        struct weir_disk_op *op = chain[i];
        op->result = broken ? -ECANCELED : run(op);
        if (op->kind == WEIR_DISK_WRITE && op->result != (int32_t)op->len)
            broken = true;
        WEIR_ASSERT(plain->ended - plain->reaped < WEIR_DISK_DEPTH);
        plain->ops[plain->ended++ % WEIR_DISK_DEPTH] = op;
    }
}

static struct weir_disk_op *plain_reap(struct weir_disk *disk, bool wait)
{
    struct plain *plain = (struct plain *)disk;
    (void)wait;
    if (plain->reaped == plain->ended)
        return NULL;
    return plain->ops[plain->reaped++ % WEIR_DISK_DEPTH];
}

static void plain_close(struct weir_disk *disk)
{
    free(disk);
}

static const struct weir_disk_ops plain_ops = {
    .start = plain_start,
    .reap = plain_reap,
    .close = plain_close,
};

int weir_disk_open_plain(struct weir_disk **out, struct weir_err *err)
{
    struct plain *plain = calloc(1, sizeof *plain);
    if (plain == NULL)
        return weir_err_sys(err, -ENOMEM, "disk");
    plain->base = (struct weir_disk){.ops = &plain_ops, .fd = -1};
    *out = &plain->base;
    return 0;
}

int weir_disk_open(struct weir_disk **out, struct weir_err *err)
{
    /* Refused by seccomp or kernel.io_uring_disabled, or too old. */
    if (weir_disk_open_uring(out, NULL) == 0)
        return 0;
    return weir_disk_open_plain(out, err);
}
