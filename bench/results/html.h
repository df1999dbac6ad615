#ifndef WEIR_BENCH_RESULTS_HTML_H
#define WEIR_BENCH_RESULTS_HTML_H

/* html: a document as one HTML file that needs nothing else: no network, no
 * script, no font; it says so itself by a Content-Security-Policy.
 *
 * It has a light and a dark dress, a narrow and a wide one, and one for
 * paper.  Every text is escaped.
 *
 * Threads   one.
 * Errors    those of out, which the caller looks at. */

#include <stddef.h>
#include <stdio.h>

struct weir_doc;

/* The drawings of the document's plots (bench/results/svg.h), in their order;
 * NULL where there is none. */
struct weir_html_drawing {
    char *wide;
    char *narrow;
};

/* weir_html_put: a drawing for each WEIR_DOC_PLOT; drawings may be NULL.
 * remark: what the reader must know first, or NULL. */
void weir_html_put(const struct weir_doc *doc,
                   const struct weir_html_drawing *drawings, const char *remark,
                   FILE *out);

/* The page's style sheet, in parts. */
extern const char *const weir_html_style[];
extern const size_t weir_html_style_parts;

#endif
