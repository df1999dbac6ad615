#ifndef WEIR_SINK_DIRECT_H
#define WEIR_SINK_DIRECT_H

/* direct: writes past the page cache (O_DIRECT), and what they ask for.
 *
 * Memory, place in the file and length are multiples of WEIR_LEASE_ALIGN.  A
 * pcapng is made to fit by its last block, which gets a custom option of
 * zeros (draft-ietf-opsawg-pcapng, 3.5.1), so the file is whole after each
 * write.
 *
 * Threads   any; one at a time for one file. */

#include <stdbool.h>
#include <stdint.h>

#include "ring/lease.h"

struct weir_err;

/* weir_direct_pad appends at most so much: no option, and no block, is made
 * of less than 16 bytes. */
#define WEIR_DIRECT_PAD_MAX (WEIR_LEASE_ALIGN + 12)

static inline bool weir_direct_is_aligned(const void *bytes, uint32_t len)
{
    return (((uintptr_t)bytes | len) & (WEIR_LEASE_ALIGN - 1)) == 0;
}

/* weir_direct_padded: the length of len bytes of whole blocks with padding.
 * weir_direct_pad: appends the padding; returns the same.
 * weir_direct_pad_tail: bytes are as many of the blocks' last, 8 or all at
 * least, have been copied to `tail`, and it is there that they are padded;
 * only the length at the last block's head may change before them. */
static inline uint32_t weir_direct_padded(uint32_t len)
{
    uint32_t gap = (0u - len) & (WEIR_LEASE_ALIGN - 1);
    return len + gap + (gap > 0 && gap < 16 ? WEIR_LEASE_ALIGN : 0);
}

uint32_t weir_direct_pad(uint8_t *bytes, uint32_t len);
uint32_t weir_direct_pad_tail(uint8_t *bytes, uint32_t len, uint8_t *tail,
                              uint32_t tail_bytes);

/* weir_direct_is_memory: the file is on a file system without a disk, where
 * direct writes are page-cache writes under another name. */
bool weir_direct_is_memory(int fd);

/* weir_direct_enter: from here on every write to fd, an empty regular file
 * of ours, is direct.  Returns false, with nothing changed, where that is
 * not possible. */
bool weir_direct_enter(int fd);

/* weir_direct_leave: no more.
 * weir_direct_return: they are again, from a page's begin on. */
void weir_direct_leave(int fd);
void weir_direct_return(int fd);

/* weir_direct_probe: whether a file made in that folder could be direct; with
 * `memory`, even where there is no disk.  No trace is left. */
bool weir_direct_probe(const char *folder, bool memory);

#endif
