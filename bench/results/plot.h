#ifndef WEIR_BENCH_RESULTS_PLOT_H
#define WEIR_BENCH_RESULTS_PLOT_H

/* plot: what a plot shows, and how it becomes SVG by gnuplot.
 *
 * Two kinds: lines (series of points over a number) and bars (lying; a bar of
 * one part with a spread, or of several parts one behind the other).
 *
 * Names come from anybody's file.  They reach gnuplot only in its data
 * files, where nothing is expanded or run, and never in its script; legends
 * are not gnuplot's, but text of the page.
 *
 * Colours are numbers of the page's palette (bench/results/svg.h).
 *
 * Owner     the caller closes; the plot keeps copies of texts.
 * Threads   one.
 * Errors    add calls on a plot that is NULL, or that had no memory, do
 *           nothing; weir_plot_open gives NULL without memory. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define WEIR_PLOT_PARTS_MAX 8
/* The first is weir's own; MUTED is for what is there to compare with. */
#define WEIR_PLOT_COLOURS 8
#define WEIR_PLOT_MUTED   8

enum weir_plot_kind { WEIR_PLOT_LINES, WEIR_PLOT_BARS };

enum weir_plot_scale {
    WEIR_PLOT_LINEAR,
    WEIR_PLOT_LOG,
    WEIR_PLOT_WHOLE, /* of x: numbers of things, from 1 */
    WEIR_PLOT_LOSS,  /* of y: a fraction, from 0, then by decades */
};

struct weir_plot_point {
    double x;
    double y;
};

struct weir_plot_series {
    char *name;
    char *remark; /* in the legend, behind the name; or NULL */
    unsigned colour;
    unsigned shape; /* of its points, below WEIR_PLOT_SHAPES */
    struct weir_plot_point *at;
    size_t count;
    double mark_x; /* a mark on the zero line, or NAN */
};

#define WEIR_PLOT_SHAPES 6

struct weir_plot_bar {
    char *name;
    char *label; /* at its end */
    unsigned colour[WEIR_PLOT_PARTS_MAX];
    double part[WEIR_PLOT_PARTS_MAX];
    size_t parts;
    double least; /* NAN: without a spread */
    double most;
};

/* An entry of a bars' legend. */
struct weir_plot_name {
    char *name;
    unsigned colour;
};

struct weir_plot {
    enum weir_plot_kind kind;
    const char *title;   /* texts of ours, without quotes */
    const char *x_label; /* with the unit */
    const char *y_label;
    char *about; /* under the title: which frames, which task */
    enum weir_plot_scale x_scale;
    enum weir_plot_scale y_scale;
    double budget_y; /* a dashed line across, or NAN */
    struct weir_plot_series *series;
    size_t series_count;
    struct weir_plot_bar *bars;
    size_t bars_count;
    struct weir_plot_name *names;
    size_t names_count;
};

struct weir_plot *weir_plot_open(enum weir_plot_kind kind, const char *title,
                                 const char *about);
void weir_plot_close(struct weir_plot *plot);

/* weir_plot_series_add: returns it, or NULL.  weir_plot_series_drop: the last
 * one is taken out again.  weir_plot_point_add: what is
 * not finite is left out. */
struct weir_plot_series *
weir_plot_series_add(struct weir_plot *plot, const char *name, unsigned colour);
void weir_plot_series_drop(struct weir_plot *plot);
void weir_plot_point_add(struct weir_plot_series *series, double x, double y);
void weir_plot_series_sort(struct weir_plot_series *series);

struct weir_plot_bar *weir_plot_bar_add(struct weir_plot *plot,
                                        const char *name, const char *label);
void weir_plot_part_add(struct weir_plot_bar *bar, double size,
                        unsigned colour);
void weir_plot_name_add(struct weir_plot *plot, const char *name,
                        unsigned colour);

/* weir_plot_loss_y: where a fraction stands on the scale of WEIR_PLOT_LOSS:
 * 0 at 0, 1 ppm at 1, all at 7. */
double weir_plot_loss_y(double fraction);

/* weir_plot_data: gnuplot's data file.  weir_plot_script: the commands that
 * draw it, by the names of two files, wide and narrow. */
void weir_plot_data(const struct weir_plot *plot, FILE *out);
void weir_plot_script(const struct weir_plot *plot, const char *data,
                      const char *svg, bool narrow, FILE *out);

#endif
