#include <math.h>
#include <string.h>

#include "bench/results/plot.h"
#include "bench/results/svg.h"
#include "sink/printable.h"

/* In a drawing; the page's tables have the whole name. */
#define NAME_BYTES 25

/* Bars are one apart. */
#define HALF_BAR 0.3

#define WIDE_PX   900
#define NARROW_PX 440

/* gnuplot's point types, by weir_plot_series.shape. */
static const int shapes[WEIR_PLOT_SHAPES] = {7, 5, 9, 13, 11, 6};

/* In a quoted string of a data file only these two mean anything. */
static void put_name(const char *name, FILE *out)
{
    char cut[NAME_BYTES];
    (void)weir_printable(cut, sizeof cut, name == NULL ? "" : name);
    (void)fputc('"', out);
    for (const char *c = cut; *c != '\0'; c++)
        (void)fputc(*c == '"' ? '\'' : *c == '\\' ? '/' : *c, out);
    (void)fputc('"', out);
}

static double bar_end(const struct weir_plot_bar *bar)
{
    double end = 0;
    for (size_t i = 0; i < bar->parts; i++)
        end += bar->part[i];
    return isfinite(bar->most) ? fmax(end, bar->most) : end;
}

/* The block that says where names and labels stand comes first, then the
 * spreads, then the parts of each colour; a block is never empty. */
static void bars_data(const struct weir_plot *plot, FILE *out)
{
    for (size_t i = 0; i < plot->bars_count; i++) {
        (void)fprintf(out, "0 %zu %.9g ", i, bar_end(&plot->bars[i]));
        put_name(plot->bars[i].name, out);
        (void)fputc(' ', out);
        put_name(plot->bars[i].label, out);
        (void)fputc('\n', out);
    }
    (void)fputs("\n\n-1 -9 -1 -1\n", out);
    for (size_t i = 0; i < plot->bars_count; i++) {
        const struct weir_plot_bar *bar = &plot->bars[i];
        if (isfinite(bar->least) && isfinite(bar->most) && bar->parts > 0)
            (void)fprintf(out, "%.9g %zu %.9g %.9g\n", bar->part[0], i,
                          bar->least, bar->most);
    }
    for (unsigned c = 0; c <= WEIR_PLOT_MUTED; c++) {
        (void)fputs("\n\n-1 -9 -1 -1 -9 -9\n", out);
        for (size_t i = 0; i < plot->bars_count; i++) {
            const struct weir_plot_bar *bar = &plot->bars[i];
            double at = 0;
            for (size_t k = 0; k < bar->parts; k++) {
                double end = at + bar->part[k];
                if (bar->colour[k] == c)
                    (void)fprintf(out, "%.9g %zu %.9g %.9g %.2f %.2f\n", at, i,
                                  at, end, (double)i - HALF_BAR,
                                  (double)i + HALF_BAR);
                at = end;
            }
        }
    }
}

static double point_y(const struct weir_plot *plot, double y)
{
    return plot->y_scale == WEIR_PLOT_LOSS ? weir_plot_loss_y(y) : y;
}

static void lines_data(const struct weir_plot *plot, FILE *out)
{
    for (size_t i = 0; i < plot->series_count; i++) {
        const struct weir_plot_series *series = &plot->series[i];
        (void)fputs(i == 0 ? "" : "\n\n", out);
        for (size_t k = 0; k < series->count; k++)
            (void)fprintf(out, "%.9g %.9g\n", series->at[k].x,
                          point_y(plot, series->at[k].y));
        if (series->count == 0)
            (void)fputs("NaN NaN\n", out);
    }
    for (size_t i = 0; i < plot->series_count; i++)
        (void)fprintf(out, "\n\n%.9g 0\n", plot->series[i].mark_x);
}

void weir_plot_data(const struct weir_plot *plot, FILE *out)
{
    if (plot->kind == WEIR_PLOT_BARS)
        bars_data(plot, out);
    else
        lines_data(plot, out);
}

static void put_start(const struct weir_plot *plot, const char *svg,
                      bool narrow, FILE *out)
{
    int height = narrow ? 340 : 400;
    if (plot->kind == WEIR_PLOT_BARS)
        height = 76 + (int)plot->bars_count * 34;
    (void)fprintf(out,
                  "set terminal svg size %d,%d dynamic noenhanced "
                  "font 'sans-serif,13' rounded\n"
                  "set output '%s'\n"
                  "set encoding utf8\n"
                  "set datafile commentschars ''\n"
                  "unset key\n"
                  "set tics nomirror out scale 0.4 textcolor rgb '#%06x'\n"
                  "set grid lc rgb '#%06x' lt 1 lw 0.8, "
                  "lc rgb '#%06x' lt 1 lw 0.8\n"
                  "set xlabel '%s' offset 0,0.4 textcolor rgb '#%06x'\n",
                  narrow ? NARROW_PX : WIDE_PX, height, svg,
                  weir_svg_rgb(WEIR_SVG_INK), weir_svg_rgb(WEIR_SVG_GRID),
                  weir_svg_rgb(WEIR_SVG_GRID), plot->x_label,
                  weir_svg_rgb(WEIR_SVG_INK));
}

/* A step of 1, 2 or 5 that makes a few of the whole. */
static double step_of(double whole, double few)
{
    double step = pow(10, floor(log10(whole / few)));
    while (whole / step > few)
        step *= whole / step > 2.5 * few ? 5 : 2;
    return step;
}

static void put_bars(const struct weir_plot *plot, const char *data,
                     bool narrow, FILE *out)
{
    double most = 0;
    for (size_t i = 0; i < plot->bars_count; i++)
        most = fmax(most, bar_end(&plot->bars[i]));
    /* Room for the labels at the bars' ends. */
    double room = narrow ? 1.42 : 1.2;
    (void)fprintf(out,
                  "set border 2 lc rgb '#%06x'\n"
                  "set grid noy\n"
                  "set ytics scale 0\n"
                  "set xtics scale 0 %.9g\n"
                  "set style fill solid 1 noborder\n"
                  "set bars 0.6\n"
                  "set yrange [%zu.6:-0.6]\n"
                  "set xrange [0:%.9g]\n",
                  weir_svg_rgb(WEIR_SVG_AXIS),
                  most > 0 ? step_of(most * room, narrow ? 5 : 9) : 1,
                  plot->bars_count > 0 ? plot->bars_count - 1 : 0,
                  most > 0 ? most * room : 1);
    (void)fprintf(out, "plot '%s' index 0 using 1:2:ytic(4) with points pt -1",
                  data);
    for (unsigned c = 0; c <= WEIR_PLOT_MUTED; c++)
        (void)fprintf(out,
                      ", \\\n '' index %u using 1:2:3:4:5:6 with boxxyerror "
                      "lc rgb '#%06x'",
                      c + 2, weir_svg_rgb(c));
    (void)fprintf(out,
                  ", \\\n '' index 1 using 1:2:3:4 with xerrorbars pt -1 "
                  "lw 1.4 lc rgb '#%06x'"
                  ", \\\n '' index 0 using 3:2:5 with labels left "
                  "offset 0.7,0 textcolor rgb '#%06x'\n",
                  weir_svg_rgb(WEIR_SVG_INK), weir_svg_rgb(WEIR_SVG_INK));
}

/* Every size that was measured, but where two would meet. */
static void put_log_tics(const struct weir_plot *plot, bool narrow, FILE *out)
{
    double gap = narrow ? 1.6 : 1.3;
    double first = 0;
    double most = 0;
    double last = 0;
    (void)fputs("set logscale x\nset xtics (", out);
    for (;;) {
        double next = (double)INFINITY;
        for (size_t i = 0; i < plot->series_count; i++)
            for (size_t k = 0; k < plot->series[i].count; k++) {
                double x = plot->series[i].at[k].x;
                most = fmax(most, x);
                if (x > last * gap && x > 0 && x < next)
                    next = x;
            }
        if (isinf(next))
            break;
        (void)fprintf(out, "%s'%.0f' %.9g", last > 0 ? ", " : "", next, next);
        first = first > 0 ? first : next;
        last = next;
    }
    (void)fputs(")\n", out);
    if (first > 0)
        (void)fprintf(out, "set xrange [%.9g:%.9g]\n", first / 1.25,
                      most * 1.25);
}

static void put_axes(const struct weir_plot *plot, bool narrow, FILE *out)
{
    double x = 0;
    double y = isfinite(plot->budget_y) ? plot->budget_y : 0;
    for (size_t i = 0; i < plot->series_count; i++)
        for (size_t k = 0; k < plot->series[i].count; k++) {
            x = fmax(x, plot->series[i].at[k].x);
            y = fmax(y, plot->series[i].at[k].y);
        }
    if (plot->x_scale == WEIR_PLOT_LOG)
        put_log_tics(plot, narrow, out);
    else if (plot->x_scale == WEIR_PLOT_WHOLE)
        (void)fprintf(out, "set xrange [0.7:%.9g]\nset xtics 1, %.0f\n",
                      fmax(x, 1) + 0.3, fmax(1, ceil(x / 16)));
    else
        (void)fprintf(out, "set xrange [0:%.9g]\n", x > 0 ? x * 1.04 : 1);
    if (plot->y_scale == WEIR_PLOT_LOSS)
        (void)fputs("set yrange [-0.3:7.15]\n"
                    "set ytics ('0' 0, '1 ppm' 1, '10 ppm' 2, '0.01%%' 3, "
                    "'0.1%%' 4, '1%%' 5, '10%%' 6, '100%%' 7)\n",
                    out);
    else
        (void)fprintf(out, "set yrange [0:%.9g]\n", y > 0 ? y * 1.08 : 1);
}

static void put_lines(const struct weir_plot *plot, const char *data,
                      bool narrow, FILE *out)
{
    (void)fprintf(out,
                  "set border 3 lc rgb '#%06x'\n"
                  "set ylabel '%s' textcolor rgb '#%06x'\n",
                  weir_svg_rgb(WEIR_SVG_AXIS), plot->y_label,
                  weir_svg_rgb(WEIR_SVG_INK));
    put_axes(plot, narrow, out);
    double across = plot->y_scale == WEIR_PLOT_LOSS ? weir_plot_loss_y(0.005)
                                                    : plot->budget_y;
    if (isfinite(across))
        (void)fprintf(out,
                      "set arrow from graph 0, first %.9g to graph 1, "
                      "first %.9g nohead lc rgb '#%06x' lw 1.2 dt (8,5)\n",
                      across, across, weir_svg_rgb(WEIR_SVG_LIMIT));
    (void)fputs("plot ", out);
    for (size_t i = 0; i < plot->series_count; i++) {
        unsigned colour = weir_svg_rgb(plot->series[i].colour);
        int shape = shapes[plot->series[i].shape % WEIR_PLOT_SHAPES];
        (void)fprintf(out,
                      "%s'%s' index %zu using 1:2 with linespoints lw 1.8 "
                      "pt %d ps 0.75 lc rgb '#%06x', \\\n"
                      " '%s' index %zu using 1:2 with points lw 1.8 pt 8 "
                      "ps 1.7 lc rgb '#%06x'",
                      i == 0 ? "" : ", \\\n ", data, i, shape, colour, data,
                      plot->series_count + i, colour);
    }
    (void)fputs(plot->series_count == 0 ? "NaN\n" : "\n", out);
}

void weir_plot_script(const struct weir_plot *plot, const char *data,
                      const char *svg, bool narrow, FILE *out)
{
    put_start(plot, svg, narrow, out);
    if (plot->kind == WEIR_PLOT_BARS)
        put_bars(plot, data, narrow, out);
    else
        put_lines(plot, data, narrow, out);
}
