#ifndef WEIR_SINK_NAMING_H
#define WEIR_SINK_NAMING_H

/* naming: what the files of a recording are called.
 *
 * A name that somebody has already is never taken: the caller asks again
 * with a higher `twin`, which puts -1, -2, ... before the extension.
 *
 * Units     nanoseconds since 1970; names show them in local time.
 * Threads   one at a time; pure but for the time zone.
 * Progress  no allocation after open. */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct weir_err;

enum weir_naming_manner {
    WEIR_NAMING_SINGLE = 0, /* the name as it is */
    /* dumpcap -b: base_NNNNN_YYYYMMDDhhmmss.ext, numbers from 1 */
    WEIR_NAMING_NUMBER_TIME,
    /* tcpdump -C: a number behind the name.  Without a ring the first file
     * has none; with -W numbers have leading zeros and begin at 0. */
    WEIR_NAMING_NUMBER,
    /* tcpdump -G: the name is a strftime format. */
    WEIR_NAMING_STRFTIME,
    /* tcpdump -G -C: and a number of WEIR_NAMING_NUMBER behind it. */
    WEIR_NAMING_STRFTIME_NUMBER,
};

struct weir_naming {
    enum weir_naming_manner manner;
    int digits;    /* of NUMBER's numbers, 0: no leading zeros */
    uint64_t wrap; /* NUMBER's ring: numbers are below; 0: no ring */
    char path[PATH_MAX];
};

/* weir_naming_open: files is tcpdump's -W, or 0.  -ENAMETOOLONG or -EINVAL
 * with text. */
int weir_naming_open(struct weir_naming *naming, enum weir_naming_manner manner,
                     const char *path, uint32_t files, struct weir_err *err);

/* weir_naming_shows_time: names tell when a file begins. */
bool weir_naming_shows_time(const struct weir_naming *naming);

/* weir_naming_bytes_max: no name is longer, the end included. */
size_t weir_naming_bytes_max(const struct weir_naming *naming);

/* weir_naming_make: the name of file `number`, from 0, to out[PATH_MAX].
 * In the STRFTIME manners numbers begin anew with each period. */
int weir_naming_make(const struct weir_naming *naming, uint64_t number,
                     int64_t time_ns, uint32_t twin, char *out,
                     struct weir_err *err);

#endif
