#include "bench/stages/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap.h"
#include "capture/blocks.h"
#include "capture/source_synth.h"

#define SEED 1

/* Frames of one size, as the synthetic source makes them: flow by flow. */
struct maker {
    struct weir_source *source;
    struct weir_lease lease;
    struct weir_walk walk;
    bool lent;
};

struct mix {
    size_t count;
    uint32_t sizes[WEIR_INPUT_SIZES_MAX];
    uint32_t weights[WEIR_INPUT_SIZES_MAX];
    uint32_t weight; /* sum */
    uint64_t random;
    struct maker makers[WEIR_INPUT_SIZES_MAX];
};

size_t weir_input_sizes(const char *frame, uint32_t sizes[WEIR_INPUT_SIZES_MAX],
                        uint32_t weights[WEIR_INPUT_SIZES_MAX])
{
    if (strcmp(frame, "imix") == 0) {
        memcpy(sizes, (const uint32_t[]){60, 590, 1514},
               WEIR_INPUT_SIZES_MAX * sizeof *sizes);
        memcpy(weights, (const uint32_t[]){7, 4, 1},
               WEIR_INPUT_SIZES_MAX * sizeof *weights);
        return WEIR_INPUT_SIZES_MAX;
    }
    uint32_t size = 0;
    const char *p = frame;
    for (; *p >= '0' && *p <= '9' && size <= WEIR_SYNTH_SIZE_MAX; p++)
        size = size * 10 + (uint32_t)(*p - '0');
    if (*p != '\0' || size < 60 || size > WEIR_SYNTH_SIZE_MAX)
        return 0;
    sizes[0] = size;
    weights[0] = 1;
    return 1;
}

static void maker_close(struct maker *maker)
{
    if (maker->source == NULL)
        return;
    if (maker->lent)
        maker->source->ops->reclaim(maker->source, &maker->lease);
    maker->source->ops->close(maker->source);
    maker->source = NULL;
}

static int maker_open(struct maker *maker, uint32_t size, uint32_t flows,
                      struct weir_err *err)
{
    const struct weir_synth_config synth = {
        .seed = SEED, .size = size, .flows = flows, .proto = WEIR_SYNTH_UDP};
    const struct weir_source_config config = {
        .leases = 1, .block_bytes = WEIR_INPUT_BLOCK_BYTES};
    return weir_synth_source_open(&maker->source, &synth, &config, err);
}

static void maker_next(struct maker *maker, struct weir_frame *out)
{
    struct weir_source *source = maker->source;
    while (!maker->lent ||
           maker->lease.walk(&maker->lease, &maker->walk, out, 1) == 0) {
        if (maker->lent)
            source->ops->reclaim(source, &maker->lease);
        int result = source->ops->next(source, &maker->lease, NULL);
        WEIR_ASSERT(result == WEIR_SOURCE_LEASE);
        maker->walk = (struct weir_walk){0};
        maker->lent = true;
    }
}

static void mix_close(struct mix *mix)
{
    for (size_t i = 0; i < mix->count; i++)
        maker_close(&mix->makers[i]);
}

static int mix_open(struct mix *mix, const struct weir_input_config *config,
                    struct weir_err *err)
{
    memset(mix, 0, sizeof *mix);
    mix->random = SEED;
    mix->count = weir_input_sizes(config->frame, mix->sizes, mix->weights);
    if (mix->count == 0)
        return weir_err_set(err, -EINVAL,
                            "frame '%s' is neither imix nor a size from 60 "
                            "to %d",
                            config->frame, WEIR_SYNTH_SIZE_MAX);
    for (size_t i = 0; i < mix->count; i++) {
        mix->weight += mix->weights[i];
        int ret =
            maker_open(&mix->makers[i], mix->sizes[i], config->flows, err);
        if (ret != 0) {
            mix_close(mix);
            return ret;
        }
    }
    return 0;
}

/* The next frame's size comes by chance (Knuth's linear congruence, its high
 * bits), so that nothing can learn the order. */
static void mix_next(struct mix *mix, struct weir_frame *out)
{
    size_t which = 0;
    if (mix->count > 1) {
        mix->random = mix->random * UINT64_C(6364136223846793005) +
                      UINT64_C(1442695040888963407);
        uint32_t at = (uint32_t)((mix->random >> 33) % mix->weight);
        while (at >= mix->weights[which])
            at -= mix->weights[which++];
    }
    maker_next(&mix->makers[which], out);
}

/* How many blocks: what was asked for, and room for each flow's frame. */
static uint64_t blocks_needed(const struct mix *mix,
                              const struct weir_input_config *config)
{
    uint64_t record = 0;
    WEIR_ASSERT(mix->weights[0] > 0);
    for (size_t i = 0; i < mix->count; i++)
        record += (uint64_t)mix->weights[i] *
                  (sizeof(struct weir_native) + ((mix->sizes[i] + 7u) & ~7u));
    uint64_t asked = config->bytes / WEIR_INPUT_BLOCK_BYTES;
    /* One of a mix's sizes must meet them all: the most frequent does. */
    uint64_t bytes = record * config->flows / mix->weights[0];
    uint64_t flows = bytes / (WEIR_INPUT_BLOCK_BYTES - 16384) + 1;
    return asked > flows ? asked : flows;
}

static void fill_block(struct weir_input *input, struct mix *mix,
                       struct weir_frame *frame, struct weir_batch *batch)
{
    struct weir_fill fill = {
        .base = weir_blocks_get(input->blocks),
        .capacity = WEIR_INPUT_BLOCK_BYTES,
    };
    while (weir_fill_fits(&fill, frame->caplen)) {
        frame->time_ns =
            WEIR_SYNTH_EPOCH_NS + (int64_t)input->frames * WEIR_SYNTH_SPACE_NS;
        memcpy(weir_fill_add(&fill, frame), frame->data, frame->caplen);
        input->frames++;
        batch->passed_bytes += frame->len;
        mix_next(mix, frame);
    }
    input->wire_bytes += batch->passed_bytes;
    weir_fill_lease(&fill, &batch->lease);
    batch->passed = batch->lease.frames;
    batch->ifaces = input->ifaces;
    batch->ifaces_count = 1;
}

static int fill(struct weir_input *input, struct mix *mix, struct weir_err *err)
{
    int ret = weir_blocks_open(&input->blocks, input->count,
                               WEIR_INPUT_BLOCK_BYTES, err);
    if (ret != 0)
        return ret;
    struct weir_frame frame;
    mix_next(mix, &frame);
    for (uint32_t i = 0; i < input->count; i++) {
        fill_block(input, mix, &frame, &input->batches[i]);
        input->batches[i].seq = i;
    }
    return 0;
}

static int allocate(struct weir_input *input, struct weir_err *err)
{
    input->batches = calloc(input->count, sizeof *input->batches);
    input->ifaces = calloc(1, sizeof *input->ifaces);
    if (input->batches == NULL || input->ifaces == NULL)
        return weir_err_sys(err, -ENOMEM, "frames in memory");
    weir_ifaces_add(input->ifaces,
                    &(struct weir_iface){.name = "bench",
                                         .linktype = WEIR_LINKTYPE_ETHERNET,
                                         .tsresol = 9,
                                         .snaplen = WEIR_SNAPLEN_MAX});
    return 0;
}

int weir_input_open(struct weir_input **out,
                    const struct weir_input_config *config,
                    struct weir_err *err)
{
    struct mix mix;
    int ret = mix_open(&mix, config, err);
    if (ret != 0)
        return ret;
    struct weir_input *input = calloc(1, sizeof *input);
    if (input == NULL) {
        ret = weir_err_sys(err, -ENOMEM, "frames in memory");
        goto err_mix;
    }
    uint64_t blocks = blocks_needed(&mix, config);
    if (blocks > WEIR_INPUT_BYTES_MAX / WEIR_INPUT_BLOCK_BYTES) {
        ret = weir_err_set(err, -EINVAL,
                           "%u flows of frame %s need more than %llu MiB",
                           config->flows, config->frame,
                           (unsigned long long)WEIR_INPUT_BYTES_MAX >> 20);
        goto err_input;
    }
    input->frame = config->frame;
    input->flows = config->flows;
    input->count = (uint32_t)blocks;
    ret = allocate(input, err);
    if (ret == 0)
        ret = fill(input, &mix, err);
    if (ret != 0)
        goto err_input;
    mix_close(&mix);
    *out = input;
    return 0;

err_input:
    weir_input_close(input);
err_mix:
    mix_close(&mix);
    return ret;
}

void weir_input_close(struct weir_input *input)
{
    if (input == NULL)
        return;
    if (input->blocks != NULL)
        for (uint32_t i = 0; i < input->count; i++)
            weir_blocks_put(input->blocks, input->batches[i].lease.owner);
    weir_blocks_close(input->blocks);
    free(input->ifaces);
    free(input->batches);
    free(input);
}

uint32_t weir_input_take(const struct weir_input *input,
                         struct weir_input_place *place,
                         struct weir_frame *frames, uint32_t max)
{
    for (;;) {
        const struct weir_lease *lease = &input->batches[place->batch].lease;
        uint32_t n = 0;
        while (n < max) {
            uint32_t vector = max - n;
            if (vector > WEIR_INPUT_VECTOR)
                vector = WEIR_INPUT_VECTOR;
            uint32_t got = lease->walk(lease, &place->walk, frames + n, vector);
            if (got == 0)
                break;
            n += got;
        }
        if (n > 0)
            return n;
        place->batch = (place->batch + 1) % input->count;
        place->walk = (struct weir_walk){0};
    }
}

const struct weir_batch *weir_input_next(const struct weir_input *input,
                                         uint32_t *at)
{
    const struct weir_batch *batch = &input->batches[*at];
    *at = (*at + 1) % input->count;
    return batch;
}

uint32_t weir_input_chunk_bytes(void)
{
    return WEIR_INPUT_BLOCK_BYTES +
           WEIR_LEASE_FRAMES_MAX * WEIR_CHUNK_BYTES_PER_FRAME;
}
