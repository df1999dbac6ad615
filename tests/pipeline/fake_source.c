#include "tests/pipeline/fake_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap.h"
#include "base/pcap_encode.h"
#include "base/pcapng_encode.h"
#include "capture/blocks.h"
#include "capture/filter.h"
#include "capture/screen.h"
#include "sink/direct.h"

#define FRAME_BYTES_MIN 50
#define FRAME_BYTES_MAX 400
#define LATE_MAX        150 /* frames that pass the old program yet */

/* What the kernel that we play tests and cuts by. */
struct program {
    uint32_t filter; /* fake.h; 0: takes all */
    uint32_t snaplen;
};

struct fake_source {
    struct weir_source source;
    struct fake_source_config config;
    struct weir_ifaces ifaces;
    struct weir_blocks *blocks;
    struct weir_filter *filter;
    uint64_t random;
    uint64_t made;    /* frames that came by */
    uint64_t given;   /* of them: that the kernel did not reject */
    int64_t time_ns;  /* of the last of them */
    uint64_t dropped; /* by the kernel that we play */
    bool cut;
    uint64_t turned;
    struct program old, new;
    uint64_t generation; /* of the new one */
    uint64_t late;       /* frames until it goes for all */
    int64_t wait_ms;     /* wait_put; -1: none */
};

/* An IPv4/UDP frame with its mark in the first 8 bytes, where addresses of
 * Ethernet are: it is there of frames that are cut, too. */
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
    weir_store_64(data, fake_mark(lane, number));
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

/* A frame that is late has come over another processor, perhaps. */
static const struct program *program_of(struct fake_source *f)
{
    bool old = f->late > 0 && fake_random(&f->random) % 2 == 0;
    f->late -= f->late > 0;
    return old ? &f->old : &f->new;
}

static bool is_rejected(const struct fake_source *f,
                        const struct program *program, uint64_t number)
{
    bool second = f->config.second_iface && fake_is_second(number);
    return program->filter != 0 &&
           !fake_filter_takes(program->filter, second, number);
}

static void fill_one(struct fake_source *f, struct weir_fill *fill)
{
    uint8_t data[FRAME_BYTES_MAX];
    uint64_t number = f->made++;
    const struct program *program = program_of(f);
    struct fake_fate *fate =
        f->config.fates != NULL
            ? fake_fates_of(f->config.fates, f->config.lane, number)
            : NULL;
    if (is_rejected(f, program, number))
        return;
    f->given++;
    struct weir_frame frame = {
        .time_ns = stamp(f, number),
        .iface = f->config.second_iface && fake_is_second(number) ? 1 : 0,
    };
    frame.len = frame.caplen =
        make_frame(f->config.lane, number, fake_random(&f->random), data);
    if (frame.caplen > program->snaplen)
        frame.caplen = program->snaplen;
    if (fate != NULL)
        *fate = (struct fake_fate){.given = true, .caplen = frame.caplen};
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

static uint32_t pcapng_walk(const struct weir_lease *lease,
                            struct weir_walk *walk, struct weir_frame *out,
                            uint32_t max)
{
    uint32_t n = 0;
    while (n < max && walk->offset < lease->bytes) {
        const uint8_t *block = lease->base + walk->offset;
        uint64_t time = (uint64_t)weir_load_32(block + 12) << 32;
        out[n++] = (struct weir_frame){
            .data = block + 28,
            .time_ns = (int64_t)(time | weir_load_32(block + 16)),
            .caplen = weir_load_32(block + 20),
            .len = weir_load_32(block + 24),
            .iface = (uint16_t)weir_load_32(block + 8),
        };
        walk->offset += weir_load_32(block + 4);
    }
    walk->frames += n;
    return n;
}

/* By way of another buffer, where it is seen whether the block has room. */
static bool turn(struct weir_lease *lease)
{
    struct fake_source *f = lease->owner;
    uint8_t *blocks = malloc((size_t)2 * f->config.block_bytes);
    struct weir_walk walk = {0};
    struct weir_frame v;
    uint32_t len = 0;
    WEIR_ASSERT(blocks != NULL);
    while (lease->walk(lease, &walk, &v, 1) == 1)
        len += weir_pcapng_encode_epb(blocks + len, v.iface, v.time_ns, 0,
                                      v.data, v.caplen, v.len);
    bool fits = weir_direct_padded(len) <= f->config.block_bytes;
    if (fits) {
        memcpy(lease->base, blocks, len);
        lease->bytes = weir_direct_pad(lease->base, len);
        lease->records = WEIR_RECORDS_PCAPNG;
        lease->walk = pcapng_walk;
        f->turned++;
    }
    free(blocks);
    return fits;
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
    const bool screened = f->late == 0;
    while (n-- > 0 && f->made < f->config.frames &&
           f->made < f->config.fail_at &&
           weir_fill_fits(&fill, FRAME_BYTES_MAX))
        fill_one(f, &fill);
    if (fill.frames == 0) {
        weir_blocks_put(f->blocks, fill.base);
        return WEIR_SOURCE_WAIT;
    }
    weir_fill_lease(&fill, out);
    out->screened = screened ? f->generation : 0;
    if (f->config.records != WEIR_RECORDS_OTHER)
        make_pcap(out, f->config.records);
    else if (f->config.in_place)
        out->in_place = turn;
    out->room = f->config.block_bytes;
    out->owner = f; /* the block is the base */
    return WEIR_SOURCE_LEASE;
}

static void fake_reclaim(struct weir_source *source, struct weir_lease *lease)
{
    struct fake_source *f = (struct fake_source *)source;
    /* Whoever still reads it gets no frame of ours. */
    memset(lease->base, 0xdb, lease->bytes);
    weir_blocks_put(f->blocks, lease->base);
}

static int fake_screen_put(struct weir_source *source,
                           const struct weir_screen *screen,
                           uint64_t generation, struct weir_err *err)
{
    struct fake_source *f = (struct fake_source *)source;
    const char *text = weir_screen_text(screen);
    if (f->config.fates == NULL || f->cut)
        return 0;
    if (fake_random(&f->random) % 4 == 0)
        return weir_err_set(err, -ENOMEM, FAKE_NO_MEMORY);
    if (generation <= f->generation)
        return weir_err_set(err, -EINVAL, "fake: not a later generation");
    f->old = f->new;
    f->new.filter = 1;
    while (text != NULL && strcmp(fake_filter_text(f->new.filter), text) != 0)
        f->new.filter++;
    f->new.snaplen = weir_screen_snaplen(screen);
    f->generation = generation;
    f->late = fake_random(&f->random) % LATE_MAX;
    return 0;
}

static void fake_wait_put(struct weir_source *source, uint32_t wait_ms)
{
    ((struct fake_source *)source)->wait_ms = wait_ms;
}

int64_t fake_source_wait(const struct weir_source *source)
{
    return ((const struct fake_source *)source)->wait_ms;
}

static void fake_cut(struct weir_source *source)
{
    ((struct fake_source *)source)->cut = true;
}

static void fake_stats(struct weir_source *source,
                       struct weir_source_stats *out)
{
    struct fake_source *f = (struct fake_source *)source;
    *out = (struct weir_source_stats){.kernel_seen = f->given + f->dropped,
                                      .kernel_dropped = f->dropped};
}

uint64_t fake_source_made(const struct weir_source *source)
{
    return ((const struct fake_source *)source)->made;
}

uint64_t fake_source_turned(const struct weir_source *source)
{
    return ((const struct fake_source *)source)->turned;
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
    .screen_put = fake_screen_put,
    .wait_put = fake_wait_put,
    .close = fake_source_close,
};

struct weir_source *fake_source_open(const struct fake_source_config *config)
{
    struct fake_source *f = calloc(1, sizeof *f);
    WEIR_ASSERT(f != NULL);
    f->wait_ms = -1;
    f->config = *config;
    f->random = config->seed;
    f->old.snaplen = f->new.snaplen = WEIR_SNAPLEN_MAX;
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
