/* Encoding of frames to whole records, and its floor: as many bytes copied
 * in one piece from the same place to the same place. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "bench/stages/input.h"
#include "bench/stages/stage.h"
#include "sink/encode.h"

/* As many are on their way through a pipeline at a time, about. */
#define CHUNKS 4

/* The floor's own: no format, only bytes. */
#define PLAIN (-1)

struct encode_state {
    const struct weir_input *input;
    struct weir_input_place place;
    int format;
    uint32_t chunk; /* the one in use */
    struct weir_chunk chunks[CHUNKS];
    uint64_t frames;
    uint64_t encoded; /* frames that the chunks say they have */
    uint32_t n;
    uint32_t bytes; /* that the frames lie in */
    const uint8_t *from;
    struct weir_frame v[WEIR_STAGE_RUN];
};

static void encode_close(void *state)
{
    struct encode_state *s = state;
    for (int i = 0; i < CHUNKS; i++)
        free(s->chunks[i].buf);
    free(s);
}

static int encode_open(void **out, const struct weir_stage_setup *setup,
                       struct weir_err *err)
{
    struct encode_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "encode");
    s->input = setup->input;
    s->format = setup->stage->param;
    for (int i = 0; i < CHUNKS; i++) {
        struct weir_chunk *chunk = &s->chunks[i];
        chunk->capacity = weir_input_chunk_bytes();
        chunk->buf = malloc(chunk->capacity);
        if (chunk->buf == NULL) {
            encode_close(s);
            return weir_err_sys(err, -ENOMEM, "encode");
        }
        memset(chunk->buf, 0, chunk->capacity);
    }
    *out = s;
    return 0;
}

static int encode_prepare(void *state, struct weir_err *err)
{
    (void)err;
    struct encode_state *s = state;
    s->n = weir_input_take(s->input, &s->place, s->v, WEIR_STAGE_RUN);
    const struct weir_frame *last = &s->v[s->n - 1];
    s->from = s->v[0].data;
    s->bytes = (uint32_t)(last->data + last->caplen - s->from);
    s->chunk = (s->chunk + 1) % CHUNKS;
    s->chunks[s->chunk].len = 0;
    s->chunks[s->chunk].frames = 0;
    return 0;
}

static int64_t encode_run(void *state, struct weir_err *err)
{
    (void)err;
    struct encode_state *s = state;
    struct weir_chunk *chunk = &s->chunks[s->chunk];
    for (uint32_t i = 0; i < s->n; i += WEIR_INPUT_VECTOR) {
        uint32_t left = s->n - i;
        weir_encode((enum weir_format)s->format, s->input->ifaces, chunk,
                    &s->v[i],
                    left < WEIR_INPUT_VECTOR ? left : WEIR_INPUT_VECTOR);
    }
    s->frames += s->n;
    s->encoded += chunk->frames;
    return s->n;
}

/* The chunk in use, record by record, against the frames it was made of. */
static int encode_check(void *state, struct weir_err *err)
{
    const struct encode_state *s = state;
    const struct weir_chunk *chunk = &s->chunks[s->chunk];
    const uint32_t before = s->format == WEIR_FORMAT_PCAPNG ? 28 : 16;
    uint32_t at = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        struct weir_encoded record = {0};
        if (at < chunk->len)
            weir_encoded_read((enum weir_format)s->format, chunk->bytes + at,
                              &record);
        if (record.len != s->v[i].len ||
            memcmp(chunk->bytes + at + before, s->v[i].data, s->v[i].caplen) !=
                0)
            return weir_err_set(err, -EBADMSG, "record %u is not its frame", i);
        at += record.bytes;
    }
    if (at != chunk->len || s->encoded != s->frames)
        return weir_err_set(err, -EBADMSG, "records are missing");
    return 0;
}

/* Of the chunk in use. */
static double encode_file_bytes(void *state)
{
    const struct encode_state *s = state;
    const struct weir_chunk *chunk = &s->chunks[s->chunk];
    return (double)chunk->len / (double)chunk->frames;
}

const struct weir_stage weir_stage_encode_pcap = {
    .name = "encode_pcap",
    .text = "make pcap records of them, in a chunk",
    .floor = "memcpy_near",
    .param = WEIR_FORMAT_PCAP,
    .open = encode_open,
    .prepare = encode_prepare,
    .run = encode_run,
    .check = encode_check,
    .file_bytes = encode_file_bytes,
    .close = encode_close,
};

const struct weir_stage weir_stage_encode = {
    .name = "encode",
    .text = "make pcapng records of them, in a chunk",
    .floor = "memcpy_near",
    .param = WEIR_FORMAT_PCAPNG,
    .open = encode_open,
    .prepare = encode_prepare,
    .run = encode_run,
    .check = encode_check,
    .file_bytes = encode_file_bytes,
    .close = encode_close,
};

static int64_t plain_run(void *state, struct weir_err *err)
{
    (void)err;
    struct encode_state *s = state;
    memcpy(s->chunks[s->chunk].buf, s->from, s->bytes);
    return s->n;
}

static int plain_check(void *state, struct weir_err *err)
{
    const struct encode_state *s = state;
    if (memcmp(s->chunks[s->chunk].buf, s->from, s->bytes) == 0)
        return 0;
    return weir_err_set(err, -EBADMSG, "the copy is not the same");
}

const struct weir_stage weir_stage_memcpy_near = {
    .name = "memcpy_near",
    .text = "copy the run's bytes, headers near, in one piece",
    .param = PLAIN,
    .open = encode_open,
    .prepare = encode_prepare,
    .run = plain_run,
    .check = plain_check,
    .close = encode_close,
};
