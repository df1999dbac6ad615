#include "bench/results/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sink/printable.h"

/* Room for a name in a drawing and its legend. */
#define NAME_BYTES 120

static char *copy(const char *text)
{
    char clean[NAME_BYTES];
    return text == NULL ? NULL
                        : strdup(weir_printable(clean, sizeof clean, text));
}

struct weir_plot *weir_plot_open(enum weir_plot_kind kind, const char *title,
                                 const char *about)
{
    struct weir_plot *plot = calloc(1, sizeof *plot);
    if (plot == NULL)
        return NULL;
    plot->kind = kind;
    plot->title = title;
    plot->x_label = "";
    plot->y_label = "";
    plot->about = copy(about);
    plot->budget_y = (double)NAN;
    return plot;
}

void weir_plot_close(struct weir_plot *plot)
{
    if (plot == NULL)
        return;
    while (plot->series_count > 0)
        weir_plot_series_drop(plot);
    for (size_t i = 0; i < plot->bars_count; i++) {
        free(plot->bars[i].name);
        free(plot->bars[i].label);
    }
    for (size_t i = 0; i < plot->names_count; i++)
        free(plot->names[i].name);
    free(plot->series);
    free(plot->bars);
    free(plot->names);
    free(plot->about);
    free(plot);
}

struct weir_plot_series *weir_plot_series_add(struct weir_plot *plot,
                                              const char *name, unsigned colour)
{
    if (plot == NULL)
        return NULL;
    struct weir_plot_series *series =
        reallocarray(plot->series, plot->series_count + 1, sizeof *series);
    if (series == NULL)
        return NULL;
    plot->series = series;
    struct weir_plot_series *new = &series[plot->series_count];
    *new = (struct weir_plot_series){
        .name = copy(name),
        .colour = colour,
        .shape = (unsigned)plot->series_count % WEIR_PLOT_SHAPES,
        .mark_x = (double)NAN,
    };
    plot->series_count++;
    return new;
}

void weir_plot_series_drop(struct weir_plot *plot)
{
    if (plot == NULL || plot->series_count == 0)
        return;
    struct weir_plot_series *series = &plot->series[--plot->series_count];
    free(series->name);
    free(series->remark);
    free(series->at);
}

void weir_plot_point_add(struct weir_plot_series *series, double x, double y)
{
    if (series == NULL || !isfinite(x) || !isfinite(y))
        return;
    struct weir_plot_point *at =
        reallocarray(series->at, series->count + 1, sizeof *at);
    if (at == NULL)
        return;
    series->at = at;
    at[series->count++] = (struct weir_plot_point){.x = x, .y = y};
}

static int by_x(const void *left, const void *right)
{
    const struct weir_plot_point *a = left;
    const struct weir_plot_point *b = right;
    return a->x != b->x ? (a->x > b->x) - (a->x < b->x)
                        : (a->y > b->y) - (a->y < b->y);
}

void weir_plot_series_sort(struct weir_plot_series *series)
{
    if (series != NULL && series->count > 1)
        qsort(series->at, series->count, sizeof *series->at, by_x);
}

struct weir_plot_bar *weir_plot_bar_add(struct weir_plot *plot,
                                        const char *name, const char *label)
{
    if (plot == NULL)
        return NULL;
    struct weir_plot_bar *bars =
        reallocarray(plot->bars, plot->bars_count + 1, sizeof *bars);
    if (bars == NULL)
        return NULL;
    plot->bars = bars;
    struct weir_plot_bar *new = &bars[plot->bars_count++];
    *new = (struct weir_plot_bar){
        .name = copy(name),
        .label = copy(label),
        .least = (double)NAN,
        .most = (double)NAN,
    };
    return new;
}

void weir_plot_part_add(struct weir_plot_bar *bar, double size, unsigned colour)
{
    if (bar == NULL || bar->parts == WEIR_PLOT_PARTS_MAX || !isfinite(size) ||
        size < 0)
        return;
    bar->part[bar->parts] = size;
    bar->colour[bar->parts] = colour;
    bar->parts++;
}

void weir_plot_name_add(struct weir_plot *plot, const char *name,
                        unsigned colour)
{
    if (plot == NULL)
        return;
    struct weir_plot_name *names =
        reallocarray(plot->names, plot->names_count + 1, sizeof *names);
    if (names == NULL)
        return;
    plot->names = names;
    names[plot->names_count++] =
        (struct weir_plot_name){.name = copy(name), .colour = colour};
}

double weir_plot_loss_y(double fraction)
{
    /* Below 1 ppm there is room for one more step over nothing at all. */
    if (!(fraction > 0))
        return 0;
    double y = log10(fraction) + 7;
    return fmax(0.5, fmin(y, 7));
}
