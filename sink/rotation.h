#ifndef WEIR_SINK_ROTATION_H
#define WEIR_SINK_ROTATION_H

/* rotation: where one file ends and the next begins.
 *
 * A pure function of the records, one after another: how they were batched
 * makes no difference.  weir_rotation_clear says in one step that nothing
 * can happen within a run of records; where it cannot say that, the records
 * are walked: before, add, after.
 *
 * Times are those of the records, as the file has them.  A period begins at
 * the first record with a time (or at a moment that weir_rotation_anchor is
 * told) and is counted from there without drift: a record in the third
 * period after a silence opens one file, not three.
 *
 * Units     bytes of the file, headers included; nanoseconds since 1970.
 * Threads   one at a time; plain data. */

#include <stdbool.h>
#include <stdint.h>

#include "sink/encode.h"

enum weir_size_manner {
    /* The record that makes the file this large is its last (dumpcap -b). */
    WEIR_SIZE_REACHED = 0,
    /* A file already larger than this gets no more (tcpdump -C). */
    WEIR_SIZE_EXCEEDED,
};

/* 0: no such limit. */
struct weir_rotation_limits {
    uint64_t file_bytes;
    enum weir_size_manner file_bytes_manner;
    uint64_t file_packets;
    int64_t duration_ns; /* from where a file begins */
    int64_t interval_ns; /* at multiples since 1970 */
    /* duration_ns is counted from the first file on (tcpdump -G); else each
     * file that another limit began starts a period of its own. */
    bool duration_fixed;
    uint64_t stop_bytes; /* the recording ends when a file is that large */
    uint64_t stop_files; /* ... when that many files are full */
};

enum weir_cut {
    WEIR_CUT_NONE = 0,
    WEIR_CUT_TIME,
    WEIR_CUT_FULL,  /* by size or packets */
    WEIR_CUT_ASKED, /* by the operator */
    WEIR_CUT_STOP,  /* stop_bytes */
};

struct weir_rotation {
    struct weir_rotation_limits limits;
    uint64_t files; /* begun */
    uint64_t bytes; /* of the current file */
    uint64_t frames;
    bool anchored; /* the next three are known */
    int64_t anchor_ns;
    int64_t period_ns;   /* the current period's begin */
    int64_t boundary_ns; /* and its end */
};

/* weir_rotation_open: -EINVAL, with text, for limits that make no sense. */
struct weir_err;
int weir_rotation_open(struct weir_rotation *rotation,
                       const struct weir_rotation_limits *limits,
                       struct weir_err *err);

/* weir_rotation_rotates: some limit can begin a second file. */
bool weir_rotation_rotates(const struct weir_rotation_limits *limits);

/* weir_rotation_begin: a new file, for a head of that many bytes. */
void weir_rotation_begin(struct weir_rotation *rotation, uint64_t bytes);

/* weir_rotation_anchor: periods count from time_ns, if they do not yet. */
void weir_rotation_anchor(struct weir_rotation *rotation, int64_t time_ns);

/* weir_rotation_clear: these records, the next ones, bring no cut. */
bool weir_rotation_clear(const struct weir_rotation *rotation, uint64_t bytes,
                         uint64_t frames, int64_t time_max_ns);

/* weir_rotation_before: whether the file ends before this record.
 * weir_rotation_add: bytes and frames are in the file.
 * weir_rotation_after: whether the file ends here. */
enum weir_cut weir_rotation_before(struct weir_rotation *rotation,
                                   const struct weir_encoded *record);
void weir_rotation_add(struct weir_rotation *rotation, uint64_t bytes,
                       uint64_t frames);
enum weir_cut weir_rotation_after(const struct weir_rotation *rotation);

/* weir_rotation_cut: the file has ended.  Behind WEIR_CUT_TIME the period
 * becomes the one that time_ns is in. */
void weir_rotation_cut(struct weir_rotation *rotation, enum weir_cut cut,
                       int64_t time_ns);

/* weir_rotation_last: the current file is the last one allowed. */
bool weir_rotation_last(const struct weir_rotation *rotation);

/* weir_rotation_due: when the current period ends, or INT64_MAX. */
int64_t weir_rotation_due(const struct weir_rotation *rotation);

#endif
