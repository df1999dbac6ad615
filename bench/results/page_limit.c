#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/page_parts.h"
#include "bench/results/plot.h"

#define MEGA 1e-6
#define GIGA 1e-9

static const char *const by_target[] = {"target", "folder", NULL};
/* Numbers of rows begin anew with each command. */
static const char *const by_row[] = {"row",    "frame",   "target",
                                     "folder", "workers", NULL};
static const char *const by_workers[] = {"workers", NULL};
static const char *const by_workload[] = {"frame", "target", "folder", NULL};
static const char *const by_size_series[] = {"target", "folder", "workers",
                                             NULL};

static const struct weir_doc_column columns[] = {
    {"Row", true},      {"Frame", false},       {"To", false},
    {"Workers", true},  {"NDR, Mpps", true},    {"Gbit/s", true},
    {"Interval", true}, {"PDR, Mpps", true},    {"CPU, ns", true},
    {"Ring, ms", true}, {"What limits", false}, {"Trials", true},
    {"Remarks", false},
};

/* What makes a row's figures worth less than others. */
static void remarks_cell(const json_t *limit, struct weir_doc *doc)
{
    char text[WEIR_PAGE_NAME_MAX] = "";
    const char *end = weir_line_text(limit, "end");
    double hiccups = weir_line_number(limit, "hiccups");
    const json_t *confirmed = json_object_get(limit, "confirmed");
    const char *way = weir_line_text(limit, "generator");
    int n = 0;
    if (way != NULL)
        n = snprintf(text, sizeof text, ", sent by %.16s", way);
    if (json_is_false(confirmed))
        n += snprintf(text + n, sizeof text - (size_t)n,
                      ", not confirmed by a long trial");
    if (weir_line_bool(limit, "shortened"))
        n += snprintf(text + n, sizeof text - (size_t)n, ", shortened trials");
    if (hiccups > 0)
        n += snprintf(text + n, sizeof text - (size_t)n,
                      ", good in spite of %.0f failures", hiccups);
    if (end != NULL && strcmp(end, "done") != 0)
        (void)snprintf(text + n, sizeof text - (size_t)n, ", ended: %.30s",
                       end);
    weir_doc_cell(doc, text[0] == '\0' ? "" : text + 2);
}

static void trials_cell(const json_t *limit, struct weir_doc *doc)
{
    double trials = weir_line_number(limit, "trials");
    double voids = weir_line_number(limit, "void_trials");
    if (!isfinite(trials))
        weir_doc_cell(doc, NULL);
    else if (voids > 0)
        weir_doc_cellf(doc, "%.0f, %.0f void", trials, voids);
    else
        weir_doc_cellf(doc, "%.0f", trials);
}

/* A rate that the generator could not exceed is a lower bound. */
static void rate_cell(const json_t *limit, const char *key, double scale,
                      int decimals, struct weir_doc *doc)
{
    char number[WEIR_DOC_NUMBER_MAX];
    const char *text =
        weir_doc_number(number, scale * weir_line_number(limit, key), decimals);
    if (text == NULL)
        weir_doc_cell(doc, NULL);
    else
        weir_doc_cellf(doc, "%s%s",
                       weir_line_bool(limit, "generator_limited") ? "≥ " : "",
                       text);
}

static void limit_row(const json_t *limit, bool named, struct weir_doc *doc)
{
    char frame[WEIR_PAGE_NAME_MAX];
    double width = weir_line_number(limit, "ndr_width_fraction");
    double cpu = weir_line_number(limit, "cpu_ns");
    if (named)
        weir_doc_figure(doc, weir_line_number(limit, "row"), 0);
    weir_doc_cell(doc, weir_page_frame(frame, limit));
    weir_doc_cell(doc, weir_page_target(frame, limit));
    weir_doc_figure(doc, weir_line_number(limit, "workers"), 0);
    rate_cell(limit, "ndr_pps", MEGA, 3, doc);
    rate_cell(limit, "ndr_bits", GIGA, 2, doc);
    if (isfinite(width) && !weir_line_bool(limit, "generator_limited"))
        weir_doc_cellf(doc, "%.1f%%", 100 * width);
    else
        weir_doc_cell(doc, NULL);
    rate_cell(limit, "pdr_pps", MEGA, 3, doc);
    weir_doc_figure(doc, cpu, weir_page_decimals(cpu));
    weir_doc_figure(doc, 1000 * weir_line_number(limit, "ring_s"), 0);
    weir_doc_cell(doc, weir_line_bool(limit, "generator_limited")
                           ? "generator"
                           : weir_page_limit(frame, limit));
    trials_cell(limit, doc);
    remarks_cell(limit, doc);
}

/* Rows have names; where frame, target and workers say which row it is, the
 * name would only say it again. */
static void limit_table(const struct weir_rows *limits, struct weir_doc *doc)
{
    static const char *const by_all[] = {"frame", "target", "folder", "workers",
                                         NULL};
    bool named = false;
    for (size_t i = 0; i < limits->count; i++)
        named |= !weir_rows_first(limits, i, by_all);
    size_t skip = named ? 0 : 1;
    weir_doc_table(doc, "", columns + skip,
                   sizeof columns / sizeof columns[0] - skip);
    for (size_t i = 0; i < limits->count; i++)
        limit_row(limits->at[i], named, doc);
    weir_rows_say_left(limits, "rows", doc);
}

/* The valid trials of a row as points. */
/* Of a row only its longest trials make a line: a host takes for a moment what
 * it cannot sustain, and a line through both would jump from one to the
 * other.  A trial is as long as the longest if it has most of its time. */
#define AS_LONG 0.9

static double longest_of(const struct weir_rows *trials, const json_t *limit)
{
    double longest = 0;
    for (size_t i = 0; i < trials->count; i++)
        if (weir_rows_alike(trials->at[i], limit, by_row) &&
            weir_line_bool(trials->at[i], "valid"))
            longest =
                fmax(longest, weir_line_number(trials->at[i], "duration_s"));
    return longest;
}

static void loss_series(struct weir_plot *plot, const json_t *limit,
                        const struct weir_rows *trials)
{
    char frame[WEIR_PAGE_NAME_MAX];
    char name[2 * WEIR_PAGE_NAME_MAX];
    char number[WEIR_DOC_NUMBER_MAX];
    double workers = weir_line_number(limit, "workers");
    (void)weir_page_frame(frame, limit);
    if (isfinite(workers))
        (void)snprintf(name, sizeof name, "%s, %.0f worker%s", frame, workers,
                       workers > 1 ? "s" : "");
    else
        (void)snprintf(name, sizeof name, "%s", frame);
    struct weir_plot_series *series = weir_plot_series_add(
        plot, name, (unsigned)(plot->series_count % WEIR_PLOT_COLOURS));
    if (series == NULL)
        return;
    double least_s = longest_of(trials, limit) * AS_LONG;
    for (size_t i = 0; i < trials->count; i++) {
        const json_t *trial = trials->at[i];
        if (weir_rows_alike(trial, limit, by_row) &&
            weir_line_bool(trial, "valid") &&
            !(weir_line_number(trial, "duration_s") < least_s))
            weir_plot_point_add(series,
                                MEGA * weir_line_number(trial, "offered_pps"),
                                weir_line_number(trial, "loss_fraction"));
    }
    weir_plot_series_sort(series);
    double ndr = MEGA * weir_line_number(limit, "ndr_pps");
    series->mark_x = ndr;
    const char *text = weir_doc_number(number, ndr, 3);
    char remark[WEIR_PAGE_NAME_MAX];
    (void)snprintf(remark, sizeof remark, "%s%s%s",
                   text == NULL ? "never lossless" : "NDR ",
                   text == NULL ? "" : text, text == NULL ? "" : " Mpps");
    series->remark = strdup(remark);
}

/* One plot for each target, of at most as many rows as there are colours. */
static void loss_plots(const struct weir_rows *limits,
                       const struct weir_rows *trials, struct weir_doc *doc)
{
    bool drawn = false;
    for (size_t i = 0; i < limits->count; i++) {
        if (!weir_rows_first(limits, i, by_target))
            continue;
        const json_t *first = limits->at[i];
        char target[WEIR_PAGE_NAME_MAX];
        struct weir_plot *plot =
            weir_plot_open(WEIR_PLOT_LINES, "Loss against offered rate",
                           weir_page_target(target, first));
        if (plot == NULL)
            return;
        plot->x_label = "offered, Mpps";
        plot->y_label = "frames lost";
        plot->y_scale = WEIR_PLOT_LOSS;
        size_t more = 0;
        size_t points = 0;
        for (size_t k = i; k < limits->count; k++) {
            if (!weir_rows_alike(limits->at[k], first, by_target))
                continue;
            if (plot->series_count == WEIR_PLOT_COLOURS) {
                more++;
                continue;
            }
            loss_series(plot, limits->at[k], trials);
            points += plot->series[plot->series_count - 1].count;
        }
        if (points == 0) {
            weir_plot_close(plot);
            continue;
        }
        weir_doc_plot(doc, plot);
        drawn = true;
        if (more > 0)
            weir_doc_add(doc, WEIR_DOC_TEXT,
                         "%zu more rows of this target are in the table and "
                         "not drawn.",
                         more);
    }
    if (drawn)
        weir_doc_add(doc, WEIR_DOC_TEXT,
                     "The plots of loss have the longest trials of each row; "
                     "the shorter ones, which may pass what cannot be "
                     "sustained, are in the table of trials.");
}

/* How many rows of i's series differ in x. */
static size_t spread_of(const struct weir_rows *limits, size_t i,
                        const char *const *series, const char *const *x)
{
    size_t count = 0;
    for (size_t k = 0; k < limits->count; k++)
        if (weir_rows_alike(limits->at[k], limits->at[i], series)) {
            bool again = false;
            for (size_t j = 0; j < k; j++)
                again |=
                    weir_rows_alike(limits->at[j], limits->at[i], series) &&
                    weir_rows_alike(limits->at[j], limits->at[k], x);
            count += !again;
        }
    return count;
}

static void scaling_plot(const struct weir_rows *limits, struct weir_doc *doc)
{
    struct weir_plot *plot =
        weir_plot_open(WEIR_PLOT_LINES, "Scaling with workers", "NDR");
    if (plot == NULL)
        return;
    plot->x_label = "workers";
    plot->x_scale = WEIR_PLOT_WHOLE;
    plot->y_label = "without loss, Mpps";
    for (size_t i = 0; i < limits->count; i++) {
        if (plot->series_count == WEIR_PLOT_COLOURS ||
            !weir_rows_first(limits, i, by_workload) ||
            spread_of(limits, i, by_workload, by_workers) < 2)
            continue;
        char frame[WEIR_PAGE_NAME_MAX];
        char target[WEIR_PAGE_NAME_MAX];
        char name[2 * WEIR_PAGE_NAME_MAX + 2];
        (void)snprintf(name, sizeof name, "%s, %s",
                       weir_page_frame(frame, limits->at[i]),
                       weir_page_target(target, limits->at[i]));
        struct weir_plot_series *series =
            weir_plot_series_add(plot, name, (unsigned)plot->series_count);
        for (size_t k = i; k < limits->count; k++)
            if (weir_rows_alike(limits->at[k], limits->at[i], by_workload))
                weir_plot_point_add(
                    series, weir_line_number(limits->at[k], "workers"),
                    MEGA * weir_line_number(limits->at[k], "ndr_pps"));
        weir_plot_series_sort(series);
    }
    if (plot->series_count > 0)
        weir_doc_plot(doc, plot);
    else
        weir_plot_close(plot);
}

static void cpu_plot(const struct weir_rows *limits, struct weir_doc *doc)
{
    static const char *const by_frame[] = {"frame", NULL};
    struct weir_plot *plot = weir_plot_open(
        WEIR_PLOT_LINES, "CPU per frame, by frame size", "weir at its NDR");
    if (plot == NULL)
        return;
    plot->x_label = "frame, bytes";
    plot->y_label = "CPU, ns per frame";
    plot->x_scale = WEIR_PLOT_LOG;
    for (size_t i = 0; i < limits->count; i++) {
        if (plot->series_count == WEIR_PLOT_COLOURS ||
            !weir_rows_first(limits, i, by_size_series) ||
            spread_of(limits, i, by_size_series, by_frame) < 2)
            continue;
        char target[WEIR_PAGE_NAME_MAX];
        char name[2 * WEIR_PAGE_NAME_MAX];
        (void)snprintf(name, sizeof name, "%s, workers: %.0f",
                       weir_page_target(target, limits->at[i]),
                       weir_line_number(limits->at[i], "workers"));
        struct weir_plot_series *series =
            weir_plot_series_add(plot, name, (unsigned)plot->series_count);
        for (size_t k = i; k < limits->count; k++)
            if (weir_rows_alike(limits->at[k], limits->at[i], by_size_series))
                weir_plot_point_add(series, weir_page_size(limits->at[k]),
                                    weir_line_number(limits->at[k], "cpu_ns"));
        weir_plot_series_sort(series);
        if (series != NULL && series->count < 2)
            weir_plot_series_drop(plot);
    }
    if (plot->series_count > 0)
        weir_doc_plot(doc, plot);
    else
        weir_plot_close(plot);
}

void weir_page_limits(const struct weir_lines *lines, struct weir_doc *doc)
{
    struct weir_rows limits;
    struct weir_rows trials;
    weir_rows_open(&limits, lines, "limit");
    weir_rows_open(&trials, lines, "trial");
    if (limits.count > 0) {
        weir_doc_add(doc, WEIR_DOC_HEADING, "Without loss");
        weir_doc_add(doc, WEIR_DOC_TEXT,
                     "The highest offered rate of which not one frame was "
                     "lost (NDR), and with at most 0.5%% lost (PDR). The "
                     "interval is how closely the search enclosed the NDR; ≥ "
                     "marks what the generator could not exceed; the ring is "
                     "the time that the kernel's buffer holds at the NDR.");
        limit_table(&limits, doc);
        loss_plots(&limits, &trials, doc);
        scaling_plot(&limits, doc);
        cpu_plot(&limits, doc);
    }
}
