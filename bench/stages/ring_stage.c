/* Blocks of the kernel's ring: walked, and turned in place to what a file
 * has.  A worker turns a block that it has just walked. */

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "bench/stages/input.h"
#include "bench/stages/ring.h"
#include "bench/stages/stage.h"

struct ring_state {
    struct weir_ring *ring;
    struct weir_batch *batch;
    uint64_t frames;
    uint64_t bytes;
    uint64_t turned; /* frames, and the bytes of a file that they became */
    uint64_t file_bytes;
    uint64_t expected_frames;
    uint64_t expected_bytes;
};

/* Of all of the lease's frames. */
static uint32_t walk(const struct weir_lease *lease, uint64_t *bytes)
{
    struct weir_frame v[WEIR_INPUT_VECTOR];
    struct weir_walk place = {0};
    uint32_t n;
    while ((n = lease->walk(lease, &place, v, WEIR_INPUT_VECTOR)) > 0)
        for (uint32_t i = 0; i < n; i++)
            *bytes += v[i].len;
    return place.frames;
}

static void ring_close(void *state)
{
    struct ring_state *s = state;
    weir_ring_close(s->ring);
    free(s);
}

static int ring_open(void **out, const struct weir_stage_setup *setup,
                     struct weir_err *err)
{
    struct ring_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "ring");
    int ret = weir_ring_open(&s->ring, setup->input, err);
    if (ret != 0) {
        free(s);
        return ret;
    }
    *out = s;
    return 0;
}

static int64_t walk_run(void *state, struct weir_err *err)
{
    (void)err;
    struct ring_state *s = state;
    const struct weir_batch *batch = weir_ring_next(s->ring);
    const uint32_t frames = walk(&batch->lease, &s->bytes);
    s->frames += frames;
    s->expected_frames += batch->passed;
    s->expected_bytes += batch->passed_bytes;
    return frames;
}

static int walk_check(void *state, struct weir_err *err)
{
    const struct ring_state *s = state;
    if (s->frames == s->expected_frames && s->bytes == s->expected_bytes)
        return 0;
    return weir_err_set(err, -EBADMSG, "frames are missing");
}

const struct weir_stage weir_stage_ring_walk = {
    .name = "ring_walk",
    .text = "go from frame to frame of a block of the kernel's ring",
    .floor = "touch",
    .open = ring_open,
    .run = walk_run,
    .check = walk_check,
    .close = ring_close,
};

/* A block that was turned gives its frames as before. */
static void turned_count(struct ring_state *s)
{
    if (s->batch == NULL)
        return;
    s->frames += walk(&s->batch->lease, &s->bytes);
    s->expected_frames += s->batch->passed;
    s->expected_bytes += s->batch->passed_bytes;
    s->batch = NULL;
}

static int turn_prepare(void *state, struct weir_err *err)
{
    (void)err;
    struct ring_state *s = state;
    uint64_t bytes = 0;
    turned_count(s);
    s->batch = weir_ring_next(s->ring);
    (void)walk(&s->batch->lease, &bytes);
    return 0;
}

static int64_t turn_run(void *state, struct weir_err *err)
{
    struct ring_state *s = state;
    struct weir_lease *lease = &s->batch->lease;
    if (!lease->in_place(lease))
        return weir_err_set(err, -EBADMSG, "a block cannot be turned");
    s->turned += lease->frames;
    s->file_bytes += lease->bytes;
    return lease->frames;
}

static int turn_check(void *state, struct weir_err *err)
{
    struct ring_state *s = state;
    turned_count(s);
    if (s->file_bytes % WEIR_LEASE_ALIGN != 0)
        return weir_err_set(err, -EBADMSG, "a block is not aligned");
    return walk_check(state, err);
}

static double turn_file_bytes(void *state)
{
    const struct ring_state *s = state;
    return (double)s->file_bytes / (double)s->turned;
}

const struct weir_stage weir_stage_in_place = {
    .name = "in_place",
    .text = "turn such a block to pcapng where it lies, once it is walked",
    .floor = "touch",
    .open = ring_open,
    .prepare = turn_prepare,
    .run = turn_run,
    .check = turn_check,
    .file_bytes = turn_file_bytes,
    .close = ring_close,
};
