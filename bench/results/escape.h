#ifndef WEIR_BENCH_RESULTS_ESCAPE_H
#define WEIR_BENCH_RESULTS_ESCAPE_H

/* escape: any text as text of HTML and of SVG.
 *
 * Threads   any, each with an out of its own.
 * Errors    those of out, which the caller looks at. */

#include <stdio.h>

/* weir_escape: fit for text and for attributes in quotes. */
void weir_escape(const char *text, FILE *out);

#endif
