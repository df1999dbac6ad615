#ifndef WEIR_BENCH_RESULTS_DOC_H
#define WEIR_BENCH_RESULTS_DOC_H

/* doc: a document of headings, texts, tables and plots, before it is
 * Markdown (bench/results/markdown.h) or HTML (bench/results/html.h).
 *
 * Texts are plain: what writes the document escapes them for its language.
 * They may come from anybody's file: what is not printable becomes '?', and
 * what is longer than WEIR_DOC_TEXT_MAX bytes is cut off, with "...".
 *
 * Owner     the caller closes; the document keeps copies of all that it is
 *           given, and takes plots.
 * Threads   one.
 * Errors    none by call: the document remembers that it had no memory, and
 *           weir_doc_failed tells. */

#include <stdbool.h>
#include <stddef.h>

struct weir_plot;

#define WEIR_DOC_TEXT_MAX    2000
#define WEIR_DOC_COLUMNS_MAX 16

enum weir_doc_kind {
    WEIR_DOC_TITLE,   /* text */
    WEIR_DOC_LEAD,    /* text: what stands under the title */
    WEIR_DOC_HEADING, /* text: opens a section */
    WEIR_DOC_PART,    /* text: a heading within a section */
    WEIR_DOC_TEXT,    /* text: a paragraph */
    WEIR_DOC_CODE,    /* text: commands */
    WEIR_DOC_LIST,    /* cells: an item each */
    WEIR_DOC_CARDS,   /* cells: value, unit, what, remark */
    WEIR_DOC_TABLE,   /* text: the caption; columns, cells */
    WEIR_DOC_PLOT,    /* plot */
    WEIR_DOC_FOLD,    /* text: what the fold holds, up to FOLD_END */
    WEIR_DOC_FOLD_END,
};

#define WEIR_DOC_CARD_CELLS 4

struct weir_doc_column {
    const char *name; /* a constant of ours */
    bool number;      /* right aligned */
};

struct weir_doc_block {
    enum weir_doc_kind kind;
    char *text;
    struct weir_doc_column columns[WEIR_DOC_COLUMNS_MAX];
    size_t columns_count;
    char **cells; /* rows one behind the other; NULL: no figure */
    size_t cells_count;
    bool *strong; /* of each cell: in bold */
    struct weir_plot *plot;
};

struct weir_doc {
    struct weir_doc_block *blocks;
    size_t count;
    bool failed;
};

void weir_doc_open(struct weir_doc *doc);
bool weir_doc_failed(const struct weir_doc *doc);
void weir_doc_close(struct weir_doc *doc);

/* weir_doc_add: a block that is no more than a text. */
void weir_doc_add(struct weir_doc *doc, enum weir_doc_kind kind,
                  const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* weir_doc_item: of the list that the document ends with, else of a new one. */
void weir_doc_item(struct weir_doc *doc, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* weir_doc_card: a headline figure; like items, cards gather. */
void weir_doc_card(struct weir_doc *doc, const char *value, const char *unit,
                   const char *what, const char *remark);

/* weir_doc_table: begins one; then a cell for each column of each row.  A
 * NULL text, or a figure that is not finite, is no figure. */
void weir_doc_table(struct weir_doc *doc, const char *caption,
                    const struct weir_doc_column *columns, size_t count);
void weir_doc_cell(struct weir_doc *doc, const char *text);
void weir_doc_cellf(struct weir_doc *doc, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void weir_doc_figure(struct weir_doc *doc, double value, int decimals);

/* weir_doc_strong: the row's cells so far are in bold. */
void weir_doc_strong(struct weir_doc *doc);

/* weir_doc_plot: takes the plot; NULL is no plot. */
void weir_doc_plot(struct weir_doc *doc, struct weir_plot *plot);

/* weir_doc_number: "12,345.6" in the caller's memory; NULL if the value is
 * not finite. */
#define WEIR_DOC_NUMBER_MAX 64
const char *weir_doc_number(char out[WEIR_DOC_NUMBER_MAX], double value,
                            int decimals);

#endif
