#ifndef WEIR_TESTS_PIPELINE_FAKE_H
#define WEIR_TESTS_PIPELINE_FAKE_H

/* fake: a source and a sink that do what a seed tells them, and remember.
 *
 * The source lays down Ethernet frames whose last 8 bytes are their number
 * and, in the highest, their lane; says WAIT at random, ends after so many
 * frames, fails, or is a live kernel that drops; its interfaces have different
 * link types.  The sink checks that each delivered record is the next one of
 * its lane that should be, and fails or is done when told so.
 *
 * Threads   each is used by one thread at a time, like the real ones. */

#include <stdbool.h>
#include <stdint.h>

#include "capture/source.h"
#include "ring/link.h"
#include "sink/encode.h"
#include "sink/sink.h"

uint64_t fake_random(uint64_t *state);

#define FAKE_LANES 8

#define FAKE_SECOND_LINKTYPE 147 /* USER0: nothing to dissect */

struct fake_source_config {
    uint64_t seed;
    uint8_t lane; /* below FAKE_LANES */
    uint32_t leases;
    uint32_t block_bytes;
    uint64_t frames;  /* ends behind them */
    uint64_t fail_at; /* fails at this frame; UINT64_MAX: never */
    uint32_t frames_per_lease_max;
    uint32_t wait_percent;   /* how often next says WAIT */
    bool live;               /* drops some, and holds some at a cut */
    const int64_t *clock_ns; /* if not NULL, frames are stamped by it, */
    bool real_clock;         /* likewise, by CLOCK_REALTIME, */
    int64_t hold_ns;         /* not earlier than so long before */
    bool second_iface;       /* every 7th frame is of another link type */
    bool filtered; /* every 4th frame is not wanted, but of the second */
    enum weir_records records; /* OTHER, or one of pcap's: of one interface */
};

struct fake_source;
struct weir_source *fake_source_open(const struct fake_source_config *config);
void fake_source_close(struct weir_source *source);

/* Called with each delivered frame, whose bytes are all there. */
typedef void fake_frame_fn(void *context, const struct weir_frame *frame);

/* Called with each record that is delivered, as the file has it. */
typedef void fake_record_fn(void *context, const uint8_t *record,
                            uint32_t bytes);

struct fake_sink_config {
    fake_frame_fn *on_frame; /* may be NULL */
    void *context;
    fake_record_fn *on_record; /* may be NULL */
    void *record_context;
    uint64_t seed;
    enum weir_format format;
    bool one_linktype;      /* frames of the second interface are left out */
    bool second_iface;      /* as the source's */
    bool filtered;          /* as the source's */
    bool clocked;           /* stamps are a clock's */
    uint64_t fail_at;       /* fails at this delivered frame */
    uint64_t done_at;       /* is done behind so many */
    uint32_t short_percent; /* none: always takes all that it may */
    uint32_t keep_percent;  /* writes whose batch is kept and settled later */
    uint32_t move_percent;  /* other writes that leave nothing in the chunk */
};

/* A batch that the sink keeps; taken once its fate is known. */
struct fake_kept {
    struct weir_batch *batch;
    uint32_t taken;
};
#define FAKE_KEPT_MAX 64

struct fake_sink {
    struct weir_sink sink;
    struct fake_sink_config config;
    uint64_t random;
    uint64_t delivered;
    uint64_t delivered_bytes;
    uint64_t next_number[FAKE_LANES]; /* of each source's frames */
    int64_t lane_time_ns[FAKE_LANES];
    uint64_t lane_delivered[FAKE_LANES];
    int64_t begin_ns;  /* of the last batch */
    int64_t newest_ns; /* of all frames */
    uint64_t late;     /* batches that begin before newest_ns */
    uint64_t descents; /* batches that begin before the one before them */
    int failed;        /* a write that was kept: its error */
    uint32_t oldest;   /* kept batches: [oldest, known) can be settled, */
    uint32_t known;    /* [known, newest) are being written */
    uint32_t newest;   /* counted without end */
    uint64_t accepted; /* frames of the latter */
    struct fake_kept kept[FAKE_KEPT_MAX];
    bool finished;
    const char *fault; /* what was wrong with what came, or NULL */
};

void fake_sink_open(struct fake_sink *fake,
                    const struct fake_sink_config *config);

/* fake_sink_move: a write that goes on comes to its end; readable: what the
 * sink's fd would be. */
void fake_sink_move(struct fake_sink *fake);
bool fake_sink_readable(const struct fake_sink *fake);

#endif
