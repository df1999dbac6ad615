#ifndef WEIR_TESTS_PIPELINE_AFPACKET_PLAY_H
#define WEIR_TESTS_PIPELINE_AFPACKET_PLAY_H

/* afpacket_play: the afpacket source over a kernel that is played, with a
 * sink that knows what should come.
 *
 * Each frame ends with its number.  The kernel drops when it has no block, so
 * numbers have gaps; every one that it took is delivered once and in order,
 * but for outgoing ones where the device gives copies of them, and for those
 * that a filter refuses.
 *
 * Threads   the kernel's part (play_kernel): one; the rest as the pipeline's
 *           own. */

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/assembly.h"
#include "ring/stop.h"
#include "sink/sink.h"
#include "tests/capture/fake_kernel.h"
#include "tests/pipeline/fake_sink.h"
#include "tests/support/random.h"

#define PLAY_CHANGES_MAX 64
#define PLAY_FRAMES_MAX  (1u << 20)

/* Filters that come one after another. */
struct play_filters {
    uint32_t generation;                 /* of the one that goes now */
    uint8_t taken[PLAY_CHANGES_MAX + 1]; /* bits: the rests of a number by 4
                                            that it takes; by generation */
    uint8_t *frames; /* by number: what the kernel took, what was delivered */
};

struct play_sink {
    struct weir_sink sink;
    struct play_filters *filters;
    uint64_t delivered;
    uint64_t in_place; /* batches whose chunk is the kernel's block */
    uint64_t next;     /* the least number that may come */
    bool copies;
    /* Called with each record, if not NULL. */
    fake_record_fn *on_record;
    void *record_context;
    const char *fault; /* what was wrong with what came, or NULL */
};

struct play {
    struct random random; /* of who sets up and steps */
    struct random kernel_random;
    struct fake_kernel kernel;
    uint64_t sent; /* frames that came to the kernel */
    struct weir_source *source;
    struct play_sink sink;
    struct play_filters filters;
    struct weir_stop stop, abandon;
    struct weir_assembly_config config;
};

/* play_open: false if something is missing; play_close: when all is home. */
bool play_open(struct play *p, uint64_t seed);
void play_close(struct play *p);

/* play_change: another filter goes from now on, or none does, up to
 * PLAY_CHANGES_MAX times; NULL, or what is wrong. */
const char *play_change(struct play *p, struct weir_assembly *a);

/* play_kernel: some frames come, or none, or the retire timer fires. */
void play_kernel(struct play *p);

/* play_wrong: after the end: NULL, or what does not agree with the progress.
 * abandoned: it was. */
const char *play_wrong(struct play *p, const struct weir_progress *progress,
                       bool abandoned);

#endif
