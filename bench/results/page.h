#ifndef WEIR_BENCH_RESULTS_PAGE_H
#define WEIR_BENCH_RESULTS_PAGE_H

/* page: what results say, as a document (bench/results/doc.h).
 *
 * Headline figures first, then each kind of result with its plots and a
 * table, then how it was measured and on what.  A kind of which there are no
 * lines has no section.  Keys that are missing are figures that could not be
 * had.
 *
 * Threads   one.
 * Errors    those of the document. */

struct weir_doc;
struct weir_lines;

void weir_page_build(const struct weir_lines *lines, struct weir_doc *doc);

#endif
