#include "pipeline/reader.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "capture/screen.h"
#include "capture/source_file.h"
#include "ring/event_stop.h"
#include "ring/guard.h"
#include "sink/dump_impl.h"

/* The least that holds the longest frame and some more: it stays in the
 * second cache between the read() and the last frame of it. */
#define BLOCK_BYTES (320u * 1024)

struct weir_reader {
    struct weir_guard guard;
    struct weir_source *source;
    const struct weir_stop *stop; /* NULL: none */
    int timeout_ms;
    struct weir_screen *screen; /* NULL: all frames */

    /* The frames at[taken .. count) are next. */
    uint32_t taken;
    uint32_t count;
    struct weir_frame at[WEIR_READER_BATCH_MAX];

    uint64_t given;
    uint64_t filtered;
    struct weir_dump dump;
};

static int enter(struct weir_reader *reader, struct weir_err *err)
{
    if (reader == NULL)
        return weir_err_set(err, -EINVAL, "reader: NULL is none");
    if (!weir_guard_enter(&reader->guard))
        return weir_err_set(err, -EBUSY, "%s: in use by another thread",
                            reader->source->name);
    return 0;
}

static int leave(struct weir_reader *reader, int rc)
{
    weir_guard_leave(&reader->guard);
    return rc;
}

static bool is_stopped(const struct weir_reader *reader)
{
    return reader->stop != NULL && weir_stop_is_set(reader->stop);
}

/* The source has nothing for now.  A signal does not end the wait; *until_ns
 * is set by the first wait of a call. */
static int await(const struct weir_reader *reader, int64_t *until_ns,
                 struct weir_err *err)
{
    struct pollfd fds[2] = {
        {.fd = reader->source->fd, .events = POLLIN},
        {.fd = reader->stop != NULL ? reader->stop->fd : -1, .events = POLLIN},
    };
    int timeout_ms = reader->timeout_ms < 0 ? 0 : -1;
    if (reader->timeout_ms > 0) {
        const int64_t now_ns = weir_clock_mono_ns();
        if (*until_ns == 0)
            *until_ns = now_ns + reader->timeout_ms * WEIR_NS_PER_MS;
        const int64_t rest_ns = *until_ns - now_ns;
        timeout_ms =
            rest_ns <= 0
                ? 0
                : (int)((rest_ns + WEIR_NS_PER_MS - 1) / WEIR_NS_PER_MS);
    }
    const int n = poll(fds, 2, timeout_ms);
    if (n < 0 && errno != EINTR)
        return weir_err_sys(err, -errno, "%s: poll", reader->source->name);
    return n == 0 ? WEIR_NEXT_NOTHING : WEIR_NEXT_FRAME;
}

/* The next frames; what was given is gone. */
static int read_on(struct weir_reader *reader, struct weir_err *err)
{
    int64_t until_ns = 0;
    reader->taken = 0;
    for (;;) {
        int rc =
            weir_file_source_frames(reader->source, reader->at,
                                    WEIR_READER_BATCH_MAX, &reader->count, err);
        if (rc == WEIR_SOURCE_LEASE)
            return WEIR_NEXT_FRAME;
        if (rc != WEIR_SOURCE_WAIT)
            return rc == WEIR_SOURCE_END ? WEIR_NEXT_END : rc;
        rc = await(reader, &until_ns, err);
        if (rc != WEIR_NEXT_FRAME)
            return rc;
        if (is_stopped(reader))
            return WEIR_NEXT_STOPPED;
    }
}

static bool passes(const struct weir_reader *reader,
                   const struct weir_frame *frame)
{
    const struct weir_iface *iface = &reader->source->ifaces->at[frame->iface];
    return weir_screen_match(reader->screen, iface->linktype, frame);
}

static int next(struct weir_reader *reader, const struct weir_frame **frame,
                struct weir_err *err)
{
    for (;;) {
        if (is_stopped(reader))
            return WEIR_NEXT_STOPPED;
        while (reader->taken < reader->count) {
            const struct weir_frame *at = &reader->at[reader->taken++];
            if (reader->screen == NULL || passes(reader, at)) {
                reader->given++;
                *frame = at;
                return WEIR_NEXT_FRAME;
            }
            reader->filtered++;
        }
        const int rc = read_on(reader, err);
        if (rc != WEIR_NEXT_FRAME)
            return rc;
    }
}

/* Those that the filter takes move down over the others. */
static void select_frames(struct weir_reader *reader)
{
    uint32_t kept = reader->taken;
    for (uint32_t i = reader->taken; i < reader->count; i++)
        if (passes(reader, &reader->at[i]))
            reader->at[kept++] = reader->at[i];
    reader->filtered += reader->count - kept;
    reader->count = kept;
}

static int next_batch(struct weir_reader *reader,
                      const struct weir_frame **frames, uint32_t *count,
                      struct weir_err *err)
{
    for (;;) {
        if (is_stopped(reader))
            return WEIR_NEXT_STOPPED;
        if (reader->screen != NULL)
            select_frames(reader);
        if (reader->taken < reader->count) {
            *frames = &reader->at[reader->taken];
            *count = reader->count - reader->taken;
            reader->given += *count;
            reader->taken = reader->count;
            return WEIR_NEXT_FRAME;
        }
        const int rc = read_on(reader, err);
        if (rc != WEIR_NEXT_FRAME)
            return rc;
    }
}

int weir_reader_next(struct weir_reader *reader,
                     const struct weir_frame **frame, struct weir_err *err)
{
    if (frame == NULL)
        return weir_err_set(err, -EINVAL, "reader: nowhere to put a frame");
    *frame = NULL;
    const int rc = enter(reader, err);
    return rc != 0 ? rc : leave(reader, next(reader, frame, err));
}

int weir_reader_next_batch(struct weir_reader *reader,
                           const struct weir_frame **frames, uint32_t *count,
                           struct weir_err *err)
{
    if (frames == NULL || count == NULL)
        return weir_err_set(err, -EINVAL, "reader: nowhere to put frames");
    *frames = NULL;
    *count = 0;
    const int rc = enter(reader, err);
    return rc != 0 ? rc : leave(reader, next_batch(reader, frames, count, err));
}

static int filter(struct weir_reader *reader, const char *text,
                  struct weir_err *err)
{
    const struct weir_ifaces *ifaces = reader->source->ifaces;
    const uint32_t count = weir_ifaces_count(ifaces);
    uint16_t *linktypes = calloc(count + (size_t)1, sizeof *linktypes);
    if (linktypes == NULL)
        return weir_err_sys(err, -ENOMEM, "%s", reader->source->name);
    for (uint32_t i = 0; i < count; i++)
        linktypes[i] = ifaces->at[i].linktype;
    const struct weir_screen_config config = {
        .text = text,
        .linktypes = linktypes,
        .linktype_count = count,
    };
    struct weir_screen *screen;
    const int rc = weir_screen_make(&screen, &config, err);
    free(linktypes);
    if (rc != 0)
        return weir_err_wrap(err, rc, "%s", reader->source->name);
    weir_screen_free(reader->screen);
    reader->screen = screen;
    if (weir_screen_text(screen) == NULL) {
        weir_screen_free(screen);
        reader->screen = NULL;
    }
    return 0;
}

int weir_reader_filter(struct weir_reader *reader, const char *text,
                       struct weir_err *err)
{
    const int rc = enter(reader, err);
    return rc != 0 ? rc : leave(reader, filter(reader, text, err));
}

/* Nothing is given any more: all of it goes home. */
static int free_all(struct weir_reader *reader, struct weir_err *err)
{
    const int rc = weir_dump_fini(&reader->dump, err);
    if (reader->source != NULL)
        reader->source->ops->close(reader->source);
    weir_screen_free(reader->screen);
    free(reader);
    return rc;
}

static int open_all(struct weir_reader *reader,
                    const struct weir_reader_config *config,
                    struct weir_err *err)
{
    const struct weir_source_config of_source = {
        .leases = 1,
        .block_bytes = BLOCK_BYTES,
        .stop = reader->stop,
    };
    int rc =
        weir_file_source_open(&reader->source, config->path, &of_source, err);
    if (rc != 0)
        return rc;
    struct weir_dump_owner owner = {
        .guard = &reader->guard,
        .ifaces = reader->source->ifaces,
        .input = {.set = true},
        .as_read = true,
    };
    weir_file_source_identity(reader->source, &owner.input.dev,
                              &owner.input.ino);
    weir_dump_init(&reader->dump, &owner);
    return config->filter != NULL ? filter(reader, config->filter, err) : 0;
}

int weir_reader_open(struct weir_reader **out,
                     const struct weir_reader_config *config,
                     struct weir_err *err)
{
    if (out == NULL || config == NULL || config->path == NULL)
        return weir_err_set(err, -EINVAL, "reader: no path is given");
    if (*out != NULL)
        return weir_err_set(err, -EBUSY,
                            "%s: not opened: the reader is open, or was not "
                            "NULL at first",
                            config->path);
    struct weir_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return weir_err_sys(err, -ENOMEM, "%s", config->path);
    reader->guard = (struct weir_guard)WEIR_GUARD_INIT;
    reader->stop = config->stop != NULL ? &config->stop->stop : NULL;
    reader->timeout_ms = config->timeout_ms;
    const int rc = open_all(reader, config, err);
    if (rc == 0)
        *out = reader;
    else
        (void)free_all(reader, NULL);
    return rc;
}

int weir_reader_ifaces(struct weir_reader *reader, struct weir_err *err)
{
    const int rc = enter(reader, err);
    if (rc != 0)
        return rc;
    return leave(reader, (int)weir_ifaces_count(reader->source->ifaces));
}

int weir_reader_iface(struct weir_reader *reader, uint32_t index,
                      struct weir_reader_iface *out, struct weir_err *err)
{
    if (out == NULL)
        return weir_err_set(err, -EINVAL, "reader: nowhere to put it");
    int rc = enter(reader, err);
    if (rc != 0)
        return rc;
    const struct weir_ifaces *ifaces = reader->source->ifaces;
    const uint32_t count = weir_ifaces_count(ifaces);
    if (index < count) {
        const struct weir_iface *of = &ifaces->at[index];
        *out = (struct weir_reader_iface){
            .snaplen = of->snaplen,
            .linktype = of->linktype,
            .fcs_bytes = of->fcs_bytes,
            .tsresol = of->tsresol,
        };
        static_assert(sizeof out->name == sizeof of->name, "the same room");
        memcpy(out->name, of->name, sizeof out->name);
    } else {
        rc = weir_err_set(err, -ENOENT, "%s: interface %u: %u are known",
                          reader->source->name, index, count);
    }
    return leave(reader, rc);
}

int weir_reader_count(struct weir_reader *reader, uint64_t *given,
                      uint64_t *filtered, struct weir_err *err)
{
    const int rc = enter(reader, err);
    if (rc != 0)
        return rc;
    if (given != NULL)
        *given = reader->given;
    if (filtered != NULL)
        *filtered = reader->filtered;
    return leave(reader, 0);
}

struct weir_dump *weir_reader_dump(struct weir_reader *reader)
{
    return reader != NULL ? &reader->dump : NULL;
}

int weir_reader_close(struct weir_reader **reader, struct weir_err *err)
{
    if (reader == NULL || *reader == NULL)
        return 0;
    const int rc = enter(*reader, err);
    if (rc != 0)
        return rc;
    struct weir_reader *closed = *reader;
    *reader = NULL;
    return free_all(closed, err);
}
