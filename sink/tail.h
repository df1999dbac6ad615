#ifndef WEIR_SINK_TAIL_H
#define WEIR_SINK_TAIL_H

/* tail: the end of a direct file on a link where little happens.
 *
 * A page for every few frames would make a file of paddings.  Instead the
 * file's last pages, from that on in which the last block begins, are written
 * once more with what came since.  Such writes are waited for: they are small,
 * and there is time.
 *
 * Threads   one at a time.
 * Progress  no allocation after open.
 * Errors    -errno with a text that begins with the file's name; the file
 *           ends then where it ended before. */

#include <stdint.h>

#include "sink/disk.h"
#include "sink/outfile.h"

/* More than that at a time is not little: its padding does not matter. */
#define WEIR_TAIL_BYTES_MAX 16384

struct weir_tail {
    uint8_t *blocks; /* as they are, without padding */
    uint8_t *padded; /* as they are written, page-aligned */
    uint32_t bytes;  /* of blocks; 0: the next write begins a page */
    uint64_t begin;  /* of those, in the file */
};

/* weir_tail_open: 0 or -ENOMEM.  weir_tail_close accepts what is all zero. */
int weir_tail_open(struct weir_tail *tail, struct weir_err *err);
void weir_tail_close(struct weir_tail *tail);

/* weir_tail_forget: the file's end is not the tail's, or it is another file. */
void weir_tail_forget(struct weir_tail *tail);

/* weir_tail_write: appends len bytes of whole pcapng blocks, at most
 * WEIR_TAIL_BYTES_MAX, to the direct file; the disk has nothing to do. */
int weir_tail_write(struct weir_tail *tail, struct weir_disk *disk,
                    struct weir_outfile *out, const uint8_t *bytes,
                    uint32_t len, struct weir_err *err);

#endif
