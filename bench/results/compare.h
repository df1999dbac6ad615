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

#include <stddef.h>
#include <stdio.h>

struct weir_err;
struct weir_lines;

/* A change to the worse beyond this is a regression, if no round of the new
 * results is within the spread of the old ones or the other way round: where
 * spreads overlap, the order of two medians means nothing. */
#define WEIR_COMPARE_LIMIT 0.10

enum weir_compare_verdict {
    WEIR_COMPARE_SAME,       /* within the limit */
    WEIR_COMPARE_OVERLAP,    /* beyond it, but the spreads of the two overlap */
    WEIR_COMPARE_BETTER,     /* beyond it */
    WEIR_COMPARE_REGRESSION, /* beyond it, to the worse */
    WEIR_COMPARE_UNJUDGED,   /* nobody says which way is better */
    WEIR_COMPARE_MISSING,    /* the new results do not have it */
    WEIR_COMPARE_NEW,        /* the old ones did not */
    WEIR_COMPARE_NO_FIGURE,  /* one of the two is null */
    WEIR_COMPARE_VERDICTS,
};

struct weir_compare_row {
    const char *name;
    double was; /* NAN: none */
    double now;
    double change; /* fraction, of now over was */
    enum weir_compare_verdict verdict;
};

struct weir_compare {
    struct weir_compare_row *rows; /* as in the old file, then new ones */
    size_t count;
    size_t of[WEIR_COMPARE_VERDICTS]; /* rows, by their verdict */
};

/* weir_compare_both: rows of which both have a figure. */
size_t weir_compare_both(const struct weir_compare *compare);

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
