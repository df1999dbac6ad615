#ifndef WEIR_BENCH_RESULTS_DRAWINGS_H
#define WEIR_BENCH_RESULTS_DRAWINGS_H

/* drawings: the plots of a document, drawn by gnuplot.
 *
 * What it cannot draw is missing, and the page has its tables.  A gnuplot
 * that is not there, or does not end, is not tried again.
 *
 * Owner     the caller closes.
 * Threads   one.
 * Units     nanoseconds.
 * Errors    -ENOMEM, with words; a drawing that is missing is none. */

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct weir_doc;
struct weir_html_drawing;

/* For one drawing; it takes 0.1 s. */
#define WEIR_DRAWINGS_TIMEOUT_NS INT64_C(30000000000)

struct weir_drawings {
    struct weir_html_drawing *at; /* of each plot, in their order */
    size_t count;
    size_t missing;
    const char *remark;  /* for who reads the page; NULL if all are there */
    struct weir_err why; /* of the first that is missing */
};

int weir_drawings_open(struct weir_drawings *out, const struct weir_doc *doc,
                       int64_t timeout_ns, struct weir_err *err);
void weir_drawings_close(struct weir_drawings *drawings);

#endif
