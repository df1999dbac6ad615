/* All that a worker does with a batch, as the pipeline calls it. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "bench/stages/input.h"
#include "bench/stages/ring.h"
#include "bench/stages/stage.h"
#include "dissect/flow_table.h"
#include "pipeline/account.h"
#include "ring/summary.h"

/* A stage's param: the format, and which worker it is. */
enum {
    FORMAT = 0xff,
    FLOWS = 0x100,  /* it finds flows too */
    COPIED = 0x200, /* blocks of the kernel's ring, to chunks */
    TURNED = 0x400, /* or turned in place */
};

#define CHUNKS  4
#define TALKERS 262144 /* as `weir record` has it */

struct worker_state {
    const struct weir_input *input;
    struct weir_account_config config;
    struct weir_summary *summary;
    struct weir_flow_table *flows; /* NULL: none */
    struct weir_ring *ring;        /* NULL: the input's own blocks */
    struct weir_batch *batch;      /* of the ring */
    uint32_t at;
    uint32_t chunk;
    struct weir_chunk chunks[CHUNKS];
    uint64_t passed;
    uint64_t passed_bytes;
    uint64_t faults;
    uint64_t encoded;
    uint64_t file_bytes;
    uint64_t expected;
    uint64_t expected_bytes;
};

static void worker_close(void *state)
{
    struct worker_state *s = state;
    for (int i = 0; i < CHUNKS; i++)
        free(s->chunks[i].buf);
    weir_summary_close(s->summary);
    weir_flow_table_close(s->flows);
    weir_ring_close(s->ring);
    free(s);
}

static int chunks_open(struct worker_state *s, struct weir_err *err)
{
    for (int i = 0; i < CHUNKS; i++) {
        struct weir_chunk *chunk = &s->chunks[i];
        chunk->capacity = weir_input_chunk_bytes();
        chunk->buf = malloc(chunk->capacity);
        if (chunk->buf == NULL)
            return weir_err_sys(err, -ENOMEM, "worker");
        memset(chunk->buf, 0, chunk->capacity);
    }
    return 0;
}

/* As a worker's of `weir record --flows`, but with room for all of them. */
static int flows_open(struct worker_state *s, struct weir_err *err)
{
    const struct weir_flow_table_config config = {
        .flows = 65536 + 2 * s->input->flows,
        .idle_ns = INT64_C(60000000000),
        .active_ns = INT64_C(1800000000000),
        .seed = 1,
    };
    return weir_flow_table_open(&s->flows, &config, err);
}

static int worker_open(void **out, const struct weir_stage_setup *setup,
                       struct weir_err *err)
{
    struct worker_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "worker");
    s->input = setup->input;
    s->config.format = (enum weir_format)(setup->stage->param & FORMAT);
    s->config.in_place_min = (setup->stage->param & TURNED) != 0;
    const struct weir_summary_config config = {.talkers = TALKERS, .seed = 1};
    int ret = weir_summary_open(&s->summary, &config, err);
    if (ret == 0)
        ret = chunks_open(s, err);
    if (ret == 0 && (setup->stage->param & FLOWS) != 0)
        ret = flows_open(s, err);
    if (ret == 0 && (setup->stage->param & (COPIED | TURNED)) != 0)
        ret = weir_ring_open(&s->ring, s->input, err);
    if (ret != 0) {
        worker_close(s);
        return ret;
    }
    *out = s;
    return 0;
}

static int ring_prepare(void *state, struct weir_err *err)
{
    (void)err;
    struct worker_state *s = state;
    s->batch = weir_ring_next(s->ring);
    return 0;
}

static int64_t worker_run(void *state, struct weir_err *err)
{
    (void)err;
    struct worker_state *s = state;
    struct weir_batch own;
    struct weir_batch *batch = s->batch;
    if (s->ring == NULL) {
        own = *weir_input_next(s->input, &s->at);
        batch = &own;
    }
    struct weir_chunk *chunk = NULL;
    if (s->config.format != WEIR_FORMAT_NONE) {
        s->chunk = (s->chunk + 1) % CHUNKS;
        chunk = &s->chunks[s->chunk];
        chunk->len = 0;
        chunk->frames = 0;
    }
    struct weir_account a;
    weir_account_batch(&s->config, batch, chunk, s->summary, s->flows, NULL,
                       &a);
    s->passed += a.passed;
    s->passed_bytes += a.passed_bytes;
    s->faults += a.malformed + a.truncated;
    s->encoded += chunk == NULL ? a.passed : chunk->frames;
    s->file_bytes += chunk == NULL ? 0 : chunk->len;
    s->expected += batch->passed;
    s->expected_bytes += batch->passed_bytes;
    return (int64_t)a.passed;
}

static int worker_check(void *state, struct weir_err *err)
{
    const struct worker_state *s = state;
    struct weir_sum total = weir_summary_total(s->summary);
    if (s->passed != s->expected || s->passed_bytes != s->expected_bytes ||
        s->encoded != s->expected || total.frames != s->expected ||
        total.bytes != s->expected_bytes)
        return weir_err_set(err, -EBADMSG, "frames are missing");
    if (s->batch != NULL && s->config.in_place_min > 0 &&
        s->batch->lease.records != WEIR_RECORDS_PCAPNG)
        return weir_err_set(err, -EBADMSG, "a block was not turned");
    if (s->faults != 0)
        return weir_err_set(err, -EBADMSG, "%llu frames are malformed",
                            (unsigned long long)s->faults);
    return 0;
}

static double worker_file_bytes(void *state)
{
    const struct worker_state *s = state;
    return (double)s->file_bytes / (double)s->encoded;
}

const struct weir_stage weir_stage_account = {
    .name = "account",
    .text = "a whole worker, no file: walk, dissect, flow",
    .floor = "touch",
    .flows = true,
    .scales = true,
    .param = WEIR_FORMAT_NONE,
    .open = worker_open,
    .run = worker_run,
    .check = worker_check,
    .close = worker_close,
};

const struct weir_stage weir_stage_account_flows = {
    .name = "account_flows",
    .text = "the same, and each frame's flow is found",
    .floor = "touch",
    .flows = true,
    .scales = true,
    .param = WEIR_FORMAT_NONE | FLOWS,
    .open = worker_open,
    .run = worker_run,
    .check = worker_check,
    .close = worker_close,
};

const struct weir_stage weir_stage_worker = {
    .name = "worker",
    .text = "a whole worker, to pcapng: and encode",
    .floor = "memcpy",
    .flows = true,
    .scales = true,
    .param = WEIR_FORMAT_PCAPNG,
    .open = worker_open,
    .run = worker_run,
    .check = worker_check,
    .file_bytes = worker_file_bytes,
    .close = worker_close,
};

/* The same work on the same blocks, both ways: which costs less depends on
 * the frames' size, and on what a byte costs to write. */
const struct weir_stage weir_stage_worker_copied = {
    .name = "worker_copied",
    .text = "a whole worker, of a kernel's block: copied to pcapng",
    .floor = "touch",
    .param = WEIR_FORMAT_PCAPNG | COPIED,
    .open = worker_open,
    .prepare = ring_prepare,
    .run = worker_run,
    .check = worker_check,
    .file_bytes = worker_file_bytes,
    .close = worker_close,
};

const struct weir_stage weir_stage_worker_turned = {
    .name = "worker_turned",
    .text = "the same, turned to pcapng where it lies",
    .floor = "touch",
    .param = WEIR_FORMAT_PCAPNG | TURNED,
    .open = worker_open,
    .prepare = ring_prepare,
    .run = worker_run,
    .check = worker_check,
    .file_bytes = worker_file_bytes,
    .close = worker_close,
};
