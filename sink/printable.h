#ifndef WEIR_SINK_PRINTABLE_H
#define WEIR_SINK_PRINTABLE_H

/* printable: names from outside, made fit to be shown.
 *
 * A file or an interface may be called anything: a name may hold sequences
 * that drive a terminal, or bytes that are no UTF-8, which JSON cannot hold.
 *
 * Threads   any; pure functions.
 * Errors    none; a text that is too long is cut off between characters. */

#include <stddef.h>

/* What stands for the part that is left out. */
#define WEIR_PRINTABLE_CUT "..."

/* weir_printable: for terminals.  Control characters (C0, DEL, C1, the line
 * and paragraph separators, and those that change the direction of writing)
 * and bytes that are not UTF-8 become '?'.  Returns out, always ended by 0;
 * size >= 1. */
char *weir_printable(char *out, size_t size, const char *text);

/* weir_printable_end: the same of at most `bytes` bytes at the text's end, with
 * WEIR_PRINTABLE_CUT before them if that is not all: the end of a file's name
 * tells more than its beginning.  bytes <= size - 4. */
char *weir_printable_end(char *out, size_t size, const char *text,
                         size_t bytes);

/* weir_utf8: for JSON.  Bytes that are not UTF-8 become U+FFFD; all else
 * stands, as JSON escapes control characters.  A text of n bytes needs at
 * most 3 n + 1. */
char *weir_utf8(char *out, size_t size, const char *text);

#endif
