#ifndef WEIR_SINK_FIGURE_H
#define WEIR_SINK_FIGURE_H

/* figure: numbers as people read them.
 *
 * Every function writes a text into the caller's memory and returns it, so
 * that it can stand in a call of printf.  The texts are ASCII; the decimal
 * point is that of LC_NUMERIC, which weir leaves alone.
 *
 * Threads   any; pure functions. */

#include <stddef.h>
#include <stdint.h>

#define WEIR_FIGURE_MAX 32

/* weir_figure_grouped: "12,345,678". */
char *weir_figure_grouped(char out[WEIR_FIGURE_MAX], uint64_t value);

/* weir_figure_scaled: three digits and a decimal prefix, "1.24 Mpps"; the
 * unit has at most 8 characters.  Not a finite number, or negative: "-". */
char *weir_figure_scaled(char out[WEIR_FIGURE_MAX], double value,
                         const char *unit);

/* weir_figure_percent: "97.2%"; "<0.1%" for little that is not nothing, and
 * ">99.9%" for much that is not all; "-" if the whole is 0. */
char *weir_figure_percent(char out[WEIR_FIGURE_MAX], uint64_t part,
                          uint64_t whole);

/* weir_figure_clock: hours, minutes, seconds, "0:01:07"; negative is 0. */
char *weir_figure_clock(char out[WEIR_FIGURE_MAX], int64_t ns);

/* weir_figure_seconds: "10.003 s"; negative is 0. */
char *weir_figure_seconds(char out[WEIR_FIGURE_MAX], int64_t ns);

/* weir_figure_rate: how many in a second, 0 if no time went by. */
double weir_figure_rate(uint64_t count, int64_t ns);

#endif
