#ifndef WEIR_SINK_SERIES_H
#define WEIR_SINK_SERIES_H

/* series: the files of one recording, one open at a time.
 *
 * Puts together what a file needs: a name, room in the ring, the file, its
 * section, and the rotation's account of it.
 *
 * Threads   one at a time.
 * Progress  all memory is taken when its parts are opened.
 * Errors    -errno with a text; after one the series takes nothing more
 *           (`failed`). */

#include <stdbool.h>
#include <stdint.h>

#include "sink/file_ring.h"
#include "sink/naming.h"
#include "sink/outfile.h"
#include "sink/rotation.h"
#include "sink/section.h"

struct weir_series {
    struct weir_naming naming;
    struct weir_rotation rotation;
    struct weir_file_ring ring;
    struct weir_section section;
    struct weir_outfile out;   /* fd is -1 between two files */
    struct weir_outfile spare; /* for the next one, without a name yet */
    enum weir_write_mode mode; /* wanted; out has the one that is */
    bool mode_only;            /* no other one will do */
    bool live;
    bool failed;
    bool has_begin; /* the next file's begin is known without its frame */
    int64_t begin_ns;
    int64_t time_max_ns;   /* of the records written */
    uint64_t number;       /* of the next file, for its name */
    uint32_t ifaces_first; /* declared at the head of each file */
    uint64_t bytes_before; /* in the files that are complete */
};

static inline bool weir_series_is_open(const struct weir_series *series)
{
    return series->out.fd >= 0;
}

/* weir_series_saw: a record with that time has been written. */
static inline void weir_series_saw(struct weir_series *series, int64_t time_ns)
{
    if (time_ns > series->time_max_ns)
        series->time_max_ns = time_ns;
}

/* weir_series_begin: series->out was just opened; gives it its mode and its
 * head. */
int weir_series_begin(struct weir_series *series, struct weir_err *err);

/* weir_series_resume: before the first file: a live recording to a ring of
 * names goes on with what an earlier one left there: at the first name that is
 * free, or at that of the oldest file.  -EBUSY if another one is still writing
 * there. */
int weir_series_resume(struct weir_series *series, struct weir_err *err);

/* weir_series_next: makes the next file, which begins at begin_ns. */
int weir_series_next(struct weir_series *series, int64_t begin_ns,
                     struct weir_err *err);

/* weir_series_prepare: makes what can be made of the next file before its
 * first frame comes; for moments in which there is nothing else to do. */
void weir_series_prepare(struct weir_series *series);

/* weir_series_now: makes a file for the time from now on, unless its name
 * needs the first frame's time: that of a file that is read is not now. */
int weir_series_now(struct weir_series *series, struct weir_err *err);

/* weir_series_declare: interfaces below count may be named by records. */
int weir_series_declare(struct weir_series *series, uint32_t count,
                        struct weir_err *err);

/* weir_series_cut: the open file, if there is one, ends for a cut at time_ns,
 * with `taken` frames of the batch in hand more than the facts say.  Not for
 * the last file that is allowed. */
int weir_series_cut(struct weir_series *series, enum weir_cut cut,
                    int64_t time_ns, const struct weir_sink_facts *facts,
                    uint32_t taken, struct weir_err *err);

/* weir_series_end: the open file is complete: trailers, close; with sync it
 * is on the disk before. */
int weir_series_end(struct weir_series *series,
                    const struct weir_sink_facts *facts, uint32_t taken,
                    bool sync, struct weir_err *err);

/* weir_series_close: frees all; what is open is closed as it is. */
void weir_series_close(struct weir_series *series);

#endif
