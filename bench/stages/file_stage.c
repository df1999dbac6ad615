/* A capture file in the page cache, read and walked as the file source does
 * it, and its floor: the same file read into the same room.  The file is in
 * memory alone (memfd), so no folder is needed. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/stages/chunks.h"
#include "bench/stages/input.h"
#include "bench/stages/stage.h"
#include "capture/source_file.h"

#define FILE_BYTES (UINT64_C(64) << 20)

/* As `weir record -r` has them. */
#define BLOCK_BYTES 327680u
#define LEASES      12

struct file_state {
    int fd;
    char path[64];
    struct weir_source *source; /* NULL: at the file's end */
    uint8_t *room;              /* the floor's */
    uint64_t file_frames;
    uint64_t file_bytes; /* whole file; sum of len for the source */
    uint64_t frames;     /* since the file's begin */
    uint64_t bytes;
    uint64_t done; /* bytes that the floor has read */
};

static void file_close(void *state)
{
    struct file_state *s = state;
    if (s->source != NULL)
        s->source->ops->close(s->source);
    if (s->fd >= 0)
        close(s->fd);
    free(s->room);
    free(s);
}

static int file_make(struct file_state *s, const struct weir_stage_setup *setup,
                     bool wire, struct weir_err *err)
{
    s->fd = memfd_create("weir-bench", MFD_CLOEXEC);
    if (s->fd < 0)
        return weir_err_sys(err, -errno, "memfd");
    (void)snprintf(s->path, sizeof s->path, "/proc/self/fd/%d", s->fd);
    struct weir_chunks chunks;
    int ret = weir_chunks_open(&chunks, setup->input,
                               (enum weir_format)setup->stage->param,
                               FILE_BYTES, err);
    if (ret != 0)
        return ret;
    ret = weir_chunks_write(&chunks, s->fd, true, "memfd", err);
    s->file_frames = chunks.frames;
    s->file_bytes = chunks.head_bytes + chunks.bytes;
    if (wire) {
        s->file_bytes = 0;
        for (uint32_t i = 0; i < chunks.count; i++)
            s->file_bytes += chunks.batches[i].passed_bytes;
    }
    weir_chunks_close(&chunks);
    return ret;
}

static int file_open(void **out, const struct weir_stage_setup *setup,
                     bool wire, struct weir_err *err)
{
    struct file_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "file");
    s->fd = -1;
    s->room = malloc(BLOCK_BYTES);
    int ret = s->room == NULL ? weir_err_sys(err, -ENOMEM, "file")
                              : file_make(s, setup, wire, err);
    if (ret != 0) {
        file_close(s);
        return ret;
    }
    *out = s;
    return 0;
}

static int source_open(void **out, const struct weir_stage_setup *setup,
                       struct weir_err *err)
{
    return file_open(out, setup, true, err);
}

static int source_prepare(void *state, struct weir_err *err)
{
    struct file_state *s = state;
    if (s->source != NULL && s->frames < s->file_frames)
        return 0;
    if (s->source != NULL) {
        if (s->bytes != s->file_bytes)
            return weir_err_set(err, -EBADMSG, "frames are not the file's");
        s->source->ops->close(s->source);
        s->source = NULL;
    }
    s->frames = 0;
    s->bytes = 0;
    const struct weir_source_config config = {.leases = LEASES,
                                              .block_bytes = BLOCK_BYTES};
    return weir_file_source_open(&s->source, s->path, &config, err);
}

static int64_t source_run(void *state, struct weir_err *err)
{
    struct file_state *s = state;
    struct weir_lease lease;
    int result = s->source->ops->next(s->source, &lease, err);
    if (result != WEIR_SOURCE_LEASE)
        return result < 0 ? result
                          : weir_err_set(err, -EBADMSG, "the file is short");
    struct weir_frame v[WEIR_INPUT_VECTOR];
    struct weir_walk walk = {0};
    uint32_t n;
    while ((n = lease.walk(&lease, &walk, v, WEIR_INPUT_VECTOR)) > 0)
        for (uint32_t i = 0; i < n; i++)
            s->bytes += v[i].len;
    s->frames += walk.frames;
    s->source->ops->reclaim(s->source, &lease);
    return walk.frames;
}

/* The rest of the file, and that it is the end. */
static int source_check(void *state, struct weir_err *err)
{
    struct file_state *s = state;
    while (s->frames < s->file_frames) {
        int64_t n = source_run(s, err);
        if (n < 0)
            return (int)n;
    }
    struct weir_lease lease;
    if (s->bytes == s->file_bytes &&
        s->source->ops->next(s->source, &lease, err) == WEIR_SOURCE_END)
        return 0;
    return weir_err_set(err, -EBADMSG, "frames are not the file's");
}

const struct weir_stage weir_stage_file_pcap = {
    .name = "file_pcap",
    .text = "read a pcap from the page cache, and walk it",
    .floor = "file_read",
    .param = WEIR_FORMAT_PCAP,
    .open = source_open,
    .prepare = source_prepare,
    .run = source_run,
    .check = source_check,
    .close = file_close,
};

const struct weir_stage weir_stage_file_pcapng = {
    .name = "file_pcapng",
    .text = "read a pcapng from the page cache, and walk it",
    .floor = "file_read",
    .param = WEIR_FORMAT_PCAPNG,
    .open = source_open,
    .prepare = source_prepare,
    .run = source_run,
    .check = source_check,
    .close = file_close,
};

static int read_open(void **out, const struct weir_stage_setup *setup,
                     struct weir_err *err)
{
    return file_open(out, setup, false, err);
}

/* The whole file is a sample: its frames are known, a block's are not. */
static int64_t read_run(void *state, struct weir_err *err)
{
    struct file_state *s = state;
    uint64_t at = 0;
    for (;;) {
        ssize_t n = pread(s->fd, s->room, BLOCK_BYTES, (off_t)at);
        if (n < 0)
            return weir_err_sys(err, -errno, "read");
        if (n == 0)
            break;
        at += (uint64_t)n;
    }
    s->done = at;
    return (int64_t)s->file_frames;
}

static int read_check(void *state, struct weir_err *err)
{
    const struct file_state *s = state;
    if (s->done == s->file_bytes)
        return 0;
    return weir_err_set(err, -EBADMSG, "the file is short");
}

const struct weir_stage weir_stage_file_read = {
    .name = "file_read",
    .text = "read a pcap's bytes from the page cache",
    .param = WEIR_FORMAT_PCAP,
    .open = read_open,
    .run = read_run,
    .check = read_check,
    .close = file_close,
};
