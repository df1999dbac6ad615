#include "bench/results/plot.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/results/svg.h"
#include "tests/bench/results/fixture.h"

static char *data_of(const struct weir_plot *plot)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    weir_plot_data(plot, memory);
    cr_assert_eq(fclose(memory), 0);
    return text;
}

static char *script_of(const struct weir_plot *plot)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    weir_plot_script(plot, "data", "svg", false, memory);
    cr_assert_eq(fclose(memory), 0);
    return text;
}

static struct weir_plot *lines_of(const char *name)
{
    struct weir_plot *plot = weir_plot_open(WEIR_PLOT_LINES, "Loss", name);
    struct weir_plot_series *series = weir_plot_series_add(plot, name, 1);
    plot->y_scale = WEIR_PLOT_LOSS;
    weir_plot_point_add(series, 2, 0.1);
    weir_plot_point_add(series, 1, 0);
    weir_plot_point_add(series, (double)NAN, 0);
    weir_plot_point_add(series, 3, (double)INFINITY);
    weir_plot_series_sort(series);
    series->mark_x = 1;
    return plot;
}

static struct weir_plot *bars_of(const char *name)
{
    struct weir_plot *plot = weir_plot_open(WEIR_PLOT_BARS, "Rate", name);
    struct weir_plot_bar *bar = weir_plot_bar_add(plot, name, name);
    weir_plot_part_add(bar, 2, 0);
    bar->least = 1.5;
    bar->most = 2.5;
    bar = weir_plot_bar_add(plot, "b", "3");
    weir_plot_part_add(bar, 1, 1);
    weir_plot_part_add(bar, 2, 2);
    weir_plot_name_add(plot, name, 0);
    return plot;
}

Test(plot, loss_has_a_place_for_nothing_and_one_for_each_decade)
{
    cr_assert_float_eq(weir_plot_loss_y(0), 0, 1e-12);
    cr_assert_float_eq(weir_plot_loss_y(-1), 0, 1e-12);
    cr_assert_float_eq(weir_plot_loss_y((double)NAN), 0, 1e-12);
    cr_assert_float_eq(weir_plot_loss_y(1e-6), 1, 1e-9);
    cr_assert_float_eq(weir_plot_loss_y(1e-12), 0.5, 1e-9);
    cr_assert_float_eq(weir_plot_loss_y(0.01), 5, 1e-9);
    cr_assert_float_eq(weir_plot_loss_y(1), 7, 1e-9);
    cr_assert_float_eq(weir_plot_loss_y(9), 7, 1e-9);
}

Test(plot, data_of_lines_is_sorted_and_finite)
{
    struct weir_plot *plot = lines_of("a");
    char *data = data_of(plot);
    cr_assert_str_eq(data, "1 0\n2 6\n\n\n1 0\n");
    free(data);
    weir_plot_close(plot);
}

Test(plot, data_of_bars_has_names_then_spreads_then_parts)
{
    struct weir_plot *plot = bars_of("a");
    char *data = data_of(plot);
    const char expected[] = "0 0 2.5 \"a\" \"a\"\n0 1 3 \"b\" \"3\"\n\n\n"
                            "-1 -9 -1 -1\n2 0 1.5 2.5\n\n\n"
                            "-1 -9 -1 -1 -9 -9\n0 0 0 2 -0.30 0.30\n\n\n"
                            "-1 -9 -1 -1 -9 -9\n0 1 0 1 0.70 1.30\n\n\n"
                            "-1 -9 -1 -1 -9 -9\n1 1 1 3 0.70 1.30\n\n\n";
    cr_assert_eq(strncmp(data, expected, strlen(expected)), 0, "%s", data);
    free(data);
    weir_plot_close(plot);
}

/* What gnuplot runs has no text from outside in it, and in its data the two
 * characters that mean something are gone. */
Test(plot, hostile_names_reach_only_the_data)
{
    struct weir_plot *plots[] = {lines_of(fixture_hostile),
                                 bars_of(fixture_hostile)};
    for (size_t i = 0; i < 2; i++) {
        char *script = script_of(plots[i]);
        char *data = data_of(plots[i]);
        cr_assert_null(strstr(script, "</td>"));
        cr_assert_null(strstr(script, "`"));
        cr_assert_null(strchr(data, '\\'));
        cr_assert_null(strchr(data, '\x1b'));
        free(script);
        free(data);
        weir_plot_close(plots[i]);
    }
}

Test(plot, no_plot_takes_everything)
{
    weir_plot_point_add(weir_plot_series_add(NULL, "a", 0), 1, 1);
    weir_plot_part_add(weir_plot_bar_add(NULL, "a", "b"), 1, 0);
    weir_plot_name_add(NULL, "a", 0);
    weir_plot_series_drop(NULL);
    weir_plot_series_sort(NULL);
    weir_plot_close(NULL);
}

static const char drawn[] =
    "<?xml version=\"1.0\"?>\n<svg \n viewBox=\"0 0 9 8\"\n>\n"
    "<title>x</title>\n<g id=\"gnuplot_canvas\">\n"
    "<defs>\n\t<circle id='gpDot' r='0.5'/>\n"
    "\t<filter id='textbox'><feFlood/></filter>\n</defs>\n"
    "<g fill=\"none\">\n</g>\n"
    "\t<g id=\"p_1\" ><title>'data' using 1</title>\n"
    "<path stroke='rgb( 11,  95, 165)' fill='rgb(1,2,3)'/>"
    "<use xlink:href='#gpDot'/></g>\n</g>\n</svg>\n";

Test(plot, a_drawing_becomes_a_part_of_the_page)
{
    char *out = NULL;
    struct weir_err err;
    cr_assert_eq(weir_svg_adopt(drawn, "p7", "a \"b\" <c>", &out, &err), 0);
    const char *const has[] = {
        "<svg viewBox=\"0 0 9 8\" role=\"img\" aria-label="
        "\"a &quot;b&quot; &lt;c&gt;\">\n<g id=\"p7-gnuplot_canvas\">",
        "<defs>", "<circle id='p7-gpDot' r='0.5'/>", "<g id=\"p7-p_1\" >",
        "<path stroke='var(--c0)' fill='rgb(1,2,3)'/>"
        "<use xlink:href='#p7-gpDot'/></g>\n</g>\n</svg>\n"};
    const char *const has_not[] = {"title", "filter", "fill=\"none\"", "\t",
                                   "?xml"};
    for (size_t i = 0; i < sizeof has / sizeof has[0]; i++)
        cr_assert_not_null(strstr(out, has[i]), "%s: %s", has[i], out);
    for (size_t i = 0; i < sizeof has_not / sizeof has_not[0]; i++)
        cr_assert_null(strstr(out, has_not[i]), "%s: %s", has_not[i], out);
    free(out);
}

Test(plot, a_drawing_that_is_cut_off_is_none)
{
    struct weir_err err;
    for (size_t cut = 0; cut < strlen(drawn) - 1; cut++) {
        char *part = strndup(drawn, cut);
        char *out = NULL;
        int rc = weir_svg_adopt(part, "p", "l", &out, &err);
        cr_assert_eq(rc, -EINVAL);
        free(out);
        free(part);
    }
}

Test(plot, gnuplot_draws_what_the_script_says)
{
    struct weir_plot *plots[] = {lines_of(fixture_hostile),
                                 bars_of(fixture_hostile)};
    struct weir_err err;
    for (size_t i = 0; i < 4; i++) {
        char *svg = NULL;
        int rc = weir_svg_draw(plots[i / 2], "p", i % 2 == 1,
                               30 * WEIR_NS_PER_S, &svg, &err);
        if (rc == -ENOENT) {
            (void)fprintf(stderr, "skipped: %s\n", err.text);
            break;
        }
        cr_assert_eq(rc, 0, "%s", err.text);
        cr_assert_not_null(strstr(svg, "var(--c1)"));
        cr_assert_null(strstr(svg, "<script"));
        cr_assert_null(strstr(svg, "<title"));
        free(svg);
    }
    weir_plot_close(plots[0]);
    weir_plot_close(plots[1]);
}
