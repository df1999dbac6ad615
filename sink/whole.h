#ifndef WEIR_SINK_WHOLE_H
#define WEIR_SINK_WHOLE_H

/* whole: a text file that appears under its name only when it is whole.
 *
 * A temporary file beside it, mode 0600, is renamed at the end.  "-" is the
 * standard output; a name that is a link, a device or a pipe is written in
 * place: a device must never be replaced by a file, and a link (/dev/stdout
 * is one) is there to be followed.  One that leads to nothing is refused.
 *
 * Owner     path outlives the struct, which stays where it is until close.
 * Threads   one at a time.
 * Progress  may allocate and block.
 * Errors    0 or -errno, with the file's name in err; a write that failed is
 *           told by weir_whole_close. */

#include <stdbool.h>
#include <stdio.h>

struct weir_err;

struct weir_whole {
    FILE *out; /* to write to, until close */
    const char *path;
    char *temporary; /* NULL: in place */
    int fd;
    int error; /* of the first write that failed, negative */
};

/* weir_whole_open: what names the file in errors ("report"). */
int weir_whole_open(struct weir_whole *whole, const char *path,
                    const char *what, struct weir_err *err);

/* weir_whole_check: whether open would fail now; makes nothing, and waits for
 * nobody. */
int weir_whole_check(const char *path, const char *what, struct weir_err *err);

/* weir_whole_close: keep: the text is complete, and appears.  Else there is
 * no file, or what was there before. */
int weir_whole_close(struct weir_whole *whole, bool keep, const char *what,
                     struct weir_err *err);

#endif
