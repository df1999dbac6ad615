#ifndef WEIR_TESTS_PIPELINE_FAKE_SINK_H
#define WEIR_TESTS_PIPELINE_FAKE_SINK_H

/* fake_sink: a sink that does what a seed tells it, and remembers.
 *
 * It checks that each delivered record is the next one of its lane that should
 * be, and fails or is done when told so.
 *
 * Threads   used by one at a time, like a real one. */

#include <stdbool.h>
#include <stdint.h>

#include "sink/encode.h"
#include "sink/sink.h"
#include "tests/pipeline/fake.h"
#include "tests/pipeline/fake_tap.h"

/* Called with each delivered frame. */
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
    bool one_linktype; /* frames of the second interface are left out */
    bool second_iface; /* as the source's */
    bool filtered;     /* as the source's */
    bool clocked;      /* stamps are a clock's */
    const struct fake_taps *taps;   /* the lanes'; NULL: none */
    const struct fake_fates *fates; /* instead of filtered and snaplen, where
                                       settings change; NULL: they do not */
    uint32_t snaplen;               /* at which frames are cut; 0: none is */
    uint64_t fail_at;               /* fails at this delivered frame */
    uint64_t done_at;               /* is done behind so many */
    uint32_t short_percent;         /* none: always takes all that it may */
    uint32_t keep_percent; /* writes whose batch is kept and settled later */
    uint32_t move_percent; /* other writes that leave nothing in the chunk,
                              but for leases that were turned in place */
    uint32_t in_place_min; /* the sink's */
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
