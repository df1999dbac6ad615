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
#include "tests/support/random.h"

#define FRAMES_MAX 400
#define FILES_MAX  FRAMES_MAX
#define SECOND     INT64_C(1000000000)

static struct weir_err err;

/* One random recording. */
struct scene {
    struct random random;
    enum weir_format format;
    struct weir_file_sink_config config;
    struct weir_ifaces *ifaces;
    uint32_t ifaces_first;
    uint32_t n;
    struct weir_frame frames[FRAMES_MAX];
    uint8_t data[FRAMES_MAX][64];
};

/* What should come of it: the first frame of each file. */
struct outcome {
    uint32_t files;
    uint32_t first[FILES_MAX + 1];
    uint32_t taken;
    bool done;
};

static struct scene scene;

static uint32_t below(uint32_t n)
{
    return random_below(&scene.random, n);
}

static void make_limits(struct weir_rotation_limits *l)
{
    *l = (struct weir_rotation_limits){0};
    if (below(2)) {
        l->file_bytes = 1 + below(3000);
        l->file_bytes_manner =
            below(2) ? WEIR_SIZE_REACHED : WEIR_SIZE_EXCEEDED;
    }
    if (below(3) == 0)
        l->file_packets = 1 + below(50);
    if (below(3) == 0)
        l->duration_ns = INT64_C(1000000) * (1 + below(5000));
    if (below(3) == 0)
        l->interval_ns = (1 + below(4)) * SECOND;
    l->duration_fixed = below(2);
    if (below(4) == 0)
        l->stop_files = 1 + below(8);
    if (below(8) == 0)
        l->stop_bytes = 1 + below(3000);
}

static void make_frames(void)
{
    int64_t now = below(100) == 0 ? -SECOND : 1700000000 * SECOND;
    uint32_t ifaces = scene.ifaces_first;
    for (uint32_t i = 0; i < scene.n; i++) {
        uint32_t gap = below(100);
        if (gap == 0)
            now -= below(2000) * INT64_C(1000000);
        else if (gap < 4)
            now += below(20) * SECOND;
        else if (gap < 60)
            now += below(30) * INT64_C(1000000) + below(3);
        if (below(40) == 0)
            ifaces++;
        struct weir_frame *f = &scene.frames[i];
        memcpy(scene.data[i], &i, 4);
        f->data = scene.data[i];
        f->time_ns = now;
        f->caplen = 4 + below(60);
        f->len = f->caplen + below(2);
        f->iface = (uint16_t)(ifaces > 0 ? below(ifaces) : 0);
        f->flags = (uint16_t)(below(3) * WEIR_FRAME_INBOUND);
        if (below(30) == 0) {
            f->flags |= WEIR_FRAME_NO_TIME;
            f->time_ns = 0;
        }
    }
}

static void make_scene(uint64_t seed)
{
    static char path[PATH_MAX];
    if (path[0] == '\0')
        memcpy(path, test_path("m.cap"), strlen(test_path("m.cap")) + 1);
    scene.random = (struct random){seed};
    scene.format = (enum weir_format)(1 + below(3));
    scene.ifaces_first = below(3);
    scene.n = below(FRAMES_MAX);
    make_frames();
    scene.config = (struct weir_file_sink_config){
        .path = path,
        .format = scene.format,
        .naming = WEIR_NAMING_NUMBER_TIME,
    };
    make_limits(&scene.config.limits);
}

static void add_iface(struct weir_ifaces *ifaces)
{
    struct weir_iface iface = {.linktype = 1};
    snprintf(iface.name, sizeof iface.name, "if%u", weir_ifaces_count(ifaces));
    cr_assert_geq(weir_ifaces_add(ifaces, &iface), 0);
}

/* The same interfaces in a table of its own for each run. */
static void new_ifaces(void)
{
    free(scene.ifaces);
    scene.ifaces = test_ifaces(scene.ifaces_first, 0);
    scene.config.ifaces = scene.ifaces;
}

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
    return scene.format == WEIR_FORMAT_PCAPNG;
}

static int64_t model_time(const struct weir_frame *f)
{
    int64_t t = f->time_ns < 0 ? 0 : f->time_ns;
    return scene.format == WEIR_FORMAT_PCAP ? t / 1000 * 1000 : t;
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
    const struct weir_rotation_limits *l = &scene.config.limits;
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
    const struct weir_rotation_limits *l = &scene.config.limits;
    const struct weir_frame *f = &scene.frames[i];
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
    const struct weir_rotation_limits *l = &scene.config.limits;
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
    m.declared = scene.ifaces_first;
    *out = (struct outcome){0};
    for (uint32_t i = 0; i < scene.n && !out->done; i++) {
        const struct weir_frame *f = &scene.frames[i];
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
    new_ifaces();
    struct weir_sink *sink = NULL;
    cr_assert_eq(weir_file_sink_open(&sink, &scene.config, &err), 0, "%s",
                 err.text);
    uint32_t at = 0;
    uint32_t total = 0;
    while (at < scene.n && !sink->done) {
        uint32_t k = 1 + below(each);
        if (k > scene.n - at)
            k = scene.n - at;
        for (uint32_t i = at; i < at + k; i++)
            while (scene.frames[i].iface >= weir_ifaces_count(scene.ifaces))
                add_iface(scene.ifaces);
        struct weir_batch *batch =
            test_batch(scene.format, scene.ifaces, scene.frames + at, k);
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
        const struct weir_frame *f = &scene.frames[i];
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
    make_scene(seed);
    run_model(&want, shb);
    uint8_t *bytes[2];
    uint64_t sizes[2];
    uint32_t each[2] = {1, 1 + below(FRAMES_MAX)};
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
    free(scene.ifaces);
}
