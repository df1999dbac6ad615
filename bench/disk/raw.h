#ifndef WEIR_BENCH_DISK_RAW_H
#define WEIR_BENCH_DISK_RAW_H

/* raw: what a disk takes past the page cache for as long as it is asked:
 * 1 MiB after 1 MiB by O_DIRECT into a file whose room is set aside, and
 * nothing else.
 *
 * As many writes are on their way at a time as the depth says, each by a
 * thread of its own.
 *
 * Owner     the file goes before the return.
 * Threads   the main thread; the writers are a crew's.
 * Units     bytes, nanoseconds.
 * Errors    -errno with words; -EOPNOTSUPP: no disk, or no O_DIRECT;
 *           -ECANCELED: the stop was set. */

#include <stdint.h>

struct weir_err;
struct weir_stop;

#define WEIR_RAW_WRITE     (UINT32_C(1) << 20)
#define WEIR_RAW_DEPTH_MAX 8

struct weir_raw_config {
    const char *folder;
    uint64_t bytes_max; /* of the file: then it ends sooner */
    int64_t duration_ns;
    uint32_t depth;
    const struct weir_stop *stop;
};

struct weir_raw {
    uint64_t bytes;
    int64_t duration_ns;
    double bytes_s;
};

int weir_raw_run(struct weir_raw *out, const struct weir_raw_config *config,
                 struct weir_err *err);

#endif
