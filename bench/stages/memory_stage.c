/* What the memory gives: the blocks read, and copied.  They are floors, and
 * the machine's bandwidths as one thread sees them. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "bench/stages/input.h"
#include "bench/stages/stage.h"

#define TARGETS 4

struct memory_state {
    const struct weir_input *input;
    uint32_t at;
    const struct weir_batch *last;
    uint64_t sum;
    uint64_t expected;
    uint64_t *sums; /* of each block */
    uint32_t target;
    uint8_t *targets[TARGETS];
};

/* Four sums, so that no addition waits for the one before. */
static uint64_t sum_block(const struct weir_lease *lease)
{
    uint64_t a = 0, b = 0, c = 0, d = 0;
    for (uint32_t i = 0; i + 32 <= lease->bytes; i += 32) {
        a += weir_load_64(lease->base + i);
        b += weir_load_64(lease->base + i + 8);
        c += weir_load_64(lease->base + i + 16);
        d += weir_load_64(lease->base + i + 24);
    }
    return a + b + c + d;
}

static void memory_close(void *state)
{
    struct memory_state *s = state;
    for (int i = 0; i < TARGETS; i++)
        free(s->targets[i]);
    free(s->sums);
    free(s);
}

static int memory_open(void **out, const struct weir_stage_setup *setup,
                       struct weir_err *err)
{
    struct memory_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "memory");
    s->input = setup->input;
    s->sums = calloc(s->input->count, sizeof *s->sums);
    bool good = s->sums != NULL;
    for (int i = 0; i < TARGETS; i++) {
        s->targets[i] = calloc(1, WEIR_INPUT_BLOCK_BYTES);
        good = good && s->targets[i] != NULL;
    }
    if (!good) {
        memory_close(s);
        return weir_err_sys(err, -ENOMEM, "memory");
    }
    for (uint32_t i = 0; i < s->input->count; i++)
        s->sums[i] = sum_block(&s->input->batches[i].lease);
    *out = s;
    return 0;
}

static double memory_bytes(void *state)
{
    const struct memory_state *s = state;
    double bytes = 0;
    for (uint32_t i = 0; i < s->input->count; i++)
        bytes += s->input->batches[i].lease.bytes;
    return bytes / (double)s->input->frames;
}

static int64_t read_run(void *state, struct weir_err *err)
{
    (void)err;
    struct memory_state *s = state;
    s->expected += s->sums[s->at];
    const struct weir_batch *batch = weir_input_next(s->input, &s->at);
    s->sum += sum_block(&batch->lease);
    return batch->passed;
}

static int read_check(void *state, struct weir_err *err)
{
    const struct memory_state *s = state;
    if (s->sum == s->expected)
        return 0;
    return weir_err_set(err, -EBADMSG, "what was read is not what is there");
}

const struct weir_stage weir_stage_read = {
    .name = "read",
    .text = "read each byte of the block",
    .open = memory_open,
    .run = read_run,
    .check = read_check,
    .bytes = memory_bytes,
    .close = memory_close,
};

static int64_t memcpy_run(void *state, struct weir_err *err)
{
    (void)err;
    struct memory_state *s = state;
    s->last = weir_input_next(s->input, &s->at);
    s->target = (s->target + 1) % TARGETS;
    memcpy(s->targets[s->target], s->last->lease.base, s->last->lease.bytes);
    return s->last->passed;
}

static int memcpy_check(void *state, struct weir_err *err)
{
    const struct memory_state *s = state;
    if (memcmp(s->targets[s->target], s->last->lease.base,
               s->last->lease.bytes) == 0)
        return 0;
    return weir_err_set(err, -EBADMSG, "the copy is not the same");
}

const struct weir_stage weir_stage_memcpy = {
    .name = "memcpy",
    .text = "copy the block in one piece",
    .open = memory_open,
    .run = memcpy_run,
    .check = memcpy_check,
    .bytes = memory_bytes,
    .close = memory_close,
};
