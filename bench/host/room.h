#ifndef WEIR_BENCH_HOST_ROOM_H
#define WEIR_BENCH_HOST_ROOM_H

/* room: how much a trial may write into a folder, and how long that lasts.
 *
 * At most half of what is free there; where files live in memory, also at
 * most half of the memory that is free.
 *
 * Threads   any.
 * Units     bytes, nanoseconds.
 * Errors    -errno with the folder's name. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct weir_err;

struct weir_room {
    char type[16];  /* of the file system: "tmpfs", "ext4" */
    uint64_t bytes; /* that may be written */
};

int weir_room_of(struct weir_room *out, const char *folder,
                 struct weir_err *err);

/* weir_room_mount_type: pure: whether a line of /proc/self/mountinfo is of that
 * mount; then *out is its file system's type. */
bool weir_room_mount_type(char *out, size_t size, const char *line,
                          uint64_t mount);

/* weir_room_fit: pure: how much of duration_ns so many frames a second of so
 * many bytes in the file fit. */
int64_t weir_room_fit(uint64_t room_bytes, int64_t duration_ns, double pps,
                      double frame_bytes);

#endif
