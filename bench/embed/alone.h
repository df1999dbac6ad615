#ifndef WEIR_BENCH_EMBED_ALONE_H
#define WEIR_BENCH_EMBED_ALONE_H

/* alone: work of this program in a process of its own, so that its CPU time
 * and its memory are nobody else's.
 *
 * The process is a copy of the bench's (fork), ends with it, and writes
 * nothing but what it found.
 *
 * Owner     the caller.
 * Threads   the bench's main thread, with no other.
 * Units     nanoseconds, bytes.
 * Errors    -errno with a text, the work's own among them; -EIO: it was killed
 *           by a signal; -ETIMEDOUT: it did not end, and was killed. */

#include <stdint.h>

struct weir_err;

struct weir_alone {
    uint64_t frames;
    uint64_t sum; /* of what was looked at in them: equal for equal work */
    int64_t cpu_ns;
    int64_t wall_ns;
    uint64_t memory_bytes; /* greatest resident set */
};

/* weir_alone_fn: does the work, and sets frames and sum.  The times are those
 * from its begin to its end, unless it sets them itself. */
typedef int weir_alone_fn(void *context, struct weir_alone *out,
                          struct weir_err *err);

int weir_alone_run(struct weir_alone *out, weir_alone_fn *work, void *context,
                   int64_t timeout_ns, struct weir_err *err);

/* weir_alone_cpu_ns: of the calling process so far. */
int64_t weir_alone_cpu_ns(void);

#endif
