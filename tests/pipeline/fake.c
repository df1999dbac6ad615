#include "tests/pipeline/fake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap_encode.h"
#include "capture/blocks.h"
#include "capture/filter.h"

#define FRAME_BYTES_MIN 50
#define FRAME_BYTES_MAX 400

uint64_t fake_random(uint64_t *state)
{
    /* splitmix64 */
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct fake_source {
    struct weir_source source;
    struct fake_source_config config;
    struct weir_ifaces ifaces;
    struct weir_blocks *blocks;
    struct weir_filter *filter;
    uint64_t random;
    uint64_t made;    /* frames given */
    int64_t time_ns;  /* of the last of them */
    uint64_t dropped; /* by the kernel that we play */
    bool cut;
};

static bool second(uint64_t number)
{
    return number % 7 == 3;
}

/* A frame's last 8 bytes. */
static uint64_t mark(uint8_t lane, uint64_t number)
{
    return (uint64_t)lane << 56 | number;
}

/* An IPv4/UDP frame with its mark in the last 8 bytes. */
static uint32_t make_frame(uint8_t lane, uint64_t number, uint64_t random,
                           uint8_t *data)
{
    uint32_t len = FRAME_BYTES_MIN +
                   (uint32_t)(random % (FRAME_BYTES_MAX - FRAME_BYTES_MIN));
    static const uint8_t head[42] = {
        2, 0,  0,  0, 0, 1,  2, 0, 0, 0,  0, 2, 8, 0, 0x45, 0, 0, 0, 0, 0, 0,
        0, 64, 17, 0, 0, 10, 0, 0, 0, 10, 0, 0, 9, 0, 1,    0, 2, 0, 0, 0, 0};
    memset(data, 0, len);
    memcpy(data, head, sizeof head);
    data[29] = (uint8_t)random; /* some 256 talkers */
    data[16] = (uint8_t)((len - 14) >> 8);
    data[17] = (uint8_t)(len - 14);
    data[38] = (uint8_t)((len - 34) >> 8);
    data[39] = (uint8_t)(len - 34);
    data[19] = (uint8_t)number; /* IPv4's identification, for the filter */
    weir_store_64(data + len - 8, mark(lane, number));
    return len;
}

static int64_t stamp(struct fake_source *f, uint64_t number)
{
    int64_t now_ns =
        f->config.clock_ns != NULL ? *f->config.clock_ns : weir_clock_real_ns();
    if (f->config.clock_ns == NULL && !f->config.real_clock)
        return (int64_t)number * 1000;
    /* Whole microseconds, as a clock that is stepped by them. */
    uint64_t ages = (uint64_t)f->config.hold_ns / 1000;
    int64_t age_ns = (int64_t)(fake_random(&f->random) % ages) * 1000;
    if (now_ns - age_ns > f->time_ns)
        f->time_ns = now_ns - age_ns;
    return f->time_ns;
}

/* Sometimes it is sure that it holds nothing. */
static int be_quiet(struct fake_source *f)
{
    struct weir_source *source = &f->source;
    bool sure = f->config.clock_ns != NULL && fake_random(&f->random) % 2 == 0;
    source->quiet_ns = sure ? source->quiet_least_ns : source->hold_ns;
    if (sure && *f->config.clock_ns - source->quiet_ns > f->time_ns)
        f->time_ns = *f->config.clock_ns - source->quiet_ns;
    return WEIR_SOURCE_WAIT;
}

static void fill_one(struct fake_source *f, struct weir_fill *fill)
{
    uint8_t data[FRAME_BYTES_MAX];
    uint64_t number = f->made++;
    struct weir_frame frame = {
        .time_ns = stamp(f, number),
        .iface = f->config.second_iface && second(number) ? 1 : 0,
    };
    frame.len = frame.caplen =
        make_frame(f->config.lane, number, fake_random(&f->random), data);
    memcpy(weir_fill_add(fill, &frame), data, frame.caplen);
}

static uint32_t pcap_walk(const struct weir_lease *lease,
                          struct weir_walk *walk, struct weir_frame *out,
                          uint32_t max)
{
    const int64_t unit_ns =
        lease->records == WEIR_RECORDS_PCAP ? WEIR_NS_PER_US : 1;
    uint32_t n = 0;
    while (n < max && walk->offset < lease->bytes) {
        const uint8_t *record = lease->base + walk->offset;
        struct weir_frame *f = &out[n++];
        *f = (struct weir_frame){
            .data = record + WEIR_PCAP_RECORD_HEADER_BYTES,
            .time_ns = (int64_t)weir_load_32(record) * WEIR_NS_PER_S +
                       (int64_t)weir_load_32(record + 4) * unit_ns,
            .caplen = weir_load_32(record + 8),
            .len = weir_load_32(record + 12),
        };
        walk->offset += WEIR_PCAP_RECORD_HEADER_BYTES + f->caplen;
    }
    walk->frames += n;
    return n;
}

/* The lease's records become those of a pcap, which are shorter. */
static void make_pcap(struct weir_lease *lease, enum weir_records records)
{
    const uint32_t unit_ns =
        records == WEIR_RECORDS_PCAP ? (uint32_t)WEIR_NS_PER_US : 1;
    struct weir_walk walk = {0};
    struct weir_frame f;
    uint8_t data[FRAME_BYTES_MAX];
    uint8_t *to = lease->base;
    while (lease->walk(lease, &walk, &f, 1) == 1) {
        memcpy(data, f.data, f.caplen);
        to += weir_pcap_encode_record(to, unit_ns, f.time_ns, data, f.caplen,
                                      f.len);
    }
    lease->records = records;
    lease->walk = pcap_walk;
    lease->bytes = (uint32_t)(to - lease->base);
}

static int fake_next(struct weir_source *source, struct weir_lease *out,
                     struct weir_err *err)
{
    struct fake_source *f = (struct fake_source *)source;
    if (f->made >= f->config.fail_at)
        return weir_err_set(err, -EIO, "fake: failed as told");
    if (f->made >= f->config.frames || (f->cut && !f->config.live))
        return WEIR_SOURCE_END;
    /* A live source gives what it still holds, then ends. */
    if (f->cut && fake_random(&f->random) % 4 == 0)
        return WEIR_SOURCE_END;
    if (fake_random(&f->random) % 100 < f->config.wait_percent)
        return be_quiet(f);
    if (f->config.live && fake_random(&f->random) % 5 == 0)
        f->dropped += fake_random(&f->random) % 9;
    struct weir_fill fill = {.base = weir_blocks_get(f->blocks),
                             .capacity = f->config.block_bytes};
    WEIR_ASSERT(fill.base != NULL);
    uint64_t n = 1 + fake_random(&f->random) % f->config.frames_per_lease_max;
    while (n-- > 0 && f->made < f->config.frames &&
           f->made < f->config.fail_at &&
           weir_fill_fits(&fill, FRAME_BYTES_MAX))
        fill_one(f, &fill);
    weir_fill_lease(&fill, out);
    if (f->config.records != WEIR_RECORDS_OTHER)
        make_pcap(out, f->config.records);
    return WEIR_SOURCE_LEASE;
}

static void fake_reclaim(struct weir_source *source, struct weir_lease *lease)
{
    struct fake_source *f = (struct fake_source *)source;
    /* Whoever still reads it gets no frame of ours. */
    memset(lease->base, 0xdb, lease->bytes);
    weir_blocks_put(f->blocks, lease->owner);
}

static void fake_cut(struct weir_source *source)
{
    ((struct fake_source *)source)->cut = true;
}

static void fake_stats(struct weir_source *source,
                       struct weir_source_stats *out)
{
    struct fake_source *f = (struct fake_source *)source;
    *out = (struct weir_source_stats){.kernel_seen = f->made + f->dropped,
                                      .kernel_dropped = f->dropped};
}

void fake_source_close(struct weir_source *source)
{
    struct fake_source *f = (struct fake_source *)source;
    weir_blocks_close(f->blocks);
    weir_filter_free(f->filter);
    free(f);
}

static const struct weir_source_ops fake_source_ops = {
    .next = fake_next,
    .reclaim = fake_reclaim,
    .cut = fake_cut,
    .stats = fake_stats,
    .close = fake_source_close,
};

struct weir_source *fake_source_open(const struct fake_source_config *config)
{
    struct fake_source *f = calloc(1, sizeof *f);
    WEIR_ASSERT(f != NULL);
    f->config = *config;
    f->random = config->seed;
    f->source = (struct weir_source){.ops = &fake_source_ops,
                                     .ifaces = &f->ifaces,
                                     .name = "fake",
                                     .live = config->live,
                                     .hold_ns = config->hold_ns,
                                     .quiet_ns = config->hold_ns,
                                     .quiet_least_ns = config->hold_ns / 10,
                                     .fd = -1,
                                     .wait_ms = 1};
    struct weir_iface iface = {.name = "fake0",
                               .linktype = WEIR_LINKTYPE_ETHERNET};
    if (config->filtered) {
        WEIR_ASSERT(weir_filter_compile(&f->filter, "ip[5] & 3 != 0",
                                        WEIR_LINKTYPE_ETHERNET, 0, NULL) == 0);
        iface.filter = f->filter;
    }
    weir_ifaces_add(&f->ifaces, &iface);
    iface.filter = NULL;
    iface.linktype = FAKE_SECOND_LINKTYPE;
    if (config->records == WEIR_RECORDS_OTHER)
        weir_ifaces_add(&f->ifaces, &iface);
    struct weir_err err;
    WEIR_ASSERT(weir_blocks_open(&f->blocks, config->leases + 1,
                                 config->block_bytes, &err) == 0);
    return &f->source;
}

/* The frame is one that the pipeline takes out. */
static bool left_out(const struct fake_sink *f, uint64_t number)
{
    if (f->config.second_iface && second(number))
        return f->config.one_linktype;
    return f->config.filtered && number % 4 == 0;
}

static uint64_t number_of_next(struct fake_sink *f, uint8_t lane)
{
    uint64_t *next = &f->next_number[lane];
    while (left_out(f, *next))
        ++*next;
    return (*next)++;
}

/* Checks the record at *offset of the chunk and moves behind it. */
static void check_record(struct fake_sink *f, const struct weir_batch *batch,
                         uint32_t *offset)
{
    struct weir_encoded record;
    const uint8_t *bytes = batch->chunk.bytes + *offset;
    weir_encoded_read(f->config.format, bytes, &record);
    uint32_t tail =
        f->config.format == WEIR_FORMAT_PCAPNG ? 4 + (0u - record.len) % 4 : 0;
    uint64_t found = 0;
    if (record.bytes > batch->chunk.len - *offset)
        f->fault = "a record longer than its chunk";
    else
        found = weir_load_64(bytes + record.bytes - tail - 8);
    uint8_t lane = (uint8_t)(found >> 56) % FAKE_LANES;
    uint64_t number = number_of_next(f, lane);
    f->lane_delivered[lane]++;
    if (found != mark(lane, number))
        f->fault = "not the frame whose turn it was";
    else if (!f->config.clocked && record.time_ns != (int64_t)number * 1000)
        f->fault = "another time than the frame's";
    else if (record.time_ns < f->lane_time_ns[lane])
        f->fault = "a lane's frames are not in order";
    f->lane_time_ns[lane] = record.time_ns;
    if (record.time_ns > f->newest_ns)
        f->newest_ns = record.time_ns;
    if (f->config.on_frame != NULL) {
        const struct weir_frame frame = {
            .data = bytes + record.bytes - tail - record.len,
            .caplen = record.len,
            .len = record.len,
            .time_ns = record.time_ns,
            .iface = f->config.second_iface && second(number) ? 1 : 0,
        };
        f->config.on_frame(f->config.context, &frame);
    }
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
static void move_parts(struct fake_sink *f, struct weir_chunk *chunk)
{
    if (fake_random(&f->random) % 100 >= f->config.move_percent)
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
            move_parts(f, &batch->chunk);
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
    move_parts(f, &batch->chunk);
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
}
