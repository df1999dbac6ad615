#ifndef WEIR_BASE_MEMORY_H
#define WEIR_BASE_MEMORY_H

/* memory: how much of it can still be had.
 *
 * Who asks the kernel for more, in pages that cannot be given back, has it
 * end other processes first.
 *
 * Units     bytes.
 * Threads   any. */

#include <stdint.h>

/* weir_memory_available: what the kernel would find without swapping
 * (MemAvailable), or the limit of a control group above this process leaves,
 * if that is less; pages of files do not count there.  root is in front of
 * /proc and /sys: "", but for tests.  UINT64_MAX if nothing is known. */
uint64_t weir_memory_available(const char *root);

#endif
