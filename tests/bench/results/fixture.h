#ifndef WEIR_TESTS_BENCH_RESULTS_FIXTURE_H
#define WEIR_TESTS_BENCH_RESULTS_FIXTURE_H

/* fixture: a folder for a test's files, and results in it.
 *
 * Owner     texts are the caller's to free; the folder ends with
 *           fixture_close. */

#include "bench/results/doc.h"
#include "bench/results/lines.h"

/* Bazel runs tests in the tree's root. */
#define SAMPLE        "tests/bench/results/sample.jsonl"
#define SAMPLE_TABLES "tests/bench/results/sample.md"

void fixture_open(void);
void fixture_close(void);

/* fixture_path: of a file in the folder; valid until the next call. */
const char *fixture_path(const char *name);
void fixture_write(const char *name, const char *text);
char *fixture_read(const char *path);

/* fixture_lines: of a results file with this text. */
struct weir_lines fixture_lines(const char *text);

/* fixture_html, fixture_markdown: the document as text. */
char *fixture_html(const struct weir_doc *doc);
char *fixture_markdown(const struct weir_doc *doc);

/* A text that is markup, a command or an escape somewhere. */
extern const char fixture_hostile[];

#endif
