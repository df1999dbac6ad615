#ifndef WEIR_SINK_FILE_SINK_IMPL_H
#define WEIR_SINK_FILE_SINK_IMPL_H

/* file_sink_impl: the file sink's memory, for its own files only.
 *
 * Owner     the sink; its series has the file, its flight the batches that
 *           are kept.
 * Threads   [w] all of it, as in sink.h; the sink's base says what others
 *           may read.
 * Errors    as sink.h's. */

#include "sink/file_sink.h"
#include "sink/flight.h"
#include "sink/series.h"
#include "sink/tail.h"

struct file_sink {
    struct weir_sink base;
    enum weir_format format;
    bool rotatable; /* names can be made for further files */
    uint64_t in_place;
    uint64_t compacted;
    uint64_t copied;
    uint64_t padding_bytes;
    struct weir_series series;
    struct weir_tail tail;
    struct weir_flight flight; /* its disk is NULL but for direct files */
};

static inline struct file_sink *file_sink_of(struct weir_sink *sink)
{
    return (struct file_sink *)sink;
}

/* file_sink_drain: waits for all writes on their way. */
int file_sink_drain(struct file_sink *fs, struct weir_err *err);

/* file_sink_end_file: the file ends here, for a cut at time_ns, with `taken`
 * frames more in files than the facts say. */
int file_sink_end_file(struct file_sink *fs, enum weir_cut cut, int64_t time_ns,
                       uint32_t taken, struct weir_err *err);

/* file_sink_write, file_sink_settle: sink.h. */
int file_sink_write(struct weir_sink *sink, struct weir_batch *batch,
                    uint32_t frames_max, uint32_t *taken, struct weir_err *err);
int file_sink_settle(struct weir_sink *sink, struct weir_batch **out,
                     uint32_t *taken, struct weir_err *err);

#endif
