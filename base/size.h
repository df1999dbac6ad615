#ifndef WEIR_BASE_SIZE_H
#define WEIR_BASE_SIZE_H

/* size: a number of bytes, as people write it.
 *
 * Threads   any. */

#include <stdint.h>

#define WEIR_SIZE_TEXT 32

/* weir_size_text: exactly, in the largest of GiB, MiB, KiB and bytes of which
 * it is a multiple: "1 byte", "384 KiB", "0 bytes".  Returns out. */
char *weir_size_text(char out[WEIR_SIZE_TEXT], uint64_t bytes);

#endif
