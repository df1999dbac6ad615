#ifndef WEIR_TESTS_FUZZ_FILE_WALK_H
#define WEIR_TESTS_FUZZ_FILE_WALK_H

/* file_walk: any bytes as a capture file, through the file source.
 *
 * Threads   one; it keeps a memory file between calls. */

#include <stddef.h>
#include <stdint.h>

/* file_walk: reads the bytes as a file in blocks of 4096 and of 131072; every
 * lease is walked in an exact-size copy and every byte of every frame is
 * looked at.  Aborts where the two readings differ, or where a walk does not
 * give what the lease promises.  (Where a frame does not fit a small block, the
 * small reading may end before the other.)  Then file_copy.h's. */
void file_walk(const uint8_t *data, size_t size);

#endif
