#ifndef WEIR_SINK_FILE_LOCK_H
#define WEIR_SINK_FILE_LOCK_H

/* file_lock: how recordings know which files are being written.
 *
 * flock(2): who reads, by whatever program, is not held up.  Where a file
 * system has no locks everything goes on without.
 *
 * Threads   any. */

#include <stdbool.h>

/* weir_file_lock: nobody else holds the file's lock; we do from then on, until
 * the descriptor is closed. */
bool weir_file_lock(int fd);

#endif
