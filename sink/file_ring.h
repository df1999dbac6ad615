#ifndef WEIR_SINK_FILE_RING_H
#define WEIR_SINK_FILE_RING_H

/* file_ring: the newest N files of a recording; the oldest goes first.
 *
 * Only a file that this recording made, or adopted when it began, is ever
 * removed: if another one is found under its name, or it was changed since,
 * it is left alone.
 *
 * Threads   one at a time.
 * Progress  all memory is taken at open. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct weir_err;

struct weir_file_ring {
    uint32_t max; /* 0: no ring, nothing is removed */
    uint32_t count;
    uint32_t next; /* slot of the next file; of the oldest when full */
    size_t name_bytes;
    struct weir_file_id *ids;
    char *names;
};

/* How a complete file is known again: a removed file's inode number may be
 * the next one's. */
struct weir_file_id {
    dev_t dev;
    ino_t ino;
    off_t bytes;
    struct timespec changed;
};

int weir_file_ring_open(struct weir_file_ring *ring, uint32_t max,
                        size_t name_bytes, struct weir_err *err);
void weir_file_ring_close(struct weir_file_ring *ring);

/* weir_file_ring_find: what a name stands for before the recording begins: 1
 * and *id a capture file, or an empty one; 0 nothing; -EEXIST, without a text,
 * anything else; -EBUSY a file that another recording is writing.
 * weir_file_ring_adopt: what was found there is in the ring, as the newest yet;
 * an *id of zeros is no file. */
int weir_file_ring_find(const char *name, struct weir_file_id *id,
                        struct weir_err *err);
void weir_file_ring_adopt(struct weir_file_ring *ring, const char *name,
                          const struct weir_file_id *id);

/* weir_file_ring_make_room: removes the oldest file if N are there. */
int weir_file_ring_make_room(struct weir_file_ring *ring, struct weir_err *err);

/* weir_file_ring_add: the newest file; there is room.
 * weir_file_ring_complete: it is what fd is now, and will be no more. */
void weir_file_ring_add(struct weir_file_ring *ring, const char *name);
void weir_file_ring_complete(struct weir_file_ring *ring, int fd);

#endif
