#ifndef WEIR_BASE_OUTPUT_H
#define WEIR_BASE_OUTPUT_H

/* output: what becomes of standard output.
 *
 * A reader that has seen enough (`weir read ... | head`) closes the pipe;
 * that is no error.  Anything else that keeps the text from going out is.
 *
 * Threads   the main thread. */

#include <stdbool.h>

/* weir_output_reserve: first of all: where a program was started without its
 * standard input, output or error, /dev/null stands in, so that no file which
 * is opened later gets that number, and what is printed. */
void weir_output_reserve(void);

/* weir_output_start: before anything is printed.  A closed pipe becomes an
 * error of write() instead of a signal, and errors are remembered. */
void weir_output_start(void);

/* weir_output_flush: false if standard output does not take more. */
bool weir_output_flush(void);

/* weir_output_finish: the last flush.  Returns status, or if the text did
 * not go out WEIR_EXIT_FAILED, with one line on stderr; a closed pipe
 * changes nothing. */
int weir_output_finish(const char *command, int status);

#endif
