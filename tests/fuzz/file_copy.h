#ifndef WEIR_TESTS_FUZZ_FILE_COPY_H
#define WEIR_TESTS_FUZZ_FILE_COPY_H

/* file_copy: a capture file of any bytes through a reader and its dump.
 *
 * Threads   one. */

#include "tests/fuzz/reading.h"

/* file_copy: reads the file, one frame and a batch in turn, with filters that
 * take all or are wrong; dumps each frame to a pcapng, and reads that.
 * Aborts where the first reading differs from `seen`, or the second from the
 * first in what a pcapng can have. */
void file_copy(const char *path, const struct reading *seen);

#endif
