#ifndef WEIR_BENCH_RESULTS_PAGE_PARTS_H
#define WEIR_BENCH_RESULTS_PAGE_PARTS_H

/* page_parts: the sections of a page (bench/results/page.h), and what they
 * share.
 *
 * Owner     the objects of rows are the lines'.
 * Threads   one.
 * Errors    those of the document; rows need no memory. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/results/doc.h"
#include "bench/results/lines.h"

/* What a page shows of one type; more are counted, and that is said.  It
 * bounds what a hostile file can ask for. */
#define WEIR_ROWS_MAX 1000

struct weir_rows {
    const json_t *at[WEIR_ROWS_MAX];
    size_t count;
    size_t left; /* that are not in `at` */
};

void weir_rows_open(struct weir_rows *rows, const struct weir_lines *lines,
                    const char *type);

/* weir_rows_first: no row before i has the same values under all keys, an
 * array that ends with NULL. */
bool weir_rows_first(const struct weir_rows *rows, size_t i,
                     const char *const *keys);
bool weir_rows_alike(const json_t *a, const json_t *b, const char *const *keys);

/* weir_rows_by_size: small frames first, mixes last; else as they were. */
void weir_rows_by_size(struct weir_rows *rows);

/* weir_rows_say_left: a sentence if there are rows that are not shown. */
void weir_rows_say_left(const struct weir_rows *rows, const char *what,
                        struct weir_doc *doc);

#define WEIR_PAGE_NAME_MAX 160

/* weir_page_frame: "60 B", "IMIX".  weir_page_target: "no file", "tmpfs", or
 * with the folder, where the line has it: "ext4 (/srv)".  weir_page_size: the
 * frame's bytes, or NAN of a mix. */
const char *weir_page_frame(char out[WEIR_PAGE_NAME_MAX], const json_t *line);
const char *weir_page_target(char out[WEIR_PAGE_NAME_MAX], const json_t *line);
double weir_page_size(const json_t *line);

/* weir_page_row: "60 B, tmpfs, 1 worker".  weir_page_limit: what limited it:
 * "writer", "cpu (mostly workers)", or NULL. */
const char *weir_page_row(char out[WEIR_PAGE_NAME_MAX], const json_t *line);
const char *weir_page_limit(char out[WEIR_PAGE_NAME_MAX], const json_t *line);

/* weir_page_text: "?" for none. */
const char *weir_page_text(const json_t *line, const char *key);

/* weir_page_range: "1.20 to 1.31" of two objects' figure, or NULL. */
const char *weir_page_range(char out[WEIR_PAGE_NAME_MAX], const json_t *line,
                            const char *key, double scale, int decimals);

/* weir_page_decimals: those that mean something: 12.3, but 1,234. */
int weir_page_decimals(double value);

/* weir_page_command: as somebody would give it again: without where its lines
 * and its recorder were (--results, --weir), and with the folders that were
 * asked for.  From malloc; NULL without memory. */
char *weir_page_command(const char *command);

void weir_page_title(const struct weir_lines *lines, struct weir_doc *doc);
void weir_page_headlines(const struct weir_lines *lines, struct weir_doc *doc);
void weir_page_targets(const struct weir_lines *lines, struct weir_doc *doc);
void weir_page_disks(const struct weir_lines *lines, struct weir_doc *doc);
void weir_page_limits(const struct weir_lines *lines, struct weir_doc *doc);
void weir_page_trials(const struct weir_lines *lines, struct weir_doc *doc);
void weir_page_stages(const struct weir_lines *lines, struct weir_doc *doc);
void weir_page_peers(const struct weir_lines *lines, struct weir_doc *doc);
void weir_page_embed(const struct weir_lines *lines, struct weir_doc *doc);
void weir_page_ratios(const struct weir_lines *lines, struct weir_doc *doc);
void weir_page_method(const struct weir_lines *lines, struct weir_doc *doc);
void weir_page_host(const struct weir_lines *lines, struct weir_doc *doc);

/* The audit of the trials: their counts, looked at again from the lines. */
struct weir_page_audit {
    size_t trials;
    size_t valid;
    size_t broken;    /* valid ones whose counts do not agree */
    size_t first;     /* of these, among the trials, from 1 */
    size_t with_file; /* valid ones with a file that was read back */
    size_t no_file;   /* valid ones without, of which three counts are there */
};

/* weir_page_agrees: sent = seen + before; seen = received + dropped;
 * received = distinct + excluded.  Keys that are null are left out. */
bool weir_page_agrees(const json_t *trial);
struct weir_page_audit weir_page_audit(const struct weir_lines *lines);

#endif
