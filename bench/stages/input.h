#ifndef WEIR_BENCH_STAGES_INPUT_H
#define WEIR_BENCH_STAGES_INPUT_H

/* input: frames in memory, as a source lends them, to be worked on again and
 * again.
 *
 * Blocks of WEIR_INPUT_BLOCK_BYTES full of Ethernet, IPv4 and UDP frames of
 * one size or of a mix, of so many flows that come in turn.  All of them
 * together are larger than most caches, as what comes from a network card or
 * a disk is not in one, and hold each flow at least once.
 *
 * Owner     the caller closes.
 * Threads   open and close: one.  What is in it never changes: any number
 *           read it.
 * Units     bytes, frames. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ring/batch.h"

struct weir_blocks;
struct weir_err;

/* What a live source's blocks are, and a pipeline's default. */
#define WEIR_INPUT_BLOCK_BYTES (UINT32_C(1) << 20)

/* The most that is taken for flows. */
#define WEIR_INPUT_BYTES_MAX (UINT64_C(1) << 28)

/* Each frame is walked, dissected and so on in vectors of this many, as the
 * workers do. */
#define WEIR_INPUT_VECTOR 64

/* The generator's IMIX: 60, 590 and 1514 bytes at 7:4:1. */
#define WEIR_INPUT_SIZES_MAX 3

struct weir_input_config {
    const char *frame; /* "60" to "9216", or "imix" */
    uint32_t flows;    /* at least 1 */
    uint64_t bytes;    /* of blocks, at least one; more if flows need it */
};

struct weir_input {
    const char *frame; /* config's */
    uint32_t flows;
    uint64_t frames;
    uint64_t wire_bytes;        /* sum of len, which is caplen too */
    uint32_t count;             /* of batches */
    struct weir_batch *batches; /* passed and passed_bytes: of what was laid
                                 * into the lease, not by a walk */
    struct weir_ifaces *ifaces;
    struct weir_blocks *blocks;
};

/* weir_input_sizes: the sizes of a frame's word, and how often each comes.
 * Returns how many, or 0 if there is no such word. */
size_t weir_input_sizes(const char *frame, uint32_t sizes[WEIR_INPUT_SIZES_MAX],
                        uint32_t weights[WEIR_INPUT_SIZES_MAX]);

/* weir_input_open: -EINVAL with words for a frame or flows that cannot be,
 * or -ENOMEM. */
int weir_input_open(struct weir_input **out,
                    const struct weir_input_config *config,
                    struct weir_err *err);
void weir_input_close(struct weir_input *input);

/* A place in it.  Starts at all zero; goes round for ever. */
struct weir_input_place {
    uint32_t batch;
    struct weir_walk walk;
};

/* weir_input_take: the next frames, at most max and all of one lease; at
 * least one. */
uint32_t weir_input_take(const struct weir_input *input,
                         struct weir_input_place *place,
                         struct weir_frame *frames, uint32_t max);

/* weir_input_next: the next batch. */
const struct weir_batch *weir_input_next(const struct weir_input *input,
                                         uint32_t *at);

/* weir_input_chunk_bytes: what a chunk must hold for any lease of it. */
uint32_t weir_input_chunk_bytes(void);

#endif
