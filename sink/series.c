#include "sink/series.h"

#include <errno.h>

#include "base/clock.h"
#include "base/err.h"

/* As many files of one name are somebody's mistake. */
#define TWINS_MAX 10000

static int fail(struct weir_series *series, int rc)
{
    if (rc != 0)
        series->failed = true;
    return rc;
}

static int set_mode(struct weir_series *series, struct weir_err *err)
{
    enum weir_write_mode mode =
        weir_outfile_set_mode(&series->out, series->mode, series->mode_only);
    if (mode == series->mode || !series->mode_only)
        return 0;
    return weir_err_set(err, -EOPNOTSUPP,
                        "%s: direct writes (O_DIRECT) are not possible there",
                        series->out.name);
}

static int write_head(struct weir_series *series, struct weir_err *err)
{
    int rc = set_mode(series, err);
    if (rc == 0)
        rc = weir_section_begin(&series->section, &series->out,
                                series->ifaces_first, err);
    /* What has no head is no capture. */
    if (rc != 0)
        weir_outfile_remove(&series->out);
    return fail(series, rc);
}

int weir_series_begin(struct weir_series *series, struct weir_err *err)
{
    int rc = write_head(series, err);
    if (rc == 0)
        weir_rotation_begin(&series->rotation, series->out.bytes);
    return rc;
}

void weir_series_prepare(struct weir_series *series)
{
    char folder[PATH_MAX];
    if (series->spare.fd < 0 && weir_series_is_open(series))
        weir_outfile_open_unnamed(&series->spare,
                                  weir_outfile_folder(series->out.name, folder),
                                  NULL);
}

/* Gives the file the first name that nobody has: it is there already, or it
 * is made. */
static int name_file(struct weir_series *series, int64_t begin_ns,
                     bool is_there, struct weir_err *err)
{
    char name[PATH_MAX];
    struct weir_err why;
    int rc = -EEXIST;
    for (uint32_t twin = 0; (rc == -EEXIST || rc == -EBUSY) && twin < TWINS_MAX;
         twin++) {
        rc = weir_naming_make(&series->naming, series->number, begin_ns, twin,
                              name, &why);
        if (rc == 0)
            rc = is_there ? weir_outfile_name(&series->out, name, &why)
                          : weir_outfile_open_new(&series->out, name, &why);
    }
    return rc == 0 ? 0 : weir_err_set(err, rc, "%s", why.text);
}

/* A file that has its head before anybody sees it.  Returns false where that
 * cannot be, or *rc. */
static bool make_whole(struct weir_series *series, int64_t begin_ns, int *rc,
                       struct weir_err *err)
{
    char name[PATH_MAX], folder[PATH_MAX];
    const struct weir_stop *abandon = series->out.abandon;
    struct weir_outfile *spare = &series->spare;
    if (weir_naming_make(&series->naming, series->number, begin_ns, 0, name,
                         NULL) != 0 ||
        (spare->fd < 0 &&
         weir_outfile_open_unnamed(spare, weir_outfile_folder(name, folder),
                                   NULL) != 0))
        return false;
    series->out = *spare;
    series->out.abandon = abandon;
    spare->fd = -1;
    *rc = write_head(series, err);
    if (*rc != 0)
        return true;
    if (name_file(series, begin_ns, true, NULL) == 0)
        return true;
    /* Another file system by that name, or no /proc. */
    weir_outfile_remove(&series->out);
    return false;
}

/* Makes the name of file `number` of the ring, and looks what is there.
 * -EEXIST has no text: it is nothing that the ring cannot live with. */
static int find(const struct weir_series *series, uint64_t number, char *name,
                struct weir_file_id *id, struct weir_err *err)
{
    struct weir_err why;
    *id = (struct weir_file_id){0};
    int rc = weir_naming_make(&series->naming, number, 0, 0, name, &why);
    if (rc == 0)
        rc = weir_file_ring_find(name, id, &why);
    return rc >= 0 || rc == -EEXIST ? rc
                                    : weir_err_set(err, rc, "%s", why.text);
}

static bool is_older(const struct weir_file_id *a, const struct weir_file_id *b)
{
    return a->changed.tv_sec != b->changed.tv_sec
               ? a->changed.tv_sec < b->changed.tv_sec
               : a->changed.tv_nsec < b->changed.tv_nsec;
}

/* Where an earlier recording would have gone on. */
static int find_first(const struct weir_series *series, uint64_t *first,
                      struct weir_err *err)
{
    char name[PATH_MAX];
    struct weir_file_id id;
    struct weir_file_id oldest = {.changed.tv_sec = INT64_MAX};
    bool room = false;
    *first = 0;
    for (uint64_t i = 0; i < series->naming.wrap; i++) {
        int rc = find(series, i, name, &id, err);
        if (rc < 0 && rc != -EEXIST)
            return rc;
        if (room || rc < 0 || (rc > 0 && !is_older(&id, &oldest)))
            continue;
        room = rc == 0;
        oldest = id;
        *first = i;
    }
    return 0;
}

int weir_series_resume(struct weir_series *series, struct weir_err *err)
{
    uint64_t names = series->naming.wrap;
    char name[PATH_MAX];
    struct weir_file_id id;
    if (!series->live || names == 0 || names != series->ring.max)
        return 0;
    int rc = find_first(series, &series->number, err);
    if (rc != 0)
        return rc;
    /* Every name has its place in the ring, so that its file goes when it is
     * wanted again; the first may be wanted at once. */
    for (uint64_t i = 0; i < names; i++) {
        rc = find(series, series->number + i, name, &id, err);
        if (rc < 0 && rc != -EEXIST)
            return rc;
        if (i > 0 || rc > 0)
            weir_file_ring_adopt(&series->ring, name, &id);
    }
    return 0;
}

int weir_series_next(struct weir_series *series, int64_t begin_ns,
                     struct weir_err *err)
{
    int rc = weir_file_ring_make_room(&series->ring, err);
    if (rc == 0 && !make_whole(series, begin_ns, &rc, err)) {
        rc = name_file(series, begin_ns, false, err);
        if (rc == 0)
            rc = write_head(series, err);
    }
    if (rc != 0)
        return fail(series, rc);
    weir_rotation_begin(&series->rotation, series->out.bytes);
    series->number++;
    series->has_begin = false;
    weir_file_ring_add(&series->ring, series->out.name);
    return 0;
}

int weir_series_now(struct weir_series *series, struct weir_err *err)
{
    if (!series->live && weir_naming_shows_time(&series->naming))
        return 0;
    int64_t now = weir_clock_real_ns();
    if (series->live)
        weir_rotation_anchor(&series->rotation, now);
    return weir_series_next(series, now, err);
}

int weir_series_declare(struct weir_series *series, uint32_t count,
                        struct weir_err *err)
{
    uint64_t before = series->out.bytes;
    int rc = weir_section_declare(&series->section, &series->out, count, err);
    if (rc != 0)
        return fail(series, rc);
    if (count > series->ifaces_first)
        series->ifaces_first = count;
    weir_rotation_add(&series->rotation, series->out.bytes - before, 0);
    return 0;
}

int weir_series_cut(struct weir_series *series, enum weir_cut cut,
                    int64_t time_ns, const struct weir_sink_facts *facts,
                    uint32_t taken, struct weir_err *err)
{
    if (weir_series_is_open(series)) {
        int rc = weir_series_end(series, facts, taken, false, err);
        if (rc != 0)
            return rc;
    }
    weir_rotation_cut(&series->rotation, cut, time_ns);
    /* With a number behind it the name is that of the period, for all of its
     * files: so they sort in their order, as tcpdump's do. */
    bool period_named = series->naming.manner == WEIR_NAMING_STRFTIME_NUMBER &&
                        series->rotation.anchored;
    series->has_begin = cut == WEIR_CUT_TIME || period_named;
    series->begin_ns = series->rotation.period_ns;
    if (cut == WEIR_CUT_TIME &&
        series->naming.manner == WEIR_NAMING_STRFTIME_NUMBER)
        series->number = 0;
    return 0;
}

int weir_series_end(struct weir_series *series,
                    const struct weir_sink_facts *facts, uint32_t taken,
                    bool sync, struct weir_err *err)
{
    int64_t now = series->live ? weir_clock_real_ns() : series->time_max_ns;
    int rc = 0;
    if (!series->out.torn)
        rc = weir_section_end(&series->section, &series->out, facts, taken, now,
                              err);
    series->bytes_before += series->out.bytes;
    /* That too changes the file, which the ring is to know again. */
    int given = weir_outfile_give_back(&series->out, rc == 0 ? err : NULL);
    rc = rc != 0 ? rc : given;
    weir_file_ring_complete(&series->ring, series->out.fd);
    int closed = weir_outfile_close(&series->out, sync, rc == 0 ? err : NULL);
    return fail(series, rc != 0 ? rc : closed);
}

void weir_series_close(struct weir_series *series)
{
    if (weir_series_is_open(series))
        weir_outfile_close(&series->out, false, NULL);
    if (series->spare.fd >= 0)
        weir_outfile_close(&series->spare, false, NULL);
    weir_section_close(&series->section);
    weir_file_ring_close(&series->ring);
}
