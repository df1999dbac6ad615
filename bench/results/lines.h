#ifndef WEIR_BENCH_RESULTS_LINES_H
#define WEIR_BENCH_RESULTS_LINES_H

/* lines: a results file (bench/results/results.h), read.
 *
 * The file may be anybody's: a line that is no object with a "type" is
 * counted and named, and the rest goes on.
 *
 * What a later command of the file measured anew (a "run" line begins a
 * command) replaces what an earlier one had under the same key: a limit and
 * its trials by frame, target, folder and workers, a stage by stage, frame and
 * flows, a peer by task, frame and peer, a ratio by name, a disk by frame and
 * folder, a target by number, name and what it is held against.  A "folder" is
 * the one that was asked for (weir_line_asked).
 *
 * Owner     the caller closes; the objects live as long as the lines.
 * Threads   one.
 * Errors    -errno with the file's name. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct weir_err;

/* Longer lines are broken ones; what is behind the last line that is read is
 * left, and said. */
#define WEIR_LINE_BYTES_MAX ((size_t)1024 * 1024)
#define WEIR_LINES_MAX      200000

#define WEIR_LINE_WHY_MAX 128

struct weir_line {
    json_t *object;
    const char *type;
    size_t number; /* in the file, from 1 */
    size_t run;    /* of which command: 0 before the first "run" line */
};

struct weir_line_broken {
    size_t number;
    char why[WEIR_LINE_WHY_MAX];
};

struct weir_lines {
    struct weir_line *at;
    size_t count;
    struct weir_line_broken *broken;
    size_t broken_count;
    size_t replaced; /* lines that a later command measured anew */
};

/* weir_lines_open: "-" is the standard input. */
int weir_lines_open(struct weir_lines *lines, const char *path,
                    struct weir_err *err);
void weir_lines_close(struct weir_lines *lines);

/* weir_lines_next: the first line of this type at or behind *at, and *at
 * behind it; NULL if there is none. */
const json_t *weir_lines_next(const struct weir_lines *lines, const char *type,
                              size_t *at);

/* Values by key, of any JSON: NAN if it is no number or the object none,
 * NULL if it is no text; false if it is no boolean. */
double weir_line_number(const json_t *object, const char *key);
const char *weir_line_text(const json_t *object, const char *key);
bool weir_line_bool(const json_t *object, const char *key);

/* weir_line_same: both have the same value under the key, or neither
 * has one. */
bool weir_line_same(const json_t *a, const json_t *b, const char *key);

/* weir_line_asked: a folder, or a command with folders, without the one that
 * bench/run.sh makes in them for a while.  From malloc; NULL without
 * memory. */
char *weir_line_asked(const char *text);

#endif
