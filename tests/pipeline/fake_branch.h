#ifndef WEIR_TESTS_PIPELINE_FAKE_BRANCH_H
#define WEIR_TESTS_PIPELINE_FAKE_BRANCH_H

/* fake_branch: a branch that knows what the file has.
 *
 * A fake sink writes down each record in a fake_file; the branch looks up each
 * record of its parcels there, byte for byte by a hash, in the file's order.
 * What it passes over it has not got.
 *
 * Threads   a file: one writes, any number of branches read what was written
 *           before they were told of it.  A branch: one. */

#include <stdatomic.h>
#include <stddef.h>

#include "pipeline/branch.h"
#include "tests/pipeline/fake_sink.h"

struct fake_file {
    uint64_t *hashes; /* of the records */
    size_t max;
    _Atomic size_t n;
};

/* fake_file_open: with room for so many records.  fake_file_note is a
 * fake_record_fn, whose context is the file. */
void fake_file_open(struct fake_file *file, size_t max);
void fake_file_close(struct fake_file *file);
fake_record_fn fake_file_note;

#define FAKE_OUTLETS_MAX 8

struct fake_branch {
    const struct fake_file *files; /* of each outlet */
    uint64_t fail_at;              /* fails at this frame; UINT64_MAX: never */
    bool fails_at_end;
    /* So long does it look at a parcel; only of real threads. */
    uint32_t sleep_us;

    uint64_t frames;
    uint64_t wire_bytes;
    uint64_t parcels;
    size_t at[FAKE_OUTLETS_MAX]; /* places in the files */
    bool failed;
    bool finished;
    const char *fault; /* what was wrong with what came, or NULL */
};

weir_branch_take_fn fake_branch_take;
weir_branch_finish_fn fake_branch_finish;

#endif
