#ifndef WEIR_BENCH_RESULTS_COMPARE_H
#define WEIR_BENCH_RESULTS_COMPARE_H

/* compare: the ratios of two results files, side by side.
 *
 * A ratio is of two figures of one run, so it may be compared with that of
 * another run; an absolute figure may not, and is left out.  Ratios are
 * paired by name.
 *
 * Owner     the caller closes; texts are the lines'.
 * Threads   one.
 * Errors    -ENOMEM, with words. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct weir_err;
struct weir_lines;

/* A change to the worse beyond this is a regression. */
#define WEIR_COMPARE_LIMIT 0.10

enum weir_compare_verdict {
    WEIR_COMPARE_SAME,       /* within the limit */
    WEIR_COMPARE_BETTER,     /* beyond it */
    WEIR_COMPARE_REGRESSION, /* beyond it, to the worse */
    WEIR_COMPARE_UNJUDGED,   /* nobody says which way is better */
    WEIR_COMPARE_MISSING,    /* the new results do not have it */
    WEIR_COMPARE_NEW,        /* the old ones did not */
    WEIR_COMPARE_NO_FIGURE,  /* one of the two is null */
};

struct weir_compare_row {
    const char *name;
    double was; /* NAN: none */
    double now;
    double change; /* fraction, of now over was */
    bool overlap;  /* the spreads of the two overlap */
    enum weir_compare_verdict verdict;
};

struct weir_compare {
    struct weir_compare_row *rows; /* as in the old file, then new ones */
    size_t count;
    size_t regressions;
};

int weir_compare_open(struct weir_compare *compare,
                      const struct weir_lines *was,
                      const struct weir_lines *now, struct weir_err *err);
void weir_compare_close(struct weir_compare *compare);

/* weir_compare_print: the table, each regression by name, and what about the
 * hosts differs. */
void weir_compare_print(const struct weir_compare *compare,
                        const struct weir_lines *was,
                        const struct weir_lines *now, FILE *out);

#endif
