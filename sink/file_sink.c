#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "sink/direct.h"
#include "sink/file_sink_impl.h"

/* A period of an idle link ends this much behind its boundary, so that its
 * last frames, which the kernel may hold for 250 ms, come before that. */
#define PERIOD_GRACE_NS (300 * WEIR_NS_PER_MS)

static int64_t due_ns(const struct file_sink *fs)
{
    int64_t boundary = weir_rotation_due(&fs->series.rotation);
    return boundary > INT64_MAX - PERIOD_GRACE_NS ? INT64_MAX
                                                  : boundary + PERIOD_GRACE_NS;
}

static int file_tick(struct weir_sink *sink, int64_t real_now_ns,
                     int64_t *next_ns, struct weir_err *err)
{
    struct file_sink *fs = file_sink_of(sink);
    *next_ns = INT64_MAX;
    if (!fs->series.live)
        return 0;
    if (real_now_ns >= due_ns(fs)) {
        int rc = file_sink_end_file(fs, WEIR_CUT_TIME,
                                    real_now_ns - PERIOD_GRACE_NS, 0, err);
        if (rc == 0 && !sink->done)
            rc = weir_series_next(&fs->series, fs->series.begin_ns, err);
        if (rc != 0)
            return rc;
    }
    if (sink->done)
        return 0;
    *next_ns = due_ns(fs);
    if (weir_rotation_rotates(&fs->series.rotation.limits))
        weir_series_prepare(&fs->series);
    return 0;
}

static int file_rotate(struct weir_sink *sink, struct weir_err *err)
{
    struct file_sink *fs = file_sink_of(sink);
    if (!fs->rotatable || !weir_series_is_open(&fs->series))
        return 0;
    int rc = file_sink_end_file(fs, WEIR_CUT_ASKED, 0, 0, err);
    if (rc != 0 || sink->done)
        return rc;
    return weir_series_now(&fs->series, err);
}

static int file_finish(struct weir_sink *sink, struct weir_err *err)
{
    struct file_sink *fs = file_sink_of(sink);
    struct weir_series *series = &fs->series;
    /* What it says was said by settle. */
    file_sink_drain(fs, NULL);
    if (series->failed) {
        /* The error is known already; a trailer that still fits is good to
         * have. */
        if (weir_series_is_open(series))
            weir_series_end(series, &sink->facts, 0, false, NULL);
        return 0;
    }
    int rc = 0;
    if (series->rotation.files == 0)
        rc = weir_series_next(series, weir_clock_real_ns(), err);
    if (rc != 0 || !weir_series_is_open(series))
        return rc;
    /* Interfaces that brought no frame belong to the recording too; behind a
     * limit, how many are known depends on how far was read ahead. */
    uint32_t count = sink->done
                         ? series->ifaces_first
                         : weir_ifaces_count(series->section.head.ifaces);
    rc = weir_series_declare(series, count, err);
    int ended =
        weir_series_end(series, &sink->facts, 0, true, rc == 0 ? err : NULL);
    return rc != 0 ? rc : ended;
}

static void file_close(struct weir_sink *sink)
{
    struct file_sink *fs = file_sink_of(sink);
    weir_flight_close(&fs->flight);
    weir_tail_close(&fs->tail);
    weir_series_close(&fs->series);
    free(fs);
}

static const struct weir_sink_ops file_ops = {
    .write = file_sink_write,
    .settle = file_sink_settle,
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
    if (config->write == WEIR_WRITE_ONLY_DIRECT &&
        config->format != WEIR_FORMAT_PCAPNG)
        return weir_err_set(err, -EINVAL,
                            "%s: only a pcapng can be written directly",
                            config->path);
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
static int check_folder(const struct weir_naming *naming, struct weir_err *err)
{
    char folder[PATH_MAX];
    weir_outfile_folder(naming->path, folder);
    return strchr(folder, '%') != NULL
               ? 0
               : weir_outfile_check_folder(naming->path, err);
}

static int open_first(struct file_sink *fs,
                      const struct weir_file_sink_config *config,
                      struct weir_err *err)
{
    if (config->naming != WEIR_NAMING_SINGLE) {
        fs->rotatable = true;
        int rc = weir_series_resume(&fs->series, err);
        if (rc == 0)
            rc = weir_series_now(&fs->series, err);
        return rc == 0 && !weir_series_is_open(&fs->series)
                   ? check_folder(&fs->series.naming, err)
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

static enum weir_write_mode wanted(const struct weir_file_sink_config *config)
{
    if (config->write == WEIR_WRITE_ONLY_CACHED)
        return WEIR_WRITE_CACHED;
    if (config->write == WEIR_WRITE_ONLY_DIRECT)
        return WEIR_WRITE_DIRECT;
    if (!config->live)
        return WEIR_WRITE_CACHED;
    return config->format == WEIR_FORMAT_PCAPNG ? WEIR_WRITE_DIRECT
                                                : WEIR_WRITE_DONTCACHE;
}

/* The disk, where files may be direct, and from when on blocks are turned
 * where they lie. */
static int open_disk(struct file_sink *fs, struct weir_disk *disk,
                     struct weir_err *err)
{
    if (fs->series.mode == WEIR_WRITE_DIRECT) {
        int rc = disk == NULL ? weir_disk_open(&disk, err) : 0;
        if (rc != 0)
            return rc;
        weir_flight_open(&fs->flight, disk, &fs->base.written_bytes,
                         fs->series.rotation.limits.file_bytes);
        weir_flight_begin(&fs->flight, &fs->series.out);
        fs->base.fd = disk->fd;
        rc = weir_tail_open(&fs->tail, err);
        if (rc != 0)
            return rc;
    }
    if (fs->format == WEIR_FORMAT_PCAPNG)
        fs->base.in_place_min = fs->series.out.mode == WEIR_WRITE_DIRECT
                                    ? WEIR_IN_PLACE_MIN_DIRECT
                                    : WEIR_IN_PLACE_MIN_CACHED;
    return 0;
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
    fs->series.mode = wanted(config);
    fs->series.mode_only = config->write == WEIR_WRITE_ONLY_DIRECT;
    fs->series.out.fd = -1;
    fs->series.spare.fd = -1;
    fs->series.out.abandon =
        config->stop != NULL ? config->stop : config->abandon;
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
                               config->ifaces, config->snaplen, config->live,
                               err);
    if (rc == 0)
        rc = open_first(fs, config, err);
    if (rc == 0)
        rc = open_disk(fs, config->disk, err);
    if (rc != 0) {
        file_close(&fs->base);
        return rc;
    }
    fs->series.out.abandon = config->abandon;
    *out = &fs->base;
    return 0;
}

/* The first file of a series, as far as its name is known. */
static int check_series(const struct weir_file_sink_config *config,
                        struct weir_err *err)
{
    struct weir_naming naming;
    char name[PATH_MAX];
    struct stat st;
    int rc = weir_naming_open(&naming, config->naming, config->path,
                              config->naming_files, err);
    if (rc != 0)
        return rc;
    if (!config->live && weir_naming_shows_time(&naming))
        return check_folder(&naming, err);
    rc = weir_naming_make(&naming, 0, weir_clock_real_ns(), 0, name, err);
    if (rc != 0)
        return rc;
    if (lstat(name, &st) != 0 && errno != ENOENT)
        return weir_err_sys(err, -errno, "%s", name);
    return weir_outfile_check_folder(name, err);
}

int weir_file_sink_check(const struct weir_file_sink_config *config,
                         struct weir_err *err)
{
    int rc = check(config, err);
    if (rc != 0)
        return rc;
    if (config->naming != WEIR_NAMING_SINGLE)
        rc = check_series(config, err);
    else if (strcmp(config->path, "-") == 0)
        rc = weir_outfile_check_stdout(&config->input, err);
    else
        rc = weir_outfile_check_named(config->path, &config->input, err);
    if (rc != 0 || config->write != WEIR_WRITE_ONLY_DIRECT ||
        strcmp(weir_file_sink_mode(config), "direct") == 0)
        return rc;
    return weir_err_set(
        err, -EOPNOTSUPP, "%s: direct writes (O_DIRECT) are not possible there",
        strcmp(config->path, "-") == 0 ? "standard output" : config->path);
}

static const char *const mode_names[] = {
    [WEIR_WRITE_CACHED] = "cached",
    [WEIR_WRITE_DONTCACHE] = "dontcache",
    [WEIR_WRITE_DIRECT] = "direct",
};

/* How the file's blocks were written: what a full disk makes of its last bytes
 * does not count. */
static const char *mode_name(const struct weir_outfile *file)
{
    if (!file->regular)
        return "pipe";
    return mode_names[file->was_direct ? WEIR_WRITE_DIRECT : file->mode];
}

void weir_file_sink_report(const struct weir_sink *sink,
                           struct weir_file_sink_report *out)
{
    const struct file_sink *fs = (const struct file_sink *)sink;
    const struct weir_outfile *file = &fs->series.out;
    *out = (struct weir_file_sink_report){
        .files = fs->series.rotation.files,
        .bytes = fs->series.bytes_before +
                 (weir_series_is_open(&fs->series) ? file->bytes : 0),
        .path = file->name,
        .mode = mode_name(file),
        .in_place = fs->in_place,
        .compacted = fs->compacted,
        .copied = fs->copied,
        .padding_bytes = fs->padding_bytes,
    };
}

const char *weir_file_sink_mode(const struct weir_file_sink_config *config)
{
    char folder[PATH_MAX];
    struct stat st;
    enum weir_write_mode mode = wanted(config);
    bool is_stdout = strcmp(config->path, "-") == 0;
    int rc = is_stdout ? fstat(STDOUT_FILENO, &st) : stat(config->path, &st);
    if (rc == 0 && !S_ISREG(st.st_mode))
        return "pipe";
    weir_outfile_folder(config->path, folder);
    bool only = config->write == WEIR_WRITE_ONLY_DIRECT;
    if (mode == WEIR_WRITE_DIRECT &&
        (is_stdout || !weir_direct_probe(folder, only)))
        mode = WEIR_WRITE_DONTCACHE;
    int fd = open(folder, O_PATH | O_CLOEXEC);
    if (mode == WEIR_WRITE_DONTCACHE && fd >= 0 && weir_direct_is_memory(fd))
        mode = WEIR_WRITE_CACHED;
    if (fd >= 0)
        close(fd);
    return mode_names[mode];
}
