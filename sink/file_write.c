#include "base/assert.h"
#include "base/clock.h"
#include "base/err.h"
#include "sink/direct.h"
#include "sink/encode_lease.h"
#include "sink/file_sink_impl.h"

static void say_done(struct file_sink *fs, const char *reason)
{
    fs->base.done = true;
    fs->base.stop_reason = reason;
}

int file_sink_drain(struct file_sink *fs, struct weir_err *err)
{
    int rc = fs->flight.disk == NULL ? 0 : weir_flight_drain(&fs->flight, err);
    if (rc != 0)
        fs->series.failed = true;
    return rc;
}

/* The last allowed file stays open for finish. */
int file_sink_end_file(struct file_sink *fs, enum weir_cut cut, int64_t time_ns,
                       uint32_t taken, struct weir_err *err)
{
    int rc = file_sink_drain(fs, err);
    if (rc != 0)
        return rc;
    weir_tail_forget(&fs->tail);
    if (cut == WEIR_CUT_STOP) {
        say_done(fs, "the file has reached its size");
        return 0;
    }
    if (weir_rotation_last(&fs->series.rotation)) {
        say_done(fs, "the last file is full");
        return 0;
    }
    return weir_series_cut(&fs->series, cut, time_ns, &fs->base.facts, taken,
                           err);
}

/* A run of records, and what comes behind it. */
struct run {
    const uint8_t *at;
    uint32_t bytes;
    uint32_t lead; /* of them, before the first record */
    uint32_t frames;
    uint32_t declare; /* interfaces that the next record needs */
    enum weir_cut cut;
    int64_t cut_ns;
};

/* The times of a pcapng are from its interface's on. */
static void read_record(const struct file_sink *fs, const uint8_t *at,
                        struct weir_encoded *out)
{
    const struct weir_ifaces *ifaces = fs->series.section.head.ifaces;
    weir_encoded_read(fs->format, at, out);
    if (!atomic_load_explicit(&ifaces->early, memory_order_relaxed) ||
        fs->format != WEIR_FORMAT_PCAPNG)
        return;
    out->time_ns += ifaces->at[out->iface].epoch_ns;
    out->no_time = out->time_ns == 0;
}

/* Takes records until a cut, an interface that the file does not know yet,
 * or the end of *run; they count as added. */
static void walk_run(struct file_sink *fs, struct run *run)
{
    uint32_t frames_max = run->frames;
    uint32_t end = run->lead;
    run->bytes = 0;
    run->frames = 0;
    while (run->frames < frames_max && run->cut == WEIR_CUT_NONE) {
        struct weir_encoded record;
        read_record(fs, run->at + end, &record);
        run->cut_ns = record.time_ns;
        run->cut = weir_rotation_before(&fs->series.rotation, &record);
        if (run->cut != WEIR_CUT_NONE)
            return;
        if (record.iface >= fs->series.section.declared) {
            run->declare = record.iface + 1;
            return;
        }
        end += record.bytes;
        weir_rotation_add(&fs->series.rotation, end - run->bytes, 1);
        weir_series_saw(&fs->series, record.time_ns);
        run->bytes = end;
        run->frames++;
        run->cut = weir_rotation_after(&fs->series.rotation);
    }
}

/* The run's frames that are whole within its first `written` bytes, whose
 * bytes are *whole. */
static uint32_t whole_frames(const struct file_sink *fs, const struct run *run,
                             const uint8_t *at, uint32_t written,
                             uint32_t *whole)
{
    uint32_t frames = 0;
    uint32_t end = run->lead;
    *whole = 0;
    while (frames < run->frames) {
        struct weir_encoded record;
        weir_encoded_read(fs->format, at + end, &record);
        end += record.bytes;
        if (end > written)
            break;
        *whole = end;
        frames++;
    }
    return frames;
}

/* Writes a run.  After a failure as many of its frames are taken as were
 * written whole, and the file ends behind them. */
static int write_run(struct file_sink *fs, const struct run *run,
                     uint32_t *taken, struct weir_err *err)
{
    struct weir_outfile *out = &fs->series.out;
    if (run->bytes == 0)
        return 0;
    uint64_t start = out->bytes;
    bool direct = out->mode == WEIR_WRITE_DIRECT;
    /* A direct file's run lies in the chunk's own buffer. */
    uint8_t *at = (uint8_t *)(uintptr_t)run->at;
    uint32_t written;
    int rc = direct
                 ? weir_outfile_write_run(out, &at, run->bytes, &written, err)
                 : weir_outfile_write(out, at, run->bytes, &written, err);
    weir_counter_add(&fs->base.written_bytes, written);
    if (rc == 0) {
        weir_rotation_add(&fs->series.rotation, written - run->bytes, 0);
        fs->padding_bytes += written - run->bytes;
        *taken += run->frames;
        return 0;
    }
    uint32_t whole;
    *taken += whole_frames(fs, run, at, written, &whole);
    weir_outfile_cut(out, start + whole);
    fs->series.failed = true;
    return rc;
}

/* Makes the file that the record at `at` goes to, if there is none. */
static int want_file(struct file_sink *fs, const uint8_t *at,
                     struct weir_err *err)
{
    if (weir_series_is_open(&fs->series))
        return 0;
    struct weir_encoded record;
    read_record(fs, at, &record);
    int64_t begin_ns = fs->series.begin_ns;
    if (!fs->series.has_begin)
        begin_ns = record.no_time ? weir_clock_real_ns() : record.time_ns;
    return weir_series_next(&fs->series, begin_ns, err);
}

/* Nothing ends within the chunk's next bytes, and all in them is declared. */
static bool is_clear(const struct file_sink *fs, const struct weir_batch *batch,
                     uint32_t bytes, uint32_t frames)
{
    return batch->ifaces_count <= fs->series.section.declared &&
           weir_rotation_clear(&fs->series.rotation, bytes, frames,
                               batch->time_max_ns);
}

/* Gives the whole chunk to the disk, which goes on with it while we do
 * something else.  Returns false if it must be written part by part. */
static bool send_whole(struct file_sink *fs, struct weir_batch *batch, int *rc,
                       struct weir_err *err)
{
    struct weir_chunk *chunk = &batch->chunk;
    uint32_t padded = weir_direct_padded(chunk->len);
    bool lent = chunk->bytes != chunk->buf;
    if (lent ? !weir_direct_is_aligned(chunk->bytes, chunk->len)
             : chunk->capacity < padded)
        return false;
    if (!is_clear(fs, batch, padded, chunk->frames))
        return false;
    uint32_t padding = padded - chunk->len;
    chunk->len = weir_direct_pad(chunk->buf, chunk->len);
    *rc = weir_flight_add(&fs->flight, batch, err);
    if (*rc != 0)
        return true;
    weir_rotation_add(&fs->series.rotation, padded, chunk->frames);
    weir_series_saw(&fs->series, batch->time_max_ns);
    fs->padding_bytes += padding;
    return true;
}

static void count_batch(struct file_sink *fs, const struct weir_batch *batch)
{
    if (batch->chunk.bytes != batch->chunk.buf)
        fs->in_place++;
    else
        fs->compacted++;
}

/* On a link where little happens a chunk goes to the pages that the last one
 * has begun.  Returns false if this is not such a moment. */
static bool add_to_tail(struct file_sink *fs, const struct weir_batch *batch,
                        int *rc, struct weir_err *err)
{
    const struct weir_chunk *chunk = &batch->chunk;
    struct weir_outfile *out = &fs->series.out;
    if (chunk->bytes != chunk->buf || chunk->len > WEIR_TAIL_BYTES_MAX ||
        !weir_flight_is_idle(&fs->flight) ||
        !is_clear(fs, batch, weir_direct_padded(chunk->len), chunk->frames))
        return false;
    uint64_t before = out->bytes;
    *rc = weir_tail_write(&fs->tail, fs->flight.disk, out, chunk->bytes,
                          chunk->len, err);
    if (*rc != 0) {
        fs->series.failed = true;
        return true;
    }
    /* Less than the chunk, where it took the place of padding. */
    uint64_t grown = out->bytes - before;
    weir_counter_add(&fs->base.written_bytes, grown);
    weir_rotation_add(&fs->series.rotation, grown, chunk->frames);
    weir_series_saw(&fs->series, batch->time_max_ns);
    fs->padding_bytes += grown - chunk->len;
    return true;
}

/* A direct file: all of the batch at once, or false and what write_parts
 * needs, or *rc. */
static bool write_direct(struct file_sink *fs, struct weir_batch *batch,
                         uint32_t frames_max, int *rc, struct weir_err *err)
{
    struct weir_chunk *chunk = &batch->chunk;
    *rc = 0;
    if (frames_max >= chunk->frames) {
        if (add_to_tail(fs, batch, rc, err))
            return true;
        weir_tail_forget(&fs->tail);
        if (send_whole(fs, batch, rc, err)) {
            *rc = *rc == 0 ? WEIR_SINK_KEPT : *rc;
            return true;
        }
    }
    weir_tail_forget(&fs->tail);
    *rc = file_sink_drain(fs, err);
    if (*rc != 0)
        return true;
    /* Parts are moved to page boundaries, and a lease must stay as it is:
     * what is not delivered of it is walked once more. */
    if (chunk->bytes != chunk->buf) {
        weir_encode_lease(fs->format, batch->ifaces, &batch->lease, chunk);
        fs->in_place--;
    }
    fs->copied++;
    chunk->moved = true;
    return false;
}

static int write_parts(struct file_sink *fs, const struct weir_batch *batch,
                       uint32_t frames_max, uint32_t *taken,
                       struct weir_err *err)
{
    const struct weir_chunk *chunk = &batch->chunk;
    bool whole = frames_max >= chunk->frames;
    uint32_t frames = whole ? chunk->frames : frames_max;
    uint32_t offset = 0;
    uint32_t lead = chunk->preface;
    while (*taken < frames && !fs->base.done) {
        struct run run = {
            .at = chunk->bytes + offset,
            .bytes = chunk->len - offset,
            .lead = lead,
            .frames = frames - *taken,
        };
        int rc = want_file(fs, run.at + lead, err);
        if (rc != 0)
            return rc;
        if (whole && is_clear(fs, batch, run.bytes, run.frames)) {
            weir_rotation_add(&fs->series.rotation, run.bytes, run.frames);
            weir_series_saw(&fs->series, batch->time_max_ns);
        } else {
            walk_run(fs, &run);
        }
        rc = write_run(fs, &run, taken, err);
        if (rc != 0)
            return rc;
        offset += run.bytes;
        lead = run.bytes > 0 ? 0 : lead;
        if (run.declare > 0)
            rc = weir_series_declare(&fs->series, run.declare, err);
        else if (run.cut != WEIR_CUT_NONE)
            rc = file_sink_end_file(fs, run.cut, run.cut_ns, *taken, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

int file_sink_write(struct weir_sink *sink, struct weir_batch *batch,
                    uint32_t frames_max, uint32_t *taken, struct weir_err *err)
{
    struct file_sink *fs = file_sink_of(sink);
    const struct weir_chunk *chunk = &batch->chunk;
    *taken = 0;
    int rc = want_file(fs, chunk->bytes + chunk->preface, err);
    if (rc != 0)
        return rc;
    count_batch(fs, batch);
    if (fs->series.out.mode == WEIR_WRITE_DIRECT &&
        write_direct(fs, batch, frames_max, &rc, err)) {
        *taken = rc < 0 ? 0 : chunk->frames;
        return rc;
    }
    return write_parts(fs, batch, frames_max, taken, err);
}

int file_sink_settle(struct weir_sink *sink, struct weir_batch **out,
                     uint32_t *taken, struct weir_err *err)
{
    struct file_sink *fs = file_sink_of(sink);
    *out = NULL;
    if (fs->flight.disk == NULL)
        return 0;
    weir_flight_poll(&fs->flight);
    *out = weir_flight_take(&fs->flight, taken);
    if (fs->flight.error == 0)
        return 0;
    fs->series.failed = true;
    return weir_err_set(err, fs->flight.error, "%s", fs->flight.err.text);
}
