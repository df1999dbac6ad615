/* Blocks of records to a file: as the writer thread does it, and with nothing
 * around write().  Both write what a worker has encoded, a block a write, to
 * a new file that is begun again before it is too long. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/stages/chunks.h"
#include "bench/stages/input.h"
#include "bench/stages/stage.h"
#include "sink/file_sink.h"

#define CHUNKS_BYTES (UINT64_C(32) << 20)

struct write_state {
    char path[PATH_MAX];
    uint64_t file_bytes; /* bound */
    struct weir_chunks chunks;
    uint32_t at;
    struct weir_sink *sink; /* NULL: no file, or the floor's */
    int fd;                 /* the floor's; -1: no file */
    uint64_t begun;         /* the file's size before the first batch */
    uint64_t written;       /* since then */
};

/* NULL with *ret and *err set where it fails. */
static struct write_state *state_open(const struct weir_stage_setup *setup,
                                      int *ret, struct weir_err *err)
{
    struct write_state *s = calloc(1, sizeof *s);
    if (s == NULL) {
        *ret = weir_err_sys(err, -ENOMEM, "write");
        return NULL;
    }
    s->fd = -1;
    s->file_bytes = setup->file_bytes;
    (void)snprintf(s->path, sizeof s->path, "%s/%s.pcapng", setup->folder,
                   setup->stage->name);
    *ret = weir_chunks_open(&s->chunks, setup->input, WEIR_FORMAT_PCAPNG,
                            CHUNKS_BYTES, err);
    if (*ret != 0) {
        free(s);
        return NULL;
    }
    return s;
}

/* What the file has is what was written. */
static int size_check(struct write_state *s, struct weir_err *err)
{
    struct stat st;
    if (stat(s->path, &st) != 0)
        return weir_err_sys(err, -errno, "%s", s->path);
    if ((uint64_t)st.st_size == s->begun + s->written)
        return 0;
    return weir_err_set(err, -EBADMSG, "%s: has not what was written", s->path);
}

static struct weir_batch *next_batch(struct write_state *s)
{
    struct weir_batch *batch = &s->chunks.batches[s->at];
    s->at = (s->at + 1) % s->chunks.count;
    return batch;
}

static bool is_full(const struct write_state *s)
{
    return s->written + s->chunks.batches[s->at].chunk.len > s->file_bytes &&
           s->written > 0;
}

static int sink_begin(struct write_state *s, struct weir_err *err)
{
    const struct weir_file_sink_config config = {
        .path = s->path,
        .format = WEIR_FORMAT_PCAPNG,
        .ifaces = s->chunks.input->ifaces,
    };
    int ret = weir_file_sink_open(&s->sink, &config, err);
    if (ret != 0)
        return ret;
    struct stat st;
    if (stat(s->path, &st) != 0)
        return weir_err_sys(err, -errno, "%s", s->path);
    s->begun = (uint64_t)st.st_size;
    s->written = 0;
    return 0;
}

static int sink_end(struct write_state *s, struct weir_err *err)
{
    if (s->sink == NULL)
        return 0;
    int ret = size_check(s, err);
    int finished = s->sink->ops->finish(s->sink, ret == 0 ? err : NULL);
    s->sink->ops->close(s->sink);
    s->sink = NULL;
    (void)unlink(s->path);
    return ret != 0 ? ret : finished;
}

static void sink_close(void *state)
{
    struct write_state *s = state;
    if (s->sink != NULL)
        s->sink->ops->close(s->sink);
    (void)unlink(s->path);
    weir_chunks_close(&s->chunks);
    free(s);
}

static int sink_open(void **out, const struct weir_stage_setup *setup,
                     struct weir_err *err)
{
    int ret = 0;
    struct write_state *s = state_open(setup, &ret, err);
    if (s == NULL)
        return ret;
    ret = sink_begin(s, err);
    if (ret != 0) {
        sink_close(s);
        return ret;
    }
    *out = s;
    return 0;
}

static int sink_prepare(void *state, struct weir_err *err)
{
    struct write_state *s = state;
    if (!is_full(s))
        return 0;
    int ret = sink_end(s, err);
    return ret == 0 ? sink_begin(s, err) : ret;
}

static int64_t sink_run(void *state, struct weir_err *err)
{
    struct write_state *s = state;
    struct weir_batch *batch = next_batch(s);
    uint32_t taken = 0;
    int ret = s->sink->ops->write(s->sink, batch, batch->passed, &taken, err);
    if (ret != 0)
        return ret;
    s->written += batch->chunk.len;
    return taken;
}

static int sink_check(void *state, struct weir_err *err)
{
    return sink_end(state, err);
}

const struct weir_stage weir_stage_write = {
    .name = "write",
    .text = "give encoded blocks to the file sink",
    .floor = "buffered",
    .files = true,
    .open = sink_open,
    .prepare = sink_prepare,
    .run = sink_run,
    .check = sink_check,
    .close = sink_close,
};

static int plain_begin(struct write_state *s, struct weir_err *err)
{
    s->fd = open(s->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (s->fd < 0)
        return weir_err_sys(err, -errno, "%s", s->path);
    s->begun = 0;
    s->written = 0;
    return 0;
}

static int plain_end(struct write_state *s, struct weir_err *err)
{
    int ret = size_check(s, err);
    if (close(s->fd) != 0 && ret == 0)
        ret = weir_err_sys(err, -errno, "%s: close", s->path);
    s->fd = -1;
    (void)unlink(s->path);
    return ret;
}

static void plain_close(void *state)
{
    struct write_state *s = state;
    if (s->fd >= 0) {
        close(s->fd);
        (void)unlink(s->path);
    }
    weir_chunks_close(&s->chunks);
    free(s);
}

static int plain_open(void **out, const struct weir_stage_setup *setup,
                      struct weir_err *err)
{
    int ret = 0;
    struct write_state *s = state_open(setup, &ret, err);
    if (s == NULL)
        return ret;
    ret = plain_begin(s, err);
    if (ret != 0) {
        plain_close(s);
        return ret;
    }
    *out = s;
    return 0;
}

static int plain_prepare(void *state, struct weir_err *err)
{
    struct write_state *s = state;
    if (!is_full(s))
        return 0;
    int ret = plain_end(s, err);
    return ret == 0 ? plain_begin(s, err) : ret;
}

static int64_t plain_run(void *state, struct weir_err *err)
{
    struct write_state *s = state;
    const struct weir_chunk *chunk = &next_batch(s)->chunk;
    int ret =
        weir_chunks_write_all(s->fd, chunk->bytes, chunk->len, s->path, err);
    if (ret != 0)
        return ret;
    s->written += chunk->len;
    return chunk->frames;
}

static int plain_check(void *state, struct weir_err *err)
{
    return plain_end(state, err);
}

static double plain_bytes(void *state)
{
    const struct write_state *s = state;
    return (double)s->chunks.bytes / (double)s->chunks.frames;
}

const struct weir_stage weir_stage_buffered = {
    .name = "buffered",
    .text = "write() the same blocks, and nothing else",
    .files = true,
    .open = plain_open,
    .prepare = plain_prepare,
    .run = plain_run,
    .check = plain_check,
    .bytes = plain_bytes,
    .close = plain_close,
};
