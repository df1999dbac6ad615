/* Random recordings with random limits, cut into batches at random, against
 * a model that takes one frame at a time. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/pcap_encode.h"
#include "base/pcapng_encode.h"
#include "ring/iface.h"
#include "sink/file_sink.h"
#include "tests/sink/frames.h"
#include "tests/sink/rotation_scene.h"

#define FILES_MAX ROTATION_FRAMES_MAX

static struct weir_err err;

/* What should come of it: the first frame of each file. */
struct outcome {
    uint32_t files;
    uint32_t first[FILES_MAX + 1];
    uint32_t taken;
    bool done;
};

static uint64_t idb_bytes(uint32_t from, uint32_t to)
{
    uint64_t bytes = 0;
    for (; from < to; from++) {
        char name[64];
        snprintf(name, sizeof name, "if%u", from);
        struct weir_pcapng_idb idb = {.linktype = 1, .name = name};
        bytes += weir_pcapng_encode_idb(NULL, &idb);
    }
    return bytes;
}

/* The model. */
struct model {
    uint64_t shb_bytes;
    uint64_t bytes;
    uint64_t in_file;
    uint32_t declared;
    bool open;
    bool anchored;
    int64_t anchor;
    int64_t period; /* the highest time of this period seen */
    struct outcome *out;
};

static bool is_pcapng(void)
{
    return rotation_scene.format == WEIR_FORMAT_PCAPNG;
}

static int64_t model_time(const struct weir_frame *f)
{
    int64_t t = f->time_ns < 0 ? 0 : f->time_ns;
    return rotation_scene.format == WEIR_FORMAT_PCAP ? t / 1000 * 1000 : t;
}

static bool model_timed(const struct weir_frame *f)
{
    return !(f->flags & WEIR_FRAME_NO_TIME) && model_time(f) != 0;
}

static uint64_t model_bytes(const struct weir_frame *f)
{
    if (!is_pcapng())
        return 16 + f->caplen;
    uint64_t padded = (f->caplen + UINT64_C(3)) / 4 * 4;
    bool direction = f->flags & (WEIR_FRAME_INBOUND | WEIR_FRAME_OUTBOUND);
    if (f->flags & WEIR_FRAME_NO_TIME && f->iface == 0 && f->caplen == f->len &&
        !direction)
        return 16 + padded;
    return 32 + padded + (direction ? 12 : 0);
}

static void model_open(struct model *m, uint32_t i)
{
    m->out->first[m->out->files++] = i;
    m->open = true;
    m->in_file = 0;
    m->bytes = is_pcapng() ? m->shb_bytes + idb_bytes(0, m->declared)
                           : (m->declared > 0 ? 24 : 0);
}

static bool model_crosses(const struct model *m, int64_t t)
{
    const struct weir_rotation_limits *l = &rotation_scene.config.limits;
    if (t <= m->period)
        return false;
    if (l->duration_ns > 0 && (t - m->anchor) / l->duration_ns >
                                  (m->period - m->anchor) / l->duration_ns)
        return true;
    return l->interval_ns > 0 &&
           t / l->interval_ns > m->period / l->interval_ns;
}

/* The file ends before frame i, if that is due.  True: the recording too. */
static bool model_before(struct model *m, uint32_t i)
{
    const struct weir_rotation_limits *l = &rotation_scene.config.limits;
    const struct weir_frame *f = &rotation_scene.frames[i];
    int64_t t = model_time(f);
    bool by_time = false;
    if (model_timed(f) && !m->anchored) {
        m->anchored = true;
        m->anchor = m->period = t;
    } else if (model_timed(f)) {
        by_time = model_crosses(m, t);
    }
    bool by_size = l->file_bytes > 0 && m->in_file > 0 &&
                   l->file_bytes_manner == WEIR_SIZE_EXCEEDED &&
                   m->bytes > l->file_bytes;
    if (!by_time && !by_size)
        return false;
    if (l->stop_files > 0 && m->out->files == l->stop_files)
        return true;
    if (by_time)
        m->period = t;
    else if (!l->duration_fixed)
        m->anchored = false;
    model_open(m, i);
    return !by_time && model_before(m, i);
}

static bool model_after(struct model *m)
{
    const struct weir_rotation_limits *l = &rotation_scene.config.limits;
    if (l->stop_bytes > 0 && m->bytes >= l->stop_bytes)
        return true;
    bool full = l->file_packets > 0 && m->in_file >= l->file_packets;
    full = full || (l->file_bytes > 0 && m->bytes >= l->file_bytes &&
                    l->file_bytes_manner == WEIR_SIZE_REACHED);
    if (!full)
        return false;
    if (l->stop_files > 0 && m->out->files == l->stop_files)
        return true;
    m->open = false;
    if (!l->duration_fixed)
        m->anchored = false;
    return false;
}

static void run_model(struct outcome *out, uint64_t shb_bytes)
{
    struct model m = {.shb_bytes = shb_bytes, .out = out};
    m.declared = rotation_scene.ifaces_first;
    *out = (struct outcome){0};
    for (uint32_t i = 0; i < rotation_scene.n && !out->done; i++) {
        const struct weir_frame *f = &rotation_scene.frames[i];
        if (!m.open)
            model_open(&m, i);
        out->done = model_before(&m, i);
        uint32_t iface = is_pcapng() ? f->iface : 0;
        if (!out->done && iface >= m.declared) {
            m.bytes += is_pcapng() ? idb_bytes(m.declared, iface + 1) : 24;
            m.declared = iface + 1;
            out->done = model_before(&m, i);
        }
        if (out->done)
            break;
        m.bytes += model_bytes(f);
        m.in_file++;
        out->taken++;
        out->done = model_after(&m);
    }
    /* A recording without a frame has a file all the same. */
    if (out->files == 0)
        out->first[out->files++] = 0;
    out->first[out->files] = out->taken;
}

/* The real one.  Batches of up to `each` frames; returns what was taken. */
static uint32_t run_sink(uint32_t each, bool *done)
{
    rotation_scene_ifaces();
    struct weir_sink *sink = NULL;
    cr_assert_eq(weir_file_sink_open(&sink, &rotation_scene.config, &err), 0,
                 "%s", err.text);
    uint32_t at = 0;
    uint32_t total = 0;
    while (at < rotation_scene.n && !sink->done) {
        uint32_t k = 1 + rotation_below(each);
        if (k > rotation_scene.n - at)
            k = rotation_scene.n - at;
        for (uint32_t i = at; i < at + k; i++)
            while (rotation_scene.frames[i].iface >=
                   weir_ifaces_count(rotation_scene.ifaces))
                rotation_scene_add(rotation_scene.ifaces);
        struct weir_batch *batch =
            test_batch(rotation_scene.format, rotation_scene.ifaces,
                       rotation_scene.frames + at, k);
        uint32_t taken = 0;
        sink->facts.all.delivered = total;
        cr_assert_eq(sink->ops->write(sink, batch, k, &taken, &err), 0, "%s",
                     err.text);
        test_batch_free(batch);
        cr_assert(taken == k || sink->done);
        total += taken;
        at += k;
    }
    *done = sink->done;
    sink->facts.all.delivered = total;
    cr_assert_eq(sink->ops->finish(sink, &err), 0, "%s", err.text);
    sink->ops->close(sink);
    return total;
}

static void assert_file(const struct test_file *file, const char *name,
                        uint32_t from, uint32_t to)
{
    cr_assert_eq(file->records_count, to - from, "%s: %u, not %u to %u", name,
                 file->records_count, from, to);
    for (uint32_t i = from; i < to; i++) {
        const struct test_record *r = &file->records[i - from];
        const struct weir_frame *f = &rotation_scene.frames[i];
        cr_assert_eq(r->caplen, f->caplen);
        cr_assert_eq(r->len, f->len);
        cr_assert_arr_eq(r->data, f->data, f->caplen);
        cr_assert_eq(r->time_ns, model_time(f));
        if (!is_pcapng())
            continue;
        cr_assert_eq(r->iface, f->iface);
        cr_assert_eq(r->bytes, model_bytes(f));
    }
    if (file->ifaces == 1)
        cr_assert_eq(file->usrdeliv, to);
    cr_assert_eq(file->trailers, file->ifaces);
}

static char names[2][TEST_NAMES_MAX][256];

/* Reads what a run left and removes it; the bytes go to *all, one file after
 * another. */
static uint64_t collect(uint32_t run, const struct outcome *want, uint8_t **all)
{
    uint32_t n = test_names(names[run], TEST_NAMES_MAX);
    cr_assert_eq(n, want->files, "%u files, not %u", n, want->files);
    uint64_t size = 0;
    *all = NULL;
    for (uint32_t i = 0; i < n; i++) {
        struct test_file file;
        const char *path = test_path(names[run][i]);
        cr_assert(test_file_read(&file, path));
        assert_file(&file, names[run][i], want->first[i], want->first[i + 1]);
        *all = realloc(*all, size + file.size);
        cr_assert_not_null(*all);
        memcpy(*all + size, file.bytes, file.size);
        size += file.size;
        test_file_free(&file);
        remove(path);
    }
    return size;
}

static uint64_t shb_bytes(void)
{
    struct weir_ifaces *none = test_ifaces(0, 0);
    struct weir_file_sink_config config = {
        .path = test_path("shb"),
        .format = WEIR_FORMAT_PCAPNG,
        .ifaces = none,
    };
    struct weir_sink *sink = NULL;
    cr_assert_eq(weir_file_sink_open(&sink, &config, &err), 0);
    cr_assert_eq(sink->ops->finish(sink, &err), 0);
    sink->ops->close(sink);
    free(none);
    struct test_file file;
    cr_assert(test_file_read(&file, config.path));
    uint64_t size = file.size;
    test_file_free(&file);
    remove(config.path);
    return size;
}

static void try_seed(uint64_t seed, uint64_t shb)
{
    static struct outcome want;
    rotation_scene_make(seed);
    run_model(&want, shb);
    uint8_t *bytes[2];
    uint64_t sizes[2];
    uint32_t each[2] = {1, 1 + rotation_below(ROTATION_FRAMES_MAX)};
    for (uint32_t run = 0; run < 2; run++) {
        bool done;
        uint32_t taken = run_sink(each[run], &done);
        cr_assert_eq(taken, want.taken, "took %u, not %u", taken, want.taken);
        cr_assert_eq(done, want.done);
        sizes[run] = collect(run, &want, &bytes[run]);
    }
    cr_assert_eq(sizes[0], sizes[1]);
    cr_assert(bytes[0] != NULL && bytes[1] != NULL &&
              memcmp(bytes[0], bytes[1], sizes[0]) == 0);
    free(bytes[0]);
    free(bytes[1]);
}

/* WEIR_SEED=n tries that one alone. */
Test(rotation_model, cuts_are_the_models_however_frames_are_batched,
     .fini = test_dir_remove)
{
    const char *text = getenv("WEIR_SEED");
    uint64_t from = text != NULL ? strtoull(text, NULL, 10) : 1;
    uint64_t to = text != NULL ? from + 1 : 200;
    uint64_t shb = shb_bytes();
    for (uint64_t seed = from; seed < to; seed++) {
        fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
        try_seed(seed, shb);
    }
    free(rotation_scene.ifaces);
}
