/* The records of a capture file, parsed where they lie in memory. */

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/pcap_parse.h"
#include "base/pcapng_parse.h"
#include "bench/stages/chunks.h"
#include "bench/stages/input.h"
#include "bench/stages/stage.h"

#define BYTES_MAX (UINT64_C(64) << 20)

struct parse_state {
    struct weir_chunks chunks;
    uint32_t at;
    uint64_t frames;
    uint64_t bytes;
    uint64_t expected_frames;
    uint64_t expected_bytes;
    int64_t expected_last_ns;
    int64_t last_ns;
};

static int parse_open(void **out, const struct weir_stage_setup *setup,
                      struct weir_err *err)
{
    struct parse_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "parse");
    int ret =
        weir_chunks_open(&s->chunks, setup->input,
                         (enum weir_format)setup->stage->param, BYTES_MAX, err);
    if (ret != 0) {
        free(s);
        return ret;
    }
    *out = s;
    return 0;
}

static const struct weir_chunk *next_chunk(struct parse_state *s)
{
    const struct weir_batch *batch = &s->chunks.batches[s->at];
    s->at = (s->at + 1) % s->chunks.count;
    s->expected_frames += batch->passed;
    s->expected_bytes += batch->passed_bytes;
    s->expected_last_ns = batch->time_max_ns;
    return &batch->chunk;
}

static int64_t pcap_run(void *state, struct weir_err *err)
{
    (void)err;
    static const struct weir_pcap_form form = {
        .header_bytes = WEIR_PCAP_RECORD_HEADER_BYTES};
    struct parse_state *s = state;
    const struct weir_chunk *chunk = next_chunk(s);
    uint64_t frames = 0;
    for (uint32_t at = 0; at < chunk->len;) {
        struct weir_pcap_record record;
        weir_pcap_record_parse(&form, chunk->bytes + at, &record);
        at += WEIR_PCAP_RECORD_HEADER_BYTES + record.caplen;
        s->bytes += record.len;
        s->last_ns = record.time_ns;
        frames++;
    }
    s->frames += frames;
    return (int64_t)frames;
}

static int64_t pcapng_run(void *state, struct weir_err *err)
{
    struct parse_state *s = state;
    const struct weir_pcapng_clock clock = weir_pcapng_clock_make(9, 0);
    const struct weir_chunk *chunk = next_chunk(s);
    uint64_t frames = 0;
    for (uint32_t at = 0; at < chunk->len;) {
        const uint8_t *block = chunk->bytes + at;
        uint32_t type = weir_pcapng_load_32(false, block);
        uint32_t bytes = weir_pcapng_load_32(false, block + 4);
        struct weir_pcapng_packet packet;
        if (!weir_pcapng_is_packet(type) ||
            !weir_pcapng_packet_parse(&packet, false, type, block, bytes))
            return weir_err_set(err, -EBADMSG, "a block is not a packet's");
        at += bytes;
        s->bytes += packet.len;
        s->last_ns = weir_pcapng_clock_ns(&clock, packet.stamp);
        frames++;
    }
    s->frames += frames;
    return (int64_t)frames;
}

static int parse_check(void *state, struct weir_err *err)
{
    const struct parse_state *s = state;
    if (s->frames == s->expected_frames && s->bytes == s->expected_bytes &&
        s->last_ns == s->expected_last_ns)
        return 0;
    return weir_err_set(err, -EBADMSG, "records are missing");
}

static void parse_close(void *state)
{
    struct parse_state *s = state;
    weir_chunks_close(&s->chunks);
    free(s);
}

const struct weir_stage weir_stage_pcap_parse = {
    .name = "pcap_parse",
    .text = "parse a pcap's record headers",
    .floor = "touch",
    .param = WEIR_FORMAT_PCAP,
    .open = parse_open,
    .run = pcap_run,
    .check = parse_check,
    .close = parse_close,
};

const struct weir_stage weir_stage_pcapng_parse = {
    .name = "pcapng_parse",
    .text = "parse a pcapng's packet blocks",
    .floor = "touch",
    .param = WEIR_FORMAT_PCAPNG,
    .open = parse_open,
    .run = pcapng_run,
    .check = parse_check,
    .close = parse_close,
};
