#ifndef WEIR_SINK_FILE_RING_H
#define WEIR_SINK_FILE_RING_H

/* file_ring: the newest N files of a recording; the oldest goes first.
 *
 * Only a file that this recording made is ever removed: if another one is
 * found under its name, that one is left alone.
 *
 * Threads   one at a time.
 * Progress  all memory is taken at open. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct weir_err;

struct weir_file_ring {
    uint32_t max; /* 0: no ring, nothing is removed */
    uint32_t count;
    uint32_t next; /* slot of the next file; of the oldest when full */
    size_t name_bytes;
    struct weir_file_id *ids;
    char *names;
};

struct weir_file_id {
    dev_t dev;
    ino_t ino;
};

int weir_file_ring_open(struct weir_file_ring *ring, uint32_t max,
                        size_t name_bytes, struct weir_err *err);
void weir_file_ring_close(struct weir_file_ring *ring);

/* weir_file_ring_make_room: removes the oldest file if N are there. */
int weir_file_ring_make_room(struct weir_file_ring *ring, struct weir_err *err);

/* weir_file_ring_add: there is room. */
void weir_file_ring_add(struct weir_file_ring *ring, const char *name,
                        struct weir_file_id id);

#endif
