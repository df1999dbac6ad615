#include <math.h>
#include <stdio.h>

#include "bench/results/page_parts.h"

#define MEGA 1e-6

static const struct weir_doc_column columns[] = {
    {"Row", false},           {"Offered, Mpps", true},  {"s", true},
    {"Sent", true},           {"Before the tap", true}, {"Kernel saw", true},
    {"Kernel dropped", true}, {"Received", true},       {"Excluded", true},
    {"In the file", true},    {"Lost", true},           {"Verdict", false},
};

static double before_of(const json_t *trial)
{
    static const char *const names[] = {"qdisc", "device", "backlog"};
    const json_t *before = json_object_get(trial, "before");
    double sum = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        double one = weir_line_number(before, names[i]);
        sum += isfinite(one) ? one : 0;
    }
    return sum;
}

/* A count that is missing takes no part. */
static double or_zero(const json_t *object, const char *key)
{
    double value = weir_line_number(object, key);
    return isfinite(value) ? value : 0;
}

/* Counts of frames are far below 2^53: doubles hold them exactly. */
static bool agree(double left, double right)
{
    return !isfinite(left) || !isfinite(right) || left == right;
}

bool weir_page_agrees(const json_t *trial)
{
    double seen = weir_line_number(trial, "kernel_seen");
    double received = weir_line_number(trial, "received");
    return agree(weir_line_number(trial, "sent"), seen + before_of(trial)) &&
           agree(seen, received + or_zero(trial, "kernel_dropped") +
                           or_zero(trial, "discards")) &&
           agree(received, weir_line_number(trial, "distinct") +
                               or_zero(trial, "excluded") +
                               or_zero(trial, "lost"));
}

struct weir_page_audit weir_page_audit(const struct weir_lines *lines)
{
    struct weir_page_audit audit = {0};
    size_t at = 0;
    const json_t *trial;
    while ((trial = weir_lines_next(lines, "trial", &at)) != NULL) {
        audit.trials++;
        if (!weir_line_bool(trial, "valid"))
            continue;
        audit.valid++;
        bool three = isfinite(weir_line_number(trial, "sent")) &&
                     isfinite(weir_line_number(trial, "kernel_seen")) &&
                     isfinite(weir_line_number(trial, "received"));
        bool file = isfinite(weir_line_number(trial, "distinct"));
        audit.with_file += three && file;
        audit.no_file += three && !file;
        if (!weir_page_agrees(trial) && audit.broken++ == 0)
            audit.first = audit.trials;
    }
    return audit;
}

/* Few lost frames are a number, many a share. */
static void loss_cell(const json_t *trial, struct weir_doc *doc)
{
    double loss = weir_line_number(trial, "loss_fraction");
    if (!isfinite(loss))
        weir_doc_cell(doc, NULL);
    else if (loss <= 0)
        weir_doc_cell(doc, "0");
    else if (loss < 1e-5)
        weir_doc_cellf(doc, "%.2g ppm", 1e6 * loss);
    else
        weir_doc_cellf(doc, "%.3g%%", 100 * loss);
}

static void trial_row(const json_t *trial, struct weir_doc *doc)
{
    char text[WEIR_PAGE_NAME_MAX];
    weir_doc_cell(doc, weir_page_row(text, trial));
    weir_doc_figure(doc, MEGA * weir_line_number(trial, "offered_pps"), 3);
    weir_doc_figure(doc, weir_line_number(trial, "duration_s"), 1);
    weir_doc_figure(doc, weir_line_number(trial, "sent"), 0);
    weir_doc_figure(doc, before_of(trial), 0);
    weir_doc_figure(doc, weir_line_number(trial, "kernel_seen"), 0);
    weir_doc_figure(doc, weir_line_number(trial, "kernel_dropped"), 0);
    weir_doc_figure(doc, weir_line_number(trial, "received"), 0);
    weir_doc_figure(doc, weir_line_number(trial, "excluded"), 0);
    weir_doc_figure(doc, weir_line_number(trial, "distinct"), 0);
    loss_cell(trial, doc);
    const char *why = weir_line_text(trial, "void");
    const char *limit = weir_page_limit(text, trial);
    if (!weir_line_bool(trial, "valid"))
        weir_doc_cellf(doc, "void: %s", why == NULL ? "?" : why);
    else if (!weir_page_agrees(trial))
        weir_doc_cell(doc, "the counts do not agree");
    else if (limit != NULL)
        weir_doc_cellf(doc, "limit: %s", limit);
    else
        weir_doc_cell(doc, "");
}

static void say_audit(const struct weir_page_audit *audit, struct weir_doc *doc)
{
    weir_doc_add(
        doc, WEIR_DOC_TEXT,
        "%zu trial%s, %zu of them valid, %zu of these with a file that was "
        "read back. A trial with a file is valid when four independent counts "
        "agree: sent = kernel saw + dropped before the tap; kernel saw = "
        "received + kernel dropped; received = distinct frames in the file + "
        "excluded. Without a file the last is left out, and three counts "
        "agree.",
        audit->trials, audit->trials == 1 ? "" : "s", audit->valid,
        audit->with_file);
    if (audit->broken > 0)
        weir_doc_add(doc, WEIR_DOC_TEXT,
                     "In %zu trials that call themselves valid the counts do "
                     "not agree (the first is trial %zu): these results are "
                     "not to be trusted.",
                     audit->broken, audit->first);
}

void weir_page_trials(const struct weir_lines *lines, struct weir_doc *doc)
{
    struct weir_rows trials;
    weir_rows_open(&trials, lines, "trial");
    if (trials.count > 0) {
        const struct weir_page_audit audit = weir_page_audit(lines);
        weir_doc_add(doc, WEIR_DOC_HEADING, "Trials");
        say_audit(&audit, doc);
        weir_doc_add(doc, WEIR_DOC_FOLD, "Every trial with its counts");
        weir_doc_table(doc, "", columns, sizeof columns / sizeof columns[0]);
        for (size_t i = 0; i < trials.count; i++)
            trial_row(trials.at[i], doc);
        weir_rows_say_left(&trials, "trials", doc);
        weir_doc_add(doc, WEIR_DOC_FOLD_END, "%s", "");
    }
}
