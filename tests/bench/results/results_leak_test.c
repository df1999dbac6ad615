/* What is made of results is given back. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "bench/results/compare.h"
#include "bench/results/page.h"
#include "bench/results/page_cmd.h"
#include "bench/results/results.h"
#include "tests/bench/results/fixture.h"
#include "tests/check/check.h"

static void write_some(void)
{
    struct weir_results *results = NULL;
    const double over[] = {1, 2, 3};
    check(weir_results_open(&results, fixture_path("w"), NULL) == 0, "open");
    check(weir_results_note(results, NULL, "%d", 1) == 0, "note");
    check(weir_results_ratio(results, "r", over, over, 3, "more", NULL) == 0,
          "ratio");
    check(weir_results_close(results, NULL) == 0, "close");
    check(weir_results_open(&results, "/dev/full", NULL) == 0, "open full");
    check(weir_results_skip(results, "a", "b", NULL) < 0, "full");
    check(weir_results_close(results, NULL) == 0, "close");
    check(weir_results_open(&results, "/nowhere/w", NULL) < 0, "no folder");
}

static void read_some(const char *path)
{
    struct weir_lines lines;
    struct weir_compare compare;
    struct weir_doc doc;
    if (weir_lines_open(&lines, path, NULL) != 0)
        return;
    weir_doc_open(&doc);
    weir_page_build(&lines, &doc);
    check(!weir_doc_failed(&doc), "page");
    weir_doc_close(&doc);
    check(weir_compare_open(&compare, &lines, &lines, NULL) == 0, "compare");
    weir_compare_close(&compare);
    weir_lines_close(&lines);
}

int main(void)
{
    char page[] = "page";
    char output[] = "-o";
    char html[512];
    char sample[] = SAMPLE;
    char nowhere[] = "/nowhere/p.html";
    fixture_open();
    write_some();
    read_some(SAMPLE);
    read_some(fixture_path("w"));
    read_some("/nowhere/r");
    (void)snprintf(html, sizeof html, "%s", fixture_path("p.html"));
    char *argv[] = {page, output, html, sample, NULL};
    check(weir_bench_page(4, argv) == 0, "command");
    char markdown[] = "--markdown";
    char tables[512];
    (void)snprintf(tables, sizeof tables, "%s", fixture_path("p.md"));
    argv[1] = markdown;
    check(weir_bench_page(4, argv) == 1, "Markdown that is refused");
    argv[2] = tables;
    check(weir_bench_page(4, argv) == 0, "Markdown that is made");
    check(weir_bench_page(4, argv) == 0, "Markdown that is made again");
    argv[1] = output;
    argv[2] = nowhere;
    check(weir_bench_page(4, argv) == 1, "command that fails");
    fixture_close();
    return check_end();
}
