/* The walk over a block's records, with which each worker begins, and its
 * floor: one load from each frame, with nothing to wait for between them. */

#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/err.h"
#include "bench/stages/input.h"
#include "bench/stages/stage.h"

struct walk_state {
    const struct weir_input *input;
    uint32_t at;
    uint64_t frames;
    uint64_t bytes;
    uint64_t expected_frames;
    uint64_t expected_bytes;
};

static int walk_open(void **out, const struct weir_stage_setup *setup,
                     struct weir_err *err)
{
    struct walk_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "walk");
    s->input = setup->input;
    *out = s;
    return 0;
}

static int64_t walk_run(void *state, struct weir_err *err)
{
    (void)err;
    struct walk_state *s = state;
    const struct weir_batch *batch = weir_input_next(s->input, &s->at);
    struct weir_frame v[WEIR_INPUT_VECTOR];
    struct weir_walk walk = {0};
    uint32_t n;
    while ((n = batch->lease.walk(&batch->lease, &walk, v, WEIR_INPUT_VECTOR)) >
           0)
        for (uint32_t i = 0; i < n; i++)
            s->bytes += v[i].len;
    s->frames += walk.frames;
    s->expected_frames += batch->passed;
    s->expected_bytes += batch->passed_bytes;
    return walk.frames;
}

static int walk_check(void *state, struct weir_err *err)
{
    const struct walk_state *s = state;
    if (s->frames == s->expected_frames && s->bytes == s->expected_bytes)
        return 0;
    return weir_err_set(err, -EBADMSG, "frames are missing");
}

const struct weir_stage weir_stage_walk = {
    .name = "walk",
    .text = "go from record to record of a block",
    .floor = "touch",
    .open = walk_open,
    .run = walk_run,
    .check = walk_check,
    .close = free,
};

struct touch_state {
    const struct weir_input *input;
    uint32_t at;
    uint64_t sum;
    uint64_t expected;
    uint64_t *batch_sums;
    size_t *batch_first; /* index of its first frame in `frames` */
    const uint8_t **frames;
};

static void touch_close(void *state)
{
    struct touch_state *s = state;
    free(s->frames);
    free(s->batch_first);
    free(s->batch_sums);
    free(s);
}

static void note_frames(struct touch_state *s)
{
    size_t total = 0;
    for (uint32_t b = 0; b < s->input->count; b++) {
        const struct weir_lease *lease = &s->input->batches[b].lease;
        struct weir_walk walk = {0};
        struct weir_frame frame;
        s->batch_first[b] = total;
        while (lease->walk(lease, &walk, &frame, 1) > 0) {
            s->batch_sums[b] += weir_load_64(frame.data);
            s->frames[total++] = frame.data;
        }
    }
    s->batch_first[s->input->count] = total;
}

static int touch_open(void **out, const struct weir_stage_setup *setup,
                      struct weir_err *err)
{
    struct touch_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "touch");
    s->input = setup->input;
    s->batch_sums = calloc(s->input->count, sizeof *s->batch_sums);
    s->batch_first = calloc(s->input->count + 1, sizeof *s->batch_first);
    s->frames = calloc(s->input->frames, sizeof *s->frames);
    if (s->batch_sums == NULL || s->batch_first == NULL || s->frames == NULL) {
        touch_close(s);
        return weir_err_sys(err, -ENOMEM, "touch");
    }
    note_frames(s);
    *out = s;
    return 0;
}

static int64_t touch_run(void *state, struct weir_err *err)
{
    (void)err;
    struct touch_state *s = state;
    size_t first = s->batch_first[s->at];
    size_t end = s->batch_first[s->at + 1];
    uint64_t sum = 0;
    for (size_t i = first; i < end; i++)
        sum += weir_load_64(s->frames[i]);
    s->sum += sum;
    s->expected += s->batch_sums[s->at];
    s->at = (s->at + 1) % s->input->count;
    return (int64_t)(end - first);
}

static int touch_check(void *state, struct weir_err *err)
{
    const struct touch_state *s = state;
    if (s->sum == s->expected)
        return 0;
    return weir_err_set(err, -EBADMSG, "what was read is not what is there");
}

const struct weir_stage weir_stage_touch = {
    .name = "touch",
    .text = "load 8 bytes of each frame",
    .open = touch_open,
    .run = touch_run,
    .check = touch_check,
    .close = touch_close,
};

/* The same of frames that the walk has just brought near. */
struct near_state {
    const struct weir_input *input;
    struct weir_input_place place;
    uint64_t sum;
    uint64_t expected;
    uint32_t n;
    struct weir_frame v[WEIR_STAGE_RUN];
};

static int near_open(void **out, const struct weir_stage_setup *setup,
                     struct weir_err *err)
{
    struct near_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "touch");
    s->input = setup->input;
    *out = s;
    return 0;
}

/* What the last run must have read.  Behind the run: before it, this would
 * bring the frames nearer than the walk does. */
static void near_expect(struct near_state *s)
{
    for (uint32_t i = 0; i < s->n; i++)
        s->expected += weir_load_64(s->v[i].data);
    s->n = 0;
}

static int near_prepare(void *state, struct weir_err *err)
{
    (void)err;
    struct near_state *s = state;
    near_expect(s);
    s->n = weir_input_take(s->input, &s->place, s->v, WEIR_STAGE_RUN);
    return 0;
}

static int64_t near_run(void *state, struct weir_err *err)
{
    (void)err;
    struct near_state *s = state;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < s->n; i++)
        sum += weir_load_64(s->v[i].data);
    s->sum += sum;
    return s->n;
}

static int near_check(void *state, struct weir_err *err)
{
    struct near_state *s = state;
    near_expect(s);
    if (s->sum == s->expected)
        return 0;
    return weir_err_set(err, -EBADMSG, "what was read is not what is there");
}

const struct weir_stage weir_stage_touch_near = {
    .name = "touch_near",
    .text = "load 8 bytes of each frame that was just walked over",
    .open = near_open,
    .prepare = near_prepare,
    .run = near_run,
    .check = near_check,
    .close = free,
};
