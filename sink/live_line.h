#ifndef WEIR_SINK_LIVE_LINE_H
#define WEIR_SINK_LIVE_LINE_H

/* live_line: how a recording is going, or a replay, in one line, once an
 * interval.
 *
 * On a terminal the line is rewritten in place and fits its width: what
 * matters least goes first.  Elsewhere each interval is a line of its own.
 *
 * Writing never waits: an output that takes no more now (a stopped terminal,
 * a pipe that nobody reads) misses a line.  To that end a terminal or a pipe
 * is opened anew, without touching the flags that others share; where that
 * cannot be, the line asks first.
 *
 * Units     frames, bytes, nanoseconds; all counts since the beginning.
 * Threads   one at a time.
 * Progress  never blocks, but for the moment in which another process fills
 *           an output that could not be opened anew.
 * Errors    none: a line that cannot be shown is not worth an error. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where it stands at one moment. */
struct weir_live {
    int64_t elapsed_ns;
    uint64_t frames;  /* that are written, or counted where no file is */
    uint64_t bytes;   /* theirs, as on the wire */
    uint64_t dropped; /* by the kernel */
    uint64_t excluded;
    uint64_t lost;
    uint64_t unsent; /* by a replay */
    uint64_t malformed;
    uint64_t written_bytes;
    const char *file; /* that is being written, any bytes; NULL: none */
    bool has_kernel;  /* dropped is known */
    /* What there will be, and how long it will take; 0: nobody knows. */
    uint64_t frames_all;
    int64_t left_ns;
};

#define WEIR_LIVE_LINE_MAX 1024

/* weir_live_format: pure.  The rates are those between `before` and `now`.
 * columns: 0 for no limit.  Returns the text's length; it has no line feed
 * and is ended by 0. */
size_t weir_live_format(char out[WEIR_LIVE_LINE_MAX],
                        const struct weir_live *now,
                        const struct weir_live *before, uint32_t columns);

struct weir_live_line {
    int fd;
    bool owned; /* fd was opened anew, and does not block */
    bool terminal;
    bool shown; /* the cursor is behind a line of ours */
    struct weir_live before;
};

/* weir_live_line_open: fd stays the caller's.  A terminal whose TERM is
 * "dumb" gets lines of their own. */
void weir_live_line_open(struct weir_live_line *line, int fd);

/* weir_live_line_show: returns false if the output took nothing. */
bool weir_live_line_show(struct weir_live_line *line,
                         const struct weir_live *now);

/* weir_live_line_clear: takes the line away, before something else is
 * printed.  weir_live_line_close: leaves the last one standing. */
void weir_live_line_clear(struct weir_live_line *line);
void weir_live_line_close(struct weir_live_line *line);

#endif
