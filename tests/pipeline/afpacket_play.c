#include "tests/pipeline/afpacket_play.h"

#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/linktype.h"
#include "capture/source.h"
#include "pipeline/lane.h"
#include "pipeline/settings.h"
#include "sink/encode.h"

#define BLOCK_BYTES WEIR_AFPACKET_BLOCK_BYTES_MIN
#define LEN_MAX     3000U
#define EPB_HEADER  28U

/* Of struct play_filters. */
#define TOOK      1
#define DELIVERED 2

static bool is_outgoing(uint64_t number)
{
    return number % 3 == 1;
}

/* By the lowest byte of the number. */
static const struct {
    const char *text;
    uint8_t taken;
} texts[] = {
    {"", 15},
    {"ether[20] & 3 != 0", 14},
    {"ether[20] & 3 != 3", 7},
    {"ether[20] & 2 = 0", 3},
};

static bool is_taken(const struct play_filters *filters, uint64_t generation,
                     uint64_t number)
{
    return filters->taken[generation] >> number % 4 & 1;
}

/* Checks the record at *offset of the chunk and moves behind it. */
static void check_record(struct play_sink *s, const struct weir_chunk *chunk,
                         uint64_t generation, uint32_t *offset)
{
    struct weir_encoded record;
    const uint8_t *bytes = chunk->bytes + *offset;
    weir_encoded_read(WEIR_FORMAT_PCAPNG, bytes, &record);
    const uint32_t caplen = weir_load_32(bytes + 20);
    const uint64_t number = weir_load_64(bytes + EPB_HEADER + caplen - 8);
    if (record.bytes > chunk->len - *offset || caplen != record.len)
        s->fault = "a record longer than its chunk";
    else if (number < s->next)
        s->fault = "a frame twice or out of order";
    else if (s->copies && is_outgoing(number))
        s->fault = "a copy";
    else if (record.time_ns != (int64_t)number * 1000)
        s->fault = "another time than the frame's";
    else if (number >= PLAY_FRAMES_MAX || s->filters->frames[number] != TOOK)
        s->fault = "a frame that the kernel did not take";
    else if (!is_taken(s->filters, generation, number))
        s->fault = "a frame that the filter of its batch refuses";
    else
        s->filters->frames[number] |= DELIVERED;
    if (s->on_record != NULL)
        s->on_record(s->record_context, bytes, record.bytes);
    s->next = number + 1;
    *offset += record.bytes;
}

static int play_write(struct weir_sink *sink, struct weir_batch *batch,
                      uint32_t frames_max, uint32_t *taken,
                      struct weir_err *err)
{
    struct play_sink *s = (struct play_sink *)sink;
    uint32_t offset = batch->chunk.preface;
    (void)err;
    if (frames_max != batch->passed || batch->chunk.frames != batch->passed)
        s->fault = "a chunk of another number of frames";
    s->in_place += batch->lease.records == WEIR_RECORDS_PCAPNG;
    for (*taken = 0; *taken < frames_max && s->fault == NULL; ++*taken)
        check_record(s, &batch->chunk, batch->snapshot->generation, &offset);
    if (s->fault == NULL && offset != batch->chunk.len)
        s->fault = "something behind the last record";
    s->delivered += *taken;
    return 0;
}

static int play_tick(struct weir_sink *sink, int64_t real_now_ns,
                     int64_t *next_ns, struct weir_err *err)
{
    (void)sink;
    (void)real_now_ns;
    (void)err;
    *next_ns = INT64_MAX;
    return 0;
}

static int play_end(struct weir_sink *sink, struct weir_err *err)
{
    (void)sink;
    (void)err;
    return 0;
}

static void play_sink_close(struct weir_sink *sink)
{
    (void)sink;
}

static const struct weir_sink_ops play_sink_ops = {
    .write = play_write,
    .tick = play_tick,
    .rotate = play_end,
    .finish = play_end,
    .close = play_sink_close,
};

static void configure(struct play *p, uint32_t workers, uint64_t seed)
{
    p->config = (struct weir_assembly_config){
        .sources = &p->source,
        .lanes = 1,
        .stop = &p->stop,
        .abandon = &p->abandon,
        .workers = workers,
        .block_bytes = BLOCK_BYTES,
        .account = {.format = WEIR_FORMAT_PCAPNG},
        .talkers = 64,
        .seed = seed,
    };
}

bool play_open(struct play *p, uint64_t seed)
{
    static const uint32_t in_place_min[] = {0, 1, 1500};
    struct weir_err err;
    memset(p, 0, sizeof *p);
    p->random.state = seed;
    p->kernel_random.state = seed + 1;
    const uint32_t workers = 1 + random_below(&p->random, 3);
    const uint32_t blocks =
        weir_lane_batches(workers, true) + 1 + random_below(&p->random, 8);
    struct weir_afpacket_origin origin = {
        .name = "played",
        .iface = {.name = "played",
                  .linktype = WEIR_LINKTYPE_ETHERNET,
                  .snaplen = 262144,
                  .copies = random_below(&p->random, 2) == 0},
    };
    fake_kernel_open(&p->kernel, BLOCK_BYTES, blocks, origin.iface.snaplen);
    const struct weir_afpacket_kernel kernel = fake_kernel_of(&p->kernel);
    p->filters.taken[0] = 15;
    p->filters.frames = calloc(PLAY_FRAMES_MAX, 1);
    p->sink = (struct play_sink){.sink = {.ops = &play_sink_ops},
                                 .filters = &p->filters,
                                 .copies = origin.iface.copies};
    p->sink.sink.in_place_min = in_place_min[random_below(&p->random, 3)];
    configure(p, workers, seed);
    return p->filters.frames != NULL && weir_stop_open(&p->stop, &err) == 0 &&
           weir_stop_open(&p->abandon, &err) == 0 &&
           weir_afpacket_source_over(&p->source, &kernel, &origin, &err) == 0;
}

void play_close(struct play *p)
{
    p->source->ops->close(p->source);
    fake_kernel_close(&p->kernel);
    weir_stop_close(&p->stop);
    weir_stop_close(&p->abandon);
    free(p->filters.frames);
}

const char *play_change(struct play *p, struct weir_assembly *a)
{
    struct play_filters *f = &p->filters;
    struct weir_err err;
    const uint32_t i = random_below(&p->random, 4);
    const struct weir_change change = {.filter = texts[i].text};
    if (f->generation == PLAY_CHANGES_MAX)
        return NULL;
    f->taken[++f->generation] = texts[i].taken;
    /* Sometimes the kernel has room for what takes all, and no more. */
    p->kernel.filter_room = random_below(&p->random, 4) == 0 ? 1 : 4096;
    return weir_assembly_change(a, &change, &err) == (int64_t)f->generation
               ? NULL
               : "a filter was not changed";
}

static void receive(struct play *p)
{
    static const uint8_t zeros[LEN_MAX];
    uint8_t data[LEN_MAX];
    const uint64_t number = p->sent++;
    const bool tagged = number % 5 == 0;
    const uint32_t len = 30 + random_below(&p->kernel_random, LEN_MAX - 30);
    memcpy(data, zeros, len);
    data[20] = (uint8_t)number;
    weir_store_64(data + len - 8, number);
    const struct fake_frame frame = {
        .data = data,
        .len = len,
        .time_ns = (int64_t)number * 1000,
        .vlan_tci = (uint16_t)number,
        .vlan_tpid = tagged ? 0x8100 : 0,
        .pkttype = is_outgoing(number) ? PACKET_OUTGOING : PACKET_HOST,
    };
    if (fake_kernel_receive(&p->kernel, &frame) && number < PLAY_FRAMES_MAX)
        p->filters.frames[number] = TOOK;
}

void play_kernel(struct play *p)
{
    const uint32_t what = random_below(&p->kernel_random, 20);
    uint32_t frames = 0;
    if (what == 0)
        frames = random_below(&p->kernel_random, 400);
    else if (what < 8)
        frames = random_below(&p->kernel_random, 20);
    else if (what < 10)
        fake_kernel_tick(&p->kernel);
    while (frames-- > 0)
        receive(p);
}

/* None is missing that all filters take. */
static bool are_all(const struct play *p)
{
    uint8_t taken = 15;
    for (uint32_t i = 0; i <= p->filters.generation; i++)
        taken &= p->filters.taken[i];
    for (uint64_t i = 0; i < p->sent && i < PLAY_FRAMES_MAX; i++)
        if (p->filters.frames[i] == TOOK && (taken >> i % 4 & 1) != 0 &&
            !(p->sink.copies && is_outgoing(i)))
            return false;
    return true;
}

const char *play_wrong(struct play *p, const struct weir_progress *progress,
                       bool abandoned)
{
    const struct weir_ledger *l = &progress->ledger;
    if (p->sink.fault != NULL)
        return p->sink.fault;
    if (!weir_ledger_balanced(l))
        return "the ledger does not balance";
    if (l->delivered != p->sink.delivered)
        return "delivered is not what the sink got";
    if (abandoned)
        return NULL;
    if (l->kernel_derived)
        return "something was only derived";
    if (l->received != p->kernel.accepted ||
        l->kernel_dropped != p->kernel.dropped)
        return "the kernel has another count";
    if (!are_all(p))
        return "a frame is missing that all filters take";
    if (l->kernel_dropped > 0 && progress->freezes == 0)
        return "drops without a freeze";
    return NULL;
}
