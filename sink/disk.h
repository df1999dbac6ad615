#ifndef WEIR_SINK_DISK_H
#define WEIR_SINK_DISK_H

/* disk: operations on files that go on while we do something else.
 *
 * By io_uring where the kernel permits it; else by plain calls, and then an
 * operation is over when start returns.  Tests have one of their own.
 *
 * Owner     an operation, and the memory, the parts and the file that it
 *           names, are the disk's from start until reap gives it back.
 * Threads   open and close: [1] nobody else running.  Else one at a time.
 * Order     operations of one start are a chain: each begins when the one
 *           before it has ended.  A write that fails or is short ends the
 *           chain: those behind it are reaped with -ECANCELED.  Chains have
 *           no order among them.
 * Progress  start does not wait for the disk where fd >= 0; no allocation
 *           after open. */

#include <stdbool.h>
#include <stdint.h>

struct iovec;
struct weir_err;
struct weir_disk;

enum weir_disk_kind {
    WEIR_DISK_WRITE,    /* pwritev() */
    WEIR_DISK_ALLOCATE, /* fallocate(FALLOC_FL_KEEP_SIZE); may fail within a
                           chain, which goes on */
};

struct weir_disk_op {
    enum weir_disk_kind kind;
    int fd;
    uint32_t parts_count; /* of a write */
    const struct iovec *parts;
    uint32_t len; /* of all parts, or of the room */
    uint64_t offset;
    int32_t result; /* bytes of a write, 0, or -errno */
};

/* As many can be in the disk at a time. */
#define WEIR_DISK_DEPTH 64

struct weir_disk_ops {
    void (*start)(struct weir_disk *disk, struct weir_disk_op *const *chain,
                  uint32_t n);
    /* The next operation that is over, in any order, or NULL: none is yet,
     * or nothing is going on.  Who waits gets NULL for the second only: where
     * the kernel cannot be waited for, what it has is over in its own time,
     * and what is started from then on fails. */
    struct weir_disk_op *(*reap)(struct weir_disk *disk, bool wait);
    /* After everything was reaped. */
    void (*close)(struct weir_disk *disk);
};

struct weir_disk {
    const struct weir_disk_ops *ops;
    int fd; /* readable when there is something to reap; -1: never waits */
};

/* weir_disk_open: by io_uring, or plain where that may not be used. */
int weir_disk_open(struct weir_disk **out, struct weir_err *err);

/* weir_disk_open_uring: -EPERM, -ENOSYS and others where that cannot be.
 * weir_disk_open_plain: -ENOMEM. */
int weir_disk_open_uring(struct weir_disk **out, struct weir_err *err);
int weir_disk_open_plain(struct weir_disk **out, struct weir_err *err);

#endif
