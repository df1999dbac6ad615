#ifndef WEIR_BENCH_RESULTS_SVG_H
#define WEIR_BENCH_RESULTS_SVG_H

/* svg: what gnuplot drew, made a part of a page.
 *
 * A page has many drawings, is light or dark, and has a font of its own: so
 * every id gets a prefix, colours of the palette become the page's
 * (var(--c0) and so on), and what says nothing is left out.
 *
 * Owner     *out is from malloc, the caller frees.
 * Threads   one.
 * Errors    -errno, with words. */

#include <stdint.h>

#include "bench/results/plot.h"

struct weir_err;

/* The palette: WEIR_PLOT_COLOURS of series, WEIR_PLOT_MUTED, and these. */
#define WEIR_SVG_INK     9
#define WEIR_SVG_AXIS    10
#define WEIR_SVG_GRID    11
#define WEIR_SVG_LIMIT   12
#define WEIR_SVG_COLOURS 13

/* weir_svg_rgb: as 0xrrggbb, what the script calls the colour; on light
 * paper it is that colour too. */
uint32_t weir_svg_rgb(unsigned colour);

/* weir_svg_adopt: gnuplot's file as an element of a page.  The prefix is a
 * word; label says what is seen.  -EINVAL if it is no drawing of gnuplot's. */
int weir_svg_adopt(const char *drawn, const char *prefix, const char *label,
                   char **out, struct weir_err *err);

/* weir_svg_draw: runs gnuplot on the plot.  -ENOENT: it is not installed;
 * -ETIMEDOUT: it did not end in timeout_ns, and was ended. */
int weir_svg_draw(const struct weir_plot *plot, const char *prefix, bool narrow,
                  int64_t timeout_ns, char **out, struct weir_err *err);

#endif
