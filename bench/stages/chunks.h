#ifndef WEIR_BENCH_STAGES_CHUNKS_H
#define WEIR_BENCH_STAGES_CHUNKS_H

/* chunks: the input's batches as the workers pass them on, encoded: what is
 * written, and what is read again.
 *
 * Owner     the caller closes; the input outlives it.
 * Threads   open and close: one; what is in it never changes.
 * Units     bytes, frames. */

#include <stdbool.h>
#include <stdint.h>

#include "ring/batch.h"
#include "sink/encode.h"

struct weir_err;
struct weir_input;

struct weir_chunks {
    const struct weir_input *input;
    uint32_t count;
    struct weir_batch *batches; /* with chunks */
    uint64_t frames;
    uint64_t bytes;
    uint32_t head_bytes; /* of a file of them */
    uint8_t head[512];
};

/* weir_chunks_open: of the first batches, about bytes_max and at least one.
 * _close accepts one that is all zero. */
int weir_chunks_open(struct weir_chunks *out, const struct weir_input *input,
                     enum weir_format format, uint64_t bytes_max,
                     struct weir_err *err);
void weir_chunks_close(struct weir_chunks *chunks);

/* weir_chunks_write: a file's head (if it is at its begin) and all chunks, to
 * fd.  name is for messages. */
int weir_chunks_write(const struct weir_chunks *chunks, int fd, bool head,
                      const char *name, struct weir_err *err);

/* weir_chunks_write_all: len bytes, whatever it takes. */
int weir_chunks_write_all(int fd, const uint8_t *bytes, uint32_t len,
                          const char *name, struct weir_err *err);

#endif
