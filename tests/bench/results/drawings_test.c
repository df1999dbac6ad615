/* What becomes of a page's plots when gnuplot is another program. */

#include "bench/results/drawings.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "bench/results/doc.h"
#include "bench/results/html.h"
#include "bench/results/plot.h"
#include "tests/bench/results/fixture.h"

TestSuite(drawings, .init = fixture_open, .fini = fixture_close);

#define PLOTS 3

/* With this script as gnuplot, or (NULL) with none; each line that the script
 * appends to `tries` is a try. */
static void gnuplot_is(const char *script)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s:/usr/bin:/bin", fixture_path(""));
    if (script == NULL) {
        cr_assert_eq(setenv("PATH", "/nowhere", 1), 0);
        return;
    }
    fixture_write("gnuplot", script);
    cr_assert_eq(chmod(fixture_path("gnuplot"), 0755), 0);
    cr_assert_eq(setenv("PATH", path, 1), 0);
}

static size_t tries(void)
{
    char *text = fixture_read(fixture_path("tries"));
    size_t count = 0;
    for (const char *c = text; *c != '\0'; c++)
        count += *c == '\n';
    free(text);
    return count;
}

static struct weir_drawings draw(int64_t timeout_ns)
{
    struct weir_doc doc;
    struct weir_drawings drawings;
    weir_doc_open(&doc);
    for (int i = 0; i < PLOTS; i++) {
        struct weir_plot *plot = weir_plot_open(WEIR_PLOT_BARS, "a", "b");
        weir_plot_part_add(weir_plot_bar_add(plot, "c", "d"), 1, 0);
        weir_doc_plot(&doc, plot);
        weir_doc_add(&doc, WEIR_DOC_TEXT, "text");
    }
    cr_assert_eq(weir_drawings_open(&drawings, &doc, timeout_ns, NULL), 0);
    cr_assert_eq(drawings.count, PLOTS);
    weir_doc_close(&doc);
    return drawings;
}

#define SCRIPT "#!/bin/sh\necho >>\"${0%/*}/tries\"\n"

Test(drawings, a_gnuplot_that_hangs_is_ended_and_not_tried_again)
{
    gnuplot_is(SCRIPT "exec sleep 60\n");
    struct weir_drawings d = draw(200 * WEIR_NS_PER_MS);
    cr_assert_eq(d.missing, PLOTS);
    cr_assert_str_eq(d.why.text, "gnuplot does not end");
    cr_assert_not_null(strstr(d.remark, "gnuplot failed"));
    cr_assert_eq(tries(), 1);
    weir_drawings_close(&d);
}

Test(drawings, a_gnuplot_that_fails_says_its_status)
{
    gnuplot_is(SCRIPT "exit 3\n");
    struct weir_drawings d = draw(10 * WEIR_NS_PER_S);
    cr_assert_eq(d.missing, PLOTS);
    cr_assert_str_eq(d.why.text, "gnuplot failed with exit status 3");
    cr_assert_eq(tries(), PLOTS);
    weir_drawings_close(&d);

    gnuplot_is(SCRIPT "echo first >&2; echo ' why not' >&2; exit 4\n");
    d = draw(10 * WEIR_NS_PER_S);
    cr_assert_str_eq(d.why.text, "gnuplot failed with exit status 4: why not");
    weir_drawings_close(&d);

    gnuplot_is(SCRIPT "kill -9 $$\n");
    d = draw(10 * WEIR_NS_PER_S);
    cr_assert_str_eq(d.why.text, "gnuplot was ended by signal 9");
    weir_drawings_close(&d);
}

Test(drawings, one_that_fails_leaves_the_others)
{
    gnuplot_is(SCRIPT "[ $(wc -l <\"${0%/*}/tries\") != 1 ] || exit 1\n"
                      "svg=$(sed -n \"s/.*set output '\\([^']*\\)'.*/\\1/p\" "
                      "\"$2\")\n"
                      "echo '<svg viewBox=\"0 0 1 1\">"
                      "<g id=\"gnuplot_canvas\"></g></svg>' >\"$svg\"\n");
    struct weir_drawings d = draw(10 * WEIR_NS_PER_S);
    cr_assert_eq(d.missing, 1, "%s", d.why.text);
    cr_assert_null(d.at[0].wide);
    cr_assert_not_null(d.at[1].narrow);
    cr_assert_not_null(d.at[2].wide);
    weir_drawings_close(&d);
}

Test(drawings, without_gnuplot_there_are_none)
{
    gnuplot_is(NULL);
    struct weir_drawings d = draw(WEIR_NS_PER_S);
    cr_assert_eq(d.missing, PLOTS);
    cr_assert_str_eq(d.why.text, "gnuplot: not found");
    cr_assert_not_null(strstr(d.remark, "not installed"));
    weir_drawings_close(&d);
}
