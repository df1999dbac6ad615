#include "sink/file_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "sink/file_ring.h"
#include "sink/section.h"

/* A period of an idle link ends this much behind its boundary, so that its
 * last frames, which the kernel may hold for 250 ms, come before that. */
#define PERIOD_GRACE_NS (300 * WEIR_NS_PER_MS)

/* As many files of one name are somebody's mistake. */
#define TWINS_MAX 10000

struct file_sink {
    struct weir_sink base;
    enum weir_format format;
    bool live;
    bool rotatable; /* names can be made for further files */
    bool failed;
    bool has_begin; /* the next file's begin is known without its frame */
    int64_t begin_ns;
    int64_t time_max_ns;   /* of what was written */
    uint64_t number;       /* of the next file, for its name */
    uint32_t ifaces_first; /* declared in every file */
    uint64_t bytes_before; /* in files that are complete */
    struct weir_naming naming;
    struct weir_rotation rotation;
    struct weir_file_ring ring;
    struct weir_section section;
    struct weir_outfile out;
};

static struct file_sink *of(struct weir_sink *sink)
{
    return (struct file_sink *)sink;
}

static bool is_open(const struct file_sink *fs)
{
    return fs->out.fd >= 0;
}

static int fail(struct file_sink *fs, int rc)
{
    fs->failed = true;
    return rc;
}

/* The head of a file that was just made; what has no head is no capture. */
static int begin_file(struct file_sink *fs, struct weir_err *err)
{
    int rc = weir_section_begin(&fs->section, &fs->out, fs->ifaces_first, err);
    if (rc != 0) {
        weir_outfile_remove(&fs->out);
        return fail(fs, rc);
    }
    weir_rotation_begin(&fs->rotation, fs->out.bytes);
    return 0;
}

static int make_new(struct file_sink *fs, int64_t begin_ns,
                    struct weir_err *err)
{
    char name[PATH_MAX];
    int rc = -EEXIST;
    for (uint32_t twin = 0; rc == -EEXIST && twin < TWINS_MAX; twin++) {
        rc = weir_naming_make(&fs->naming, fs->number, begin_ns, twin, name,
                              err);
        if (rc == 0)
            rc = weir_outfile_open_new(&fs->out, name, err);
    }
    return rc;
}

/* Makes the next file, which begins at begin_ns. */
static int open_next(struct file_sink *fs, int64_t begin_ns,
                     struct weir_err *err)
{
    int rc = weir_file_ring_make_room(&fs->ring, err);
    if (rc == 0)
        rc = make_new(fs, begin_ns, err);
    if (rc != 0)
        return fail(fs, rc);
    fs->number++;
    fs->has_begin = false;
    weir_file_ring_add(
        &fs->ring, fs->out.name,
        (struct weir_file_id){.dev = fs->out.dev, .ino = fs->out.ino});
    return begin_file(fs, err);
}

/* Ends the current file; delivered is what is in files by now. */
static int close_file(struct file_sink *fs, uint64_t delivered, bool sync,
                      struct weir_err *err)
{
    struct weir_sink_facts facts = fs->base.facts;
    facts.delivered = delivered;
    int64_t now = fs->live ? weir_clock_real_ns() : fs->time_max_ns;
    int rc = weir_section_end(&fs->section, &fs->out, &facts, now, err);
    int closed = weir_outfile_close(&fs->out, sync, rc == 0 ? err : NULL);
    fs->bytes_before += fs->out.bytes;
    if (rc == 0)
        rc = closed;
    return rc == 0 ? 0 : fail(fs, rc);
}

static void say_done(struct file_sink *fs, const char *reason)
{
    fs->base.done = true;
    fs->base.stop_reason = reason;
}

/* The file ends here, for a cut at time_ns.  The last allowed file stays
 * open for finish. */
static int end_file(struct file_sink *fs, enum weir_cut cut, int64_t time_ns,
                    uint64_t delivered, struct weir_err *err)
{
    if (cut == WEIR_CUT_STOP) {
        say_done(fs, "the file has reached its size");
        return 0;
    }
    if (weir_rotation_last(&fs->rotation)) {
        say_done(fs, "the last file is full");
        return 0;
    }
    int rc = is_open(fs) ? close_file(fs, delivered, false, err) : 0;
    if (rc != 0)
        return rc;
    weir_rotation_cut(&fs->rotation, cut, time_ns);
    fs->has_begin = cut == WEIR_CUT_TIME;
    fs->begin_ns = fs->rotation.period_ns;
    if (cut == WEIR_CUT_TIME &&
        fs->naming.manner == WEIR_NAMING_STRFTIME_NUMBER)
        fs->number = 0;
    return 0;
}

static void saw_time(struct file_sink *fs, int64_t time_ns)
{
    if (time_ns > fs->time_max_ns)
        fs->time_max_ns = time_ns;
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
        run->cut = weir_rotation_before(&fs->rotation, &record);
        if (run->cut != WEIR_CUT_NONE)
            return;
        if (record.iface >= fs->section.declared) {
            run->declare = record.iface + 1;
            return;
        }
        weir_rotation_add(&fs->rotation, record.bytes, 1);
        saw_time(fs, record.time_ns);
        run->bytes += record.bytes;
        run->frames++;
        run->cut = weir_rotation_after(&fs->rotation);
    }
}

static int declare(struct file_sink *fs, uint32_t count, struct weir_err *err)
{
    uint64_t before = fs->out.bytes;
    int rc = weir_section_declare(&fs->section, &fs->out, count, err);
    if (rc != 0)
        return fail(fs, rc);
    if (count > fs->ifaces_first)
        fs->ifaces_first = count;
    weir_rotation_add(&fs->rotation, fs->out.bytes - before, 0);
    return 0;
}

/* Writes a run.  After a failure as many of its frames are taken as were
 * written whole, and the file ends behind them. */
static int write_run(struct file_sink *fs, const struct run *run,
                     uint32_t *taken, struct weir_err *err)
{
    if (run->bytes == 0)
        return 0;
    uint64_t start = fs->out.bytes;
    uint32_t written;
    int rc = weir_outfile_write(&fs->out, run->at, run->bytes, &written, err);
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
    weir_outfile_cut(&fs->out, start + whole);
    return fail(fs, rc);
}

/* Makes the file that the record at `at` goes to, if there is none. */
static int want_file(struct file_sink *fs, const uint8_t *at,
                     struct weir_err *err)
{
    if (is_open(fs))
        return 0;
    struct weir_encoded record;
    weir_encoded_read(fs->format, at, &record);
    int64_t begin_ns = fs->begin_ns;
    if (!fs->has_begin)
        begin_ns = record.no_time ? weir_clock_real_ns() : record.time_ns;
    return open_next(fs, begin_ns, err);
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
        if (whole && batch->ifaces_count <= fs->section.declared &&
            weir_rotation_clear(&fs->rotation, run.bytes, run.frames,
                                batch->time_max_ns)) {
            weir_rotation_add(&fs->rotation, run.bytes, run.frames);
            saw_time(fs, batch->time_max_ns);
        } else {
            walk_run(fs, &run);
        }
        rc = write_run(fs, &run, taken, err);
        if (rc != 0)
            return rc;
        offset += run.bytes;
        if (run.declare > 0)
            rc = declare(fs, run.declare, err);
        else if (run.cut != WEIR_CUT_NONE)
            rc = end_file(fs, run.cut, run.cut_ns,
                          sink->facts.delivered + *taken, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int64_t due_ns(const struct file_sink *fs)
{
    int64_t boundary = weir_rotation_due(&fs->rotation);
    return boundary > INT64_MAX - PERIOD_GRACE_NS ? INT64_MAX
                                                  : boundary + PERIOD_GRACE_NS;
}

static int file_tick(struct weir_sink *sink, int64_t real_now_ns,
                     int64_t *next_ns, struct weir_err *err)
{
    struct file_sink *fs = of(sink);
    *next_ns = INT64_MAX;
    if (!fs->live)
        return 0;
    if (real_now_ns >= due_ns(fs)) {
        int rc = end_file(fs, WEIR_CUT_TIME, real_now_ns - PERIOD_GRACE_NS,
                          sink->facts.delivered, err);
        if (rc == 0 && !sink->done)
            rc = open_next(fs, fs->begin_ns, err);
        if (rc != 0)
            return rc;
    }
    if (!sink->done)
        *next_ns = due_ns(fs);
    return 0;
}

/* Makes a file for the time from now on, unless its name needs the first
 * frame's time: that of a file that is read is not now. */
static int open_now(struct file_sink *fs, struct weir_err *err)
{
    if (!fs->live && weir_naming_shows_time(&fs->naming))
        return 0;
    int64_t now = weir_clock_real_ns();
    if (fs->live)
        weir_rotation_anchor(&fs->rotation, now);
    return open_next(fs, now, err);
}

static int file_rotate(struct weir_sink *sink, struct weir_err *err)
{
    struct file_sink *fs = of(sink);
    if (!fs->rotatable || !is_open(fs))
        return 0;
    int rc = end_file(fs, WEIR_CUT_ASKED, 0, sink->facts.delivered, err);
    if (rc != 0 || sink->done)
        return rc;
    return open_now(fs, err);
}

static int file_finish(struct weir_sink *sink, struct weir_err *err)
{
    struct file_sink *fs = of(sink);
    if (fs->failed) {
        /* The error is known already; a trailer that still fits is good to
         * have. */
        if (is_open(fs))
            close_file(fs, sink->facts.delivered, false, NULL);
        return 0;
    }
    int rc = 0;
    if (fs->rotation.files == 0)
        rc = open_next(fs, weir_clock_real_ns(), err);
    if (rc != 0 || !is_open(fs))
        return rc;
    uint32_t count = weir_ifaces_count(fs->section.ifaces);
    rc = declare(fs, count, err);
    int closed =
        close_file(fs, sink->facts.delivered, rc == 0, rc == 0 ? err : NULL);
    return rc == 0 ? closed : rc;
}

static void file_close(struct weir_sink *sink)
{
    struct file_sink *fs = of(sink);
    if (is_open(fs))
        close(fs->out.fd);
    weir_section_close(&fs->section);
    weir_file_ring_close(&fs->ring);
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
    const char *slash = strrchr(fs->naming.path, '/');
    if (slash != NULL) {
        size_t len = (size_t)(slash - fs->naming.path) + 1;
        memcpy(folder, fs->naming.path, len);
        folder[len] = '\0';
    }
    if (strchr(folder, '%') != NULL)
        return 0;
    if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0)
        return weir_err_sys(err, -errno, "%s", fs->naming.path);
    return 0;
}

static int open_first(struct file_sink *fs,
                      const struct weir_file_sink_config *config,
                      struct weir_err *err)
{
    if (config->naming != WEIR_NAMING_SINGLE) {
        fs->rotatable = true;
        int rc = open_now(fs, err);
        return rc == 0 && !is_open(fs) ? check_folder(fs, err) : rc;
    }
    int rc = strcmp(config->path, "-") == 0
                 ? weir_outfile_open_stdout(&fs->out, &config->input, err)
                 : weir_outfile_open_named(&fs->out, config->path,
                                           &config->input, err);
    if (rc != 0)
        return rc;
    fs->rotatable = fs->out.regular && strcmp(config->path, "-") != 0;
    return begin_file(fs, err);
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
    fs->live = config->live;
    fs->ifaces_first = weir_ifaces_count(config->ifaces);
    fs->out.fd = -1;
    fs->out.abandon = config->abandon;
    rc = weir_naming_open(&fs->naming, config->naming, config->path,
                          config->naming_files, err);
    if (rc == 0)
        rc = weir_rotation_open(&fs->rotation, &config->limits, err);
    if (rc == 0)
        rc = weir_file_ring_open(&fs->ring, config->ring_files,
                                 weir_naming_bytes_max(&fs->naming), err);
    if (rc == 0)
        rc = weir_section_open(&fs->section, config->format, config->ifaces,
                               config->live, err);
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
        weir_ifaces_count(fs->section.ifaces) == 0)
        return -1;
    return fs->section.ifaces->at[0].linktype;
}

void weir_file_sink_report(const struct weir_sink *sink,
                           struct weir_file_sink_report *out)
{
    const struct file_sink *fs = (const struct file_sink *)sink;
    *out = (struct weir_file_sink_report){
        .files = fs->rotation.files,
        .bytes = fs->bytes_before + (is_open(fs) ? fs->out.bytes : 0),
        .path = fs->out.name,
    };
}
