#include "sink/file_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "sink/series.h"

/* A period of an idle link ends this much behind its boundary, so that its
 * last frames, which the kernel may hold for 250 ms, come before that. */
#define PERIOD_GRACE_NS (300 * WEIR_NS_PER_MS)

struct file_sink {
    struct weir_sink base;
    enum weir_format format;
    bool rotatable; /* names can be made for further files */
    struct weir_series series;
};

static struct file_sink *of(struct weir_sink *sink)
{
    return (struct file_sink *)sink;
}

static void say_done(struct file_sink *fs, const char *reason)
{
    fs->base.done = true;
    fs->base.stop_reason = reason;
}

/* The file ends here, for a cut at time_ns, with `taken` frames more in
 * files than the facts say.  The last allowed file stays open for finish. */
static int end_file(struct file_sink *fs, enum weir_cut cut, int64_t time_ns,
                    uint32_t taken, struct weir_err *err)
{
    if (cut == WEIR_CUT_STOP) {
        say_done(fs, "the file has reached its size");
        return 0;
    }
    if (weir_rotation_last(&fs->series.rotation)) {
        say_done(fs, "the last file is full");
        return 0;
    }
    struct weir_sink_facts facts = fs->base.facts;
    facts.delivered += taken;
    return weir_series_cut(&fs->series, cut, time_ns, &facts, err);
}

/* A run of records, and what comes behind it. */
struct run {
    const uint8_t *at;
    uint32_t bytes;
    uint32_t frames;
    uint32_t declare; /* interfaces that the next record needs */
    enum weir_cut cut;
    int64_t cut_ns;
};

/* Takes records until a cut, an interface that the file does not know yet,
 * or the end of *run; they count as added. */
static void walk_run(struct file_sink *fs, struct run *run)
{
    uint32_t frames_max = run->frames;
    run->bytes = 0;
    run->frames = 0;
    while (run->frames < frames_max && run->cut == WEIR_CUT_NONE) {
        struct weir_encoded record;
        weir_encoded_read(fs->format, run->at + run->bytes, &record);
        run->cut_ns = record.time_ns;
        run->cut = weir_rotation_before(&fs->series.rotation, &record);
        if (run->cut != WEIR_CUT_NONE)
            return;
        if (record.iface >= fs->series.section.declared) {
            run->declare = record.iface + 1;
            return;
        }
        weir_rotation_add(&fs->series.rotation, record.bytes, 1);
        weir_series_saw(&fs->series, record.time_ns);
        run->bytes += record.bytes;
        run->frames++;
        run->cut = weir_rotation_after(&fs->series.rotation);
    }
}

/* Writes a run.  After a failure as many of its frames are taken as were
 * written whole, and the file ends behind them. */
static int write_run(struct file_sink *fs, const struct run *run,
                     uint32_t *taken, struct weir_err *err)
{
    if (run->bytes == 0)
        return 0;
    uint64_t start = fs->series.out.bytes;
    uint32_t written;
    int rc =
        weir_outfile_write(&fs->series.out, run->at, run->bytes, &written, err);
    weir_counter_add(&fs->base.written_bytes, written);
    if (rc == 0) {
        *taken += run->frames;
        return 0;
    }
    uint32_t whole = 0;
    for (;;) {
        struct weir_encoded record;
        weir_encoded_read(fs->format, run->at + whole, &record);
        if (whole + record.bytes > written)
            break;
        whole += record.bytes;
        (*taken)++;
    }
    weir_outfile_cut(&fs->series.out, start + whole);
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
    weir_encoded_read(fs->format, at, &record);
    int64_t begin_ns = fs->series.begin_ns;
    if (!fs->series.has_begin)
        begin_ns = record.no_time ? weir_clock_real_ns() : record.time_ns;
    return weir_series_next(&fs->series, begin_ns, err);
}

static int file_write(struct weir_sink *sink, const struct weir_batch *batch,
                      uint32_t frames_max, uint32_t *taken,
                      struct weir_err *err)
{
    struct file_sink *fs = of(sink);
    const struct weir_chunk *chunk = &batch->chunk;
    bool whole = frames_max >= chunk->frames;
    uint32_t frames = whole ? chunk->frames : frames_max;
    uint32_t offset = 0;
    *taken = 0;
    while (*taken < frames && !sink->done) {
        struct run run = {
            .at = chunk->bytes + offset,
            .bytes = chunk->len - offset,
            .frames = frames - *taken,
        };
        int rc = want_file(fs, run.at, err);
        if (rc != 0)
            return rc;
        if (whole && batch->ifaces_count <= fs->series.section.declared &&
            weir_rotation_clear(&fs->series.rotation, run.bytes, run.frames,
                                batch->time_max_ns)) {
            weir_rotation_add(&fs->series.rotation, run.bytes, run.frames);
            weir_series_saw(&fs->series, batch->time_max_ns);
        } else {
            walk_run(fs, &run);
        }
        rc = write_run(fs, &run, taken, err);
        if (rc != 0)
            return rc;
        offset += run.bytes;
        if (run.declare > 0)
            rc = weir_series_declare(&fs->series, run.declare, err);
        else if (run.cut != WEIR_CUT_NONE)
            rc = end_file(fs, run.cut, run.cut_ns, *taken, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int64_t due_ns(const struct file_sink *fs)
{
    int64_t boundary = weir_rotation_due(&fs->series.rotation);
    return boundary > INT64_MAX - PERIOD_GRACE_NS ? INT64_MAX
                                                  : boundary + PERIOD_GRACE_NS;
}

static int file_tick(struct weir_sink *sink, int64_t real_now_ns,
                     int64_t *next_ns, struct weir_err *err)
{
    struct file_sink *fs = of(sink);
    *next_ns = INT64_MAX;
    if (!fs->series.live)
        return 0;
    if (real_now_ns >= due_ns(fs)) {
        int rc =
            end_file(fs, WEIR_CUT_TIME, real_now_ns - PERIOD_GRACE_NS, 0, err);
        if (rc == 0 && !sink->done)
            rc = weir_series_next(&fs->series, fs->series.begin_ns, err);
        if (rc != 0)
            return rc;
    }
    if (!sink->done)
        *next_ns = due_ns(fs);
    return 0;
}

static int file_rotate(struct weir_sink *sink, struct weir_err *err)
{
    struct file_sink *fs = of(sink);
    if (!fs->rotatable || !weir_series_is_open(&fs->series))
        return 0;
    int rc = end_file(fs, WEIR_CUT_ASKED, 0, 0, err);
    if (rc != 0 || sink->done)
        return rc;
    return weir_series_now(&fs->series, err);
}

static int file_finish(struct weir_sink *sink, struct weir_err *err)
{
    struct file_sink *fs = of(sink);
    struct weir_series *series = &fs->series;
    if (series->failed) {
        /* The error is known already; a trailer that still fits is good to
         * have. */
        if (weir_series_is_open(series))
            weir_series_end(series, &sink->facts, false, NULL);
        return 0;
    }
    int rc = 0;
    if (series->rotation.files == 0)
        rc = weir_series_next(series, weir_clock_real_ns(), err);
    if (rc != 0 || !weir_series_is_open(series))
        return rc;
    /* Interfaces that brought no frame belong to the recording too; behind a
     * limit, how many are known depends on how far was read ahead. */
    uint32_t count = sink->done ? series->ifaces_first
                                : weir_ifaces_count(series->section.ifaces);
    rc = weir_series_declare(series, count, err);
    int ended =
        weir_series_end(series, &sink->facts, true, rc == 0 ? err : NULL);
    return rc != 0 ? rc : ended;
}

static void file_close(struct weir_sink *sink)
{
    struct file_sink *fs = of(sink);
    weir_series_close(&fs->series);
    free(fs);
}

static const struct weir_sink_ops file_ops = {
    .write = file_write,
    .tick = file_tick,
    .rotate = file_rotate,
    .finish = file_finish,
    .close = file_close,
};

static int check(const struct weir_file_sink_config *config,
                 struct weir_err *err)
{
    bool single = config->naming == WEIR_NAMING_SINGLE;
    if (config->format == WEIR_FORMAT_NONE)
        return weir_err_set(err, -EINVAL, "%s: no file format", config->path);
    if (single &&
        (weir_rotation_rotates(&config->limits) || config->ring_files > 0))
        return weir_err_set(err, -EINVAL, "%s: one name for many files",
                            config->path);
    if (!single && strcmp(config->path, "-") == 0)
        return weir_err_set(err, -EINVAL, "standard output: cannot be rotated");
    if (config->ring_files > WEIR_FILE_SINK_RING_MAX)
        return weir_err_set(err, -EINVAL, "a ring of more than %d files",
                            WEIR_FILE_SINK_RING_MAX);
    return 0;
}

/* The folder of the files to come, where no file is made yet. */
static int check_folder(const struct file_sink *fs, struct weir_err *err)
{
    char folder[PATH_MAX] = ".";
    const char *slash = strrchr(fs->series.naming.path, '/');
    if (slash != NULL) {
        size_t len = (size_t)(slash - fs->series.naming.path) + 1;
        memcpy(folder, fs->series.naming.path, len);
        folder[len] = '\0';
    }
    if (strchr(folder, '%') != NULL)
        return 0;
    if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0)
        return weir_err_sys(err, -errno, "%s", fs->series.naming.path);
    return 0;
}

static int open_first(struct file_sink *fs,
                      const struct weir_file_sink_config *config,
                      struct weir_err *err)
{
    if (config->naming != WEIR_NAMING_SINGLE) {
        fs->rotatable = true;
        int rc = weir_series_now(&fs->series, err);
        return rc == 0 && !weir_series_is_open(&fs->series)
                   ? check_folder(fs, err)
                   : rc;
    }
    int rc =
        strcmp(config->path, "-") == 0
            ? weir_outfile_open_stdout(&fs->series.out, &config->input, err)
            : weir_outfile_open_named(&fs->series.out, config->path,
                                      &config->input, err);
    if (rc != 0)
        return rc;
    fs->rotatable = fs->series.out.regular && strcmp(config->path, "-") != 0;
    return weir_series_begin(&fs->series, err);
}

int weir_file_sink_open(struct weir_sink **out,
                        const struct weir_file_sink_config *config,
                        struct weir_err *err)
{
    int rc = check(config, err);
    if (rc != 0)
        return rc;
    struct file_sink *fs = calloc(1, sizeof *fs);
    if (fs == NULL)
        return weir_err_sys(err, -ENOMEM, "sink");
    fs->base.ops = &file_ops;
    fs->format = config->format;
    fs->series.live = config->live;
    fs->series.ifaces_first = weir_ifaces_count(config->ifaces);
    fs->series.out.fd = -1;
    fs->series.out.abandon = config->abandon;
    rc = weir_naming_open(&fs->series.naming, config->naming, config->path,
                          config->naming_files, err);
    if (rc == 0)
        rc = weir_rotation_open(&fs->series.rotation, &config->limits, err);
    if (rc == 0)
        rc =
            weir_file_ring_open(&fs->series.ring, config->ring_files,
                                weir_naming_bytes_max(&fs->series.naming), err);
    if (rc == 0)
        rc = weir_section_open(&fs->series.section, config->format,
                               config->ifaces, config->live, err);
    if (rc == 0)
        rc = open_first(fs, config, err);
    if (rc != 0) {
        file_close(&fs->base);
        return rc;
    }
    *out = &fs->base;
    return 0;
}

int weir_file_sink_linktype(const struct weir_sink *sink)
{
    const struct file_sink *fs = (const struct file_sink *)sink;
    if (fs->format == WEIR_FORMAT_PCAPNG ||
        weir_ifaces_count(fs->series.section.ifaces) == 0)
        return -1;
    return fs->series.section.ifaces->at[0].linktype;
}

void weir_file_sink_report(const struct weir_sink *sink,
                           struct weir_file_sink_report *out)
{
    const struct file_sink *fs = (const struct file_sink *)sink;
    *out = (struct weir_file_sink_report){
        .files = fs->series.rotation.files,
        .bytes = fs->series.bytes_before +
                 (weir_series_is_open(&fs->series) ? fs->series.out.bytes : 0),
        .path = fs->series.out.name,
    };
}
