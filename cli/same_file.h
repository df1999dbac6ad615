#ifndef WEIR_CLI_SAME_FILE_H
#define WEIR_CLI_SAME_FILE_H

/* same_file: whether two names on a command line are one file.
 *
 * Threads   any; it looks at the file system. */

#include <stdbool.h>

/* weir_same_file: path, of an output, is the same text as the other, or, under
 * whatever spelling, the same regular file, or the name of the same file to be
 * made.  "-" is the standard output, for the other this descriptor.  Devices
 * and pipes take whatever comes, so only their text counts.  NULL is no name.
 */
bool weir_same_file(const char *path, const char *other, int other_standard);

#endif
