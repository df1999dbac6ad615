#ifndef WEIR_BENCH_RESULTS_MARKDOWN_H
#define WEIR_BENCH_RESULTS_MARKDOWN_H

/* markdown: a document as Markdown, with tables as GitHub has them.
 *
 * Readable as it stands: tables are aligned.  Plots are left out.  Every text
 * shows as it is: nothing in it becomes markup or a link.
 *
 * Threads   one.
 * Errors    those of out, which the caller looks at. */

#include <stdbool.h>
#include <stdio.h>

struct weir_doc;

/* weir_markdown_put: as a document of its own, or (part) as what goes into
 * one under a heading of the second level: the title is no heading, and every
 * heading one level lower. */
void weir_markdown_put(const struct weir_doc *doc, bool part, FILE *out);

/* weir_markdown_text: one line's text, escaped; the caller frees; NULL
 * without memory. */
char *weir_markdown_text(const char *text);

#endif
