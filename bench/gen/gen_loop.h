#ifndef WEIR_BENCH_GEN_GEN_LOOP_H
#define WEIR_BENCH_GEN_GEN_LOOP_H

/* gen_loop: sends from user space, batch by batch; for the ways txring and
 * mmsg only.
 *
 * A batch is what is due, at most WEIR_GEN_BATCH frames, each in a slot of
 * its way's.  What the kernel refuses is offered again, with a new stamp,
 * until it takes it. */

#include "bench/gen/gen.h"

struct weir_err;

#define WEIR_GEN_BATCH 64u

struct weir_gen_path {
    void *self;

    /* room: how many frames the batch may have now. */
    uint32_t (*room)(void *self);

    /* slot: memory for the batch's frame i, as weir_plan_write wants it; of
     * the frames in a batch, those already taken never come back. */
    uint8_t *(*slot)(void *self, uint32_t i);

    /* send: offers frames from..count of the batch, which have these sizes.
     * Returns how many were taken, in order, 0 if none for now, or -errno
     * with words. */
    int (*send)(void *self, const uint32_t *sizes, uint32_t from,
                uint32_t count, struct weir_err *err);

    /* done: the batch is over, `taken` of it were taken. */
    void (*done)(void *self, uint32_t taken);
};

/* weir_gen_passes: a send that failed with this errno may work soon: a queue
 * is full, or memory is short. */
bool weir_gen_passes(int error);

int weir_gen_loop(const struct weir_gen_path *path,
                  const struct weir_gen_config *config,
                  struct weir_gen_counts *counts, struct weir_err *err);

#endif
