#include "tests/pipeline/fake_sink.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"

/* The frame is one that the pipeline takes out. */
static bool left_out(const struct fake_sink *f, uint8_t lane, uint64_t number)
{
    if (f->config.taps != NULL &&
        fake_taps_left_out(f->config.taps, lane, number))
        return true;
    const bool second = f->config.second_iface && fake_is_second(number);
    const struct fake_fate *fate =
        f->config.fates != NULL ? fake_fates_of(f->config.fates, lane, number)
                                : NULL;
    if (fate != NULL && !fate->given)
        return true;
    if (second && f->config.one_linktype)
        return true;
    if (fate != NULL && fate->filter != 0)
        return !fake_filter_takes(fate->filter, second, number);
    return !second && f->config.filtered && fake_is_unwanted(number);
}

static uint64_t number_of_next(struct fake_sink *f, uint8_t lane)
{
    uint64_t *next = &f->next_number[lane];
    while (left_out(f, lane, *next))
        ++*next;
    return (*next)++;
}

/* A record's frame, of a pcap or of an Enhanced Packet Block. */
static struct weir_frame frame_of(const struct fake_sink *f,
                                  const uint8_t *bytes,
                                  const struct weir_encoded *record)
{
    const bool pcapng = f->config.format == WEIR_FORMAT_PCAPNG;
    return (struct weir_frame){
        .data = bytes + (pcapng ? 28 : 16),
        .caplen = weir_load_32(bytes + (pcapng ? 20 : 8)),
        .len = record->len,
        .time_ns = record->time_ns,
    };
}

static bool is_cut_right(const struct fake_sink *f,
                         const struct weir_frame *frame)
{
    if (f->config.fates != NULL && f->config.fates->frames_max > 0) {
        const uint64_t mark = weir_load_64(frame->data);
        const struct fake_fate *fate =
            fake_fates_of(f->config.fates, (uint8_t)(mark >> 56) % FAKE_LANES,
                          mark & (UINT64_MAX >> 8));
        return fate != NULL && frame->caplen == fate->caplen;
    }
    uint32_t snaplen = f->config.snaplen;
    bool cut = snaplen != 0 && snaplen < frame->len;
    return frame->caplen == (cut ? snaplen : frame->len);
}

/* Checks the record at *offset of the chunk and moves behind it. */
static void check_record(struct fake_sink *f, const struct weir_batch *batch,
                         uint32_t *offset)
{
    struct weir_encoded record;
    const uint8_t *bytes = batch->chunk.bytes + *offset;
    weir_encoded_read(f->config.format, bytes, &record);
    struct weir_frame frame = frame_of(f, bytes, &record);
    uint64_t found = 0;
    if (record.bytes > batch->chunk.len - *offset)
        f->fault = "a record longer than its chunk";
    else if (!is_cut_right(f, &frame))
        f->fault = "a frame of another length";
    else
        found = weir_load_64(frame.data);
    uint8_t lane = (uint8_t)(found >> 56) % FAKE_LANES;
    uint64_t number = number_of_next(f, lane);
    f->lane_delivered[lane]++;
    if (found != fake_mark(lane, number))
        f->fault = "not the frame whose turn it was";
    else if (!f->config.clocked && record.time_ns != (int64_t)number * 1000)
        f->fault = "another time than the frame's";
    else if (record.time_ns < f->lane_time_ns[lane])
        f->fault = "a lane's frames are not in order";
    f->lane_time_ns[lane] = record.time_ns;
    if (record.time_ns > f->newest_ns)
        f->newest_ns = record.time_ns;
    frame.iface = f->config.second_iface && fake_is_second(number) ? 1 : 0;
    if (f->config.on_frame != NULL)
        f->config.on_frame(f->config.context, &frame);
    if (f->config.on_record != NULL)
        f->config.on_record(f->config.record_context, bytes, record.bytes);
    *offset += record.bytes;
    f->delivered_bytes += record.len;
}

/* How the batch lies to those before it. */
static void note_order(struct fake_sink *f, const struct weir_batch *batch)
{
    struct weir_encoded record;
    weir_encoded_read(f->config.format, batch->chunk.bytes, &record);
    f->late += record.time_ns < f->newest_ns;
    f->descents += record.time_ns < f->begin_ns;
    f->begin_ns = record.time_ns;
}

/* The frames of a batch that is kept are in a file, or not. */
static void conclude(struct fake_sink *f)
{
    struct fake_kept *kept = &f->kept[f->known++ % FAKE_KEPT_MAX];
    uint32_t offset = 0;
    f->accepted -= kept->batch->passed;
    kept->taken = 0;
    while (f->failed == 0 && kept->taken < kept->batch->passed) {
        if (f->delivered >= f->config.fail_at) {
            f->failed = -ENOSPC;
            return;
        }
        check_record(f, kept->batch, &offset);
        f->delivered++;
        kept->taken++;
    }
}

void fake_sink_move(struct fake_sink *fake)
{
    if (fake->known != fake->newest)
        conclude(fake);
}

bool fake_sink_readable(const struct fake_sink *fake)
{
    return fake->oldest != fake->known;
}

static bool keep(struct fake_sink *f, struct weir_batch *batch,
                 uint32_t frames_max)
{
    if (frames_max < batch->passed || f->failed != 0 ||
        fake_random(&f->random) % 100 >= f->config.keep_percent ||
        f->delivered + f->accepted + batch->passed >= f->config.done_at ||
        f->newest - f->oldest == FAKE_KEPT_MAX)
        return false;
    note_order(f, batch);
    if (batch->time_max_ns > f->newest_ns)
        f->newest_ns = batch->time_max_ns;
    f->kept[f->newest++ % FAKE_KEPT_MAX] = (struct fake_kept){.batch = batch};
    f->accepted += batch->passed;
    return true;
}

static int fake_settle(struct weir_sink *sink, struct weir_batch **out,
                       uint32_t *taken, struct weir_err *err)
{
    struct fake_sink *f = (struct fake_sink *)sink;
    *out = NULL;
    if (f->finished)
        f->fault = "settled behind the end";
    while (f->known != f->newest &&
           (f->failed != 0 || fake_random(&f->random) % 3 == 0))
        conclude(f);
    if (f->oldest != f->known) {
        *out = f->kept[f->oldest % FAKE_KEPT_MAX].batch;
        *taken = f->kept[f->oldest++ % FAKE_KEPT_MAX].taken;
    }
    return f->failed == 0 ? 0 : weir_err_set(err, f->failed, "fake: full late");
}

/* As a sink does that moves a chunk's parts to page boundaries. */
static void move_parts(struct fake_sink *f, enum weir_records records,
                       struct weir_chunk *chunk)
{
    if (fake_random(&f->random) % 100 >= f->config.move_percent ||
        records == WEIR_RECORDS_PCAPNG)
        return;
    chunk->bytes = chunk->buf;
    memset(chunk->buf, 0xda, chunk->capacity < 4096 ? chunk->capacity : 4096);
    chunk->moved = true;
}

static int fake_write(struct weir_sink *sink, struct weir_batch *batch,
                      uint32_t frames_max, uint32_t *taken,
                      struct weir_err *err)
{
    struct fake_sink *f = (struct fake_sink *)sink;
    uint32_t offset = 0;
    if (frames_max == 0 || frames_max > batch->passed || f->finished ||
        batch->chunk.frames != batch->passed)
        f->fault = "a write that is against the contract";
    if (keep(f, batch, frames_max)) {
        *taken = batch->passed;
        return WEIR_SINK_KEPT;
    }
    *taken = 0;
    while (f->known != f->newest)
        conclude(f);
    if (f->failed != 0)
        return weir_err_set(err, f->failed, "fake: full late");
    for (*taken = 0; *taken < frames_max && f->fault == NULL; ++*taken) {
        if (f->delivered >= f->config.fail_at) {
            move_parts(f, batch->lease.records, &batch->chunk);
            return weir_err_set(err, -ENOSPC, "fake: full as told");
        }
        if (f->delivered >= f->config.done_at)
            break;
        if (*taken == 0)
            note_order(f, batch);
        check_record(f, batch, &offset);
        f->delivered++;
    }
    f->sink.done = f->delivered >= f->config.done_at;
    move_parts(f, batch->lease.records, &batch->chunk);
    return 0;
}

static int fake_tick(struct weir_sink *sink, int64_t real_now_ns,
                     int64_t *next_ns, struct weir_err *err)
{
    struct fake_sink *f = (struct fake_sink *)sink;
    *next_ns = real_now_ns + 1 + (int64_t)(fake_random(&f->random) % 1000);
    if (fake_random(&f->random) % 1000 == 0 && f->config.fail_at != UINT64_MAX)
        return weir_err_set(err, -EIO, "fake: the tick failed");
    return 0;
}

static int fake_rotate(struct weir_sink *sink, struct weir_err *err)
{
    (void)sink;
    (void)err;
    return 0;
}

static int fake_finish(struct weir_sink *sink, struct weir_err *err)
{
    (void)err;
    struct fake_sink *f = (struct fake_sink *)sink;
    if (f->oldest != f->newest)
        f->fault = "finished with batches that are kept";
    f->finished = true;
    return 0;
}

static void fake_close(struct weir_sink *sink)
{
    (void)sink;
}

static const struct weir_sink_ops fake_sink_ops = {
    .write = fake_write,
    .settle = fake_settle,
    .tick = fake_tick,
    .rotate = fake_rotate,
    .finish = fake_finish,
    .close = fake_close,
};

void fake_sink_open(struct fake_sink *fake,
                    const struct fake_sink_config *config)
{
    *fake = (struct fake_sink){.sink = {.ops = &fake_sink_ops},
                               .config = *config,
                               .random = config->seed};
    fake->sink.in_place_min = config->in_place_min;
}
