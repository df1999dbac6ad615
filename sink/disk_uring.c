#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "base/assert.h"
#include "base/err.h"
#include "sink/disk.h"

/* How often completions are looked for that nobody can be told of. */
#define LOOK_NS 1000000

struct uring {
    struct weir_disk base;
    struct io_uring ring;
    uint32_t started; /* not reaped yet */
    int error;        /* the kernel takes no more */
    /* What it did not take, to be reaped. */
    uint32_t refused;
    struct weir_disk_op *refusals[WEIR_DISK_DEPTH];
};

static void prepare(struct uring *uring, struct weir_disk_op *op, bool last)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&uring->ring);
    WEIR_ASSERT(sqe != NULL);
    if (op->kind == WEIR_DISK_ALLOCATE)
        io_uring_prep_fallocate(sqe, op->fd, FALLOC_FL_KEEP_SIZE,
                                (off_t)op->offset, (off_t)op->len);
    else
        io_uring_prep_writev(sqe, op->fd, op->parts, op->parts_count,
                             op->offset);
    io_uring_sqe_set_data(sqe, op);
    if (last)
        return;
    /* A hard link goes on behind a failure; an ordinary one is cut by a
     * failure and by a short write (io_uring_enter(2), IOSQE_IO_LINK). */
    io_uring_sqe_set_flags(sqe, op->kind == WEIR_DISK_ALLOCATE
                                    ? IOSQE_IO_HARDLINK
                                    : IOSQE_IO_LINK);
}

static void uring_start(struct weir_disk *disk,
                        struct weir_disk_op *const *chain, uint32_t n)
{
    struct uring *uring = (struct uring *)disk;
    WEIR_ASSERT(uring->started + n <= WEIR_DISK_DEPTH);
    uring->started += n;
    uint32_t taken = 0;
    for (uint32_t i = 0; uring->error == 0 && i < n; i++)
        prepare(uring, chain[i], i == n - 1);
    while (uring->error == 0 && taken < n) {
        int rc = io_uring_submit(&uring->ring);
        if (rc > 0)
            taken += (uint32_t)rc;
        else if (rc == -EAGAIN || rc == -EBUSY || rc == -EINTR)
            sched_yield(); /* memory is short for a moment */
        else
            uring->error = rc == 0 ? -EIO : rc;
    }
    for (; taken < n; taken++) {
        chain[taken]->result = uring->error;
        uring->refusals[uring->refused++] = chain[taken];
    }
}

/* Where the kernel refuses to let us wait it takes no more from us, but what
 * it has taken is still its own to read: memory that goes home now would be
 * filled anew and written like that.  Nor would closing the ring end it: the
 * kernel does not wait there for what is on its way (io_ring_ctx_wait_and_kill
 * leaves that to a worker of its own).  But each operation ends, and the kernel
 * puts its completion into memory that is mapped here, without a call of ours
 * and whatever the calls say: there is room, for completions are given twice as
 * many places as there are operations.  So we look there, and give an operation
 * back when its completion is seen, and never before. */
static struct io_uring_cqe *wait_for_one(struct uring *uring)
{
    static const struct timespec pause = {.tv_nsec = LOOK_NS};
    struct io_uring_cqe *cqe = NULL;
    int rc;
    while ((rc = io_uring_wait_cqe(&uring->ring, &cqe)) != 0) {
        if (rc == -EINTR)
            continue;
        /* The descriptor is ours: only a fault of the program closes it, and
         * then no completion comes. */
        WEIR_ASSERT(rc != -EBADF);
        if (uring->error == 0)
            uring->error = rc;
        nanosleep(&pause, NULL);
    }
    return cqe;
}

static struct weir_disk_op *uring_reap(struct weir_disk *disk, bool wait)
{
    struct uring *uring = (struct uring *)disk;
    struct io_uring_cqe *cqe = NULL;
    if (uring->started == 0)
        return NULL;
    if (uring->started == uring->refused) {
        uring->started--;
        return uring->refusals[--uring->refused];
    }
    if (wait)
        cqe = wait_for_one(uring);
    else if (io_uring_peek_cqe(&uring->ring, &cqe) != 0)
        return NULL;
    struct weir_disk_op *op = io_uring_cqe_get_data(cqe);
    op->result = cqe->res;
    io_uring_cqe_seen(&uring->ring, cqe);
    uring->started--;
    return op;
}

static void uring_close(struct weir_disk *disk)
{
    struct uring *uring = (struct uring *)disk;
    WEIR_ASSERT(uring->started == 0);
    io_uring_queue_exit(&uring->ring);
    free(uring);
}

static const struct weir_disk_ops uring_ops = {
    .start = uring_start,
    .reap = uring_reap,
    .close = uring_close,
};

int weir_disk_open_uring(struct weir_disk **out, struct weir_err *err)
{
    struct uring *uring = calloc(1, sizeof *uring);
    if (uring == NULL)
        return weir_err_sys(err, -ENOMEM, "disk");
    uring->base.ops = &uring_ops;
    int rc = io_uring_queue_init(WEIR_DISK_DEPTH, &uring->ring, 0);
    if (rc != 0) {
        free(uring);
        return weir_err_sys(err, rc, "io_uring");
    }
    /* The ring's own descriptor is readable while it holds completions. */
    uring->base.fd = uring->ring.ring_fd;
    *out = &uring->base;
    return 0;
}
