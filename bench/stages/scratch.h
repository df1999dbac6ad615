#ifndef WEIR_BENCH_STAGES_SCRATCH_H
#define WEIR_BENCH_STAGES_SCRATCH_H

/* scratch: a folder for a while, which goes away with all that is in it,
 * whatever ends the bench.
 *
 * A small process of its own keeps watch: when the bench closes the folder,
 * or ends by any signal, SIGKILL too, it removes it.
 *
 * Owner     the caller closes.
 * Threads   one.
 * Errors    -errno with the folder's name; -ENOSPC: the file system has not
 *           the room that is asked for. */

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

struct weir_err;

struct weir_scratch {
    char path[PATH_MAX];
    pid_t guard;
    int pipe_fd; /* closed with us: the guard's sign */
};

/* weir_scratch_open: a new folder within `folder`. */
int weir_scratch_open(struct weir_scratch *out, const char *folder,
                      uint64_t room_bytes, struct weir_err *err);

/* weir_scratch_close: returns when the folder is gone. */
void weir_scratch_close(struct weir_scratch *scratch);

/* weir_scratch_folder: where temporary files go: $TMPDIR, else /tmp, else
 * /dev/shm: the first that can be written. */
const char *weir_scratch_folder(void);

#endif
