#ifndef WEIR_BENCH_TRIAL_VERIFY_H
#define WEIR_BENCH_TRIAL_VERIFY_H

/* verify: which of the generator's frames are in a recording.
 *
 * An independent reader of what a recorder wrote: it looks for the mark
 * (bench/gen/mark.h) in each frame and keeps a bit for each number.  Formats:
 * pcap, pcapng, and stenographer's blocks (struct tpacket_block_desc of a
 * TPACKET_V3 ring, one each MiB).  Hostile or torn files are no danger; what
 * cannot be read is counted.  Frames are taken as Ethernet's.
 *
 * Owner     the caller closes; the bits are for numbers below `frames_max`.
 * Threads   one.
 * Units     frames.
 * Errors    -errno with the file's name; what was read before stays counted. */

#include <stdint.h>

struct weir_err;
struct weir_verify;

struct weir_verify_counts {
    uint64_t frames;    /* records in the files */
    uint64_t distinct;  /* different numbers below frames_max */
    uint64_t repeated;  /* a number that had been seen */
    uint64_t beyond;    /* numbers at or above frames_max: not ours */
    uint64_t foreign;   /* frames without a mark */
    uint64_t misplaced; /* a number less than the one before in its file */
    uint64_t torn;      /* files that end within a record, or where
                         * something follows that is none */
    uint64_t unknown;   /* files of another format: an index, say */
    uint64_t bytes;     /* of the files */
};

/* weir_verify_open: frames_max of at most 2^30. */
int weir_verify_open(struct weir_verify **out, uint64_t frames_max,
                     struct weir_err *err);

/* weir_verify_file: one file.  weir_verify_folder: every regular file in the
 * folder and the folders in it, by name; links are not followed. */
int weir_verify_file(struct weir_verify *verify, const char *path,
                     struct weir_err *err);
int weir_verify_folder(struct weir_verify *verify, const char *path,
                       struct weir_err *err);

struct weir_verify_counts weir_verify_counts(const struct weir_verify *verify);
void weir_verify_close(struct weir_verify *verify);

#endif
