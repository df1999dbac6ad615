#ifndef WEIR_BENCH_RESULTS_PAGE_CMD_H
#define WEIR_BENCH_RESULTS_PAGE_CMD_H

/* page_cmd: `weir bench page`: a results file as a page for people.
 *
 *   RESULTS             the file of JSON lines; - is the standard input
 *   -o FILE.html        one HTML file that needs nothing else
 *   -o FOLDER           index.html and tables.md in it; it is made if it is
 *                       not there
 *   --markdown FILE     the tables as Markdown.  A file that is made has the
 *                       lines WEIR_PAGE_BEGIN and WEIR_PAGE_END; one that is
 *                       there must have them, and keeps what is not between
 *                       them
 *
 * A line that cannot be read is named on stderr, and the rest goes on.  So is
 * a gnuplot that is missing or fails: the page then has its tables without
 * plots.
 *
 * Threads   the main thread of a program.
 * Errors    one line on stderr each, and an exit status of base/args.h. */

#define WEIR_PAGE_BEGIN "<!-- weir bench page: begin -->"
#define WEIR_PAGE_END   "<!-- weir bench page: end -->"

int weir_bench_page(int argc, char **argv);

#endif
