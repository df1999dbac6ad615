/* What the disk takes: the blocks written past the page cache (O_DIRECT), one
 * at a time, into a file whose room was set aside before. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/stages/chunks.h"
#include "bench/stages/input.h"
#include "bench/stages/stage.h"

/* No disk wants more, and a page is the least for most. */
#define ALIGN 4096u

#define CHUNKS_BYTES (UINT64_C(32) << 20)

struct direct_state {
    char path[PATH_MAX];
    int fd;
    uint64_t file_bytes;
    struct weir_chunks chunks;
    uint8_t **aligned; /* a copy of each chunk, and zeros behind it */
    uint32_t at;
    uint64_t offset;
    uint32_t last; /* the chunk written last, and where */
    uint64_t last_offset;
};

static uint32_t padded(uint32_t bytes)
{
    return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

static void direct_close(void *state)
{
    struct direct_state *s = state;
    if (s->fd >= 0) {
        close(s->fd);
        (void)unlink(s->path);
    }
    for (uint32_t i = 0; s->aligned != NULL && i < s->chunks.count; i++)
        free(s->aligned[i]);
    free(s->aligned);
    weir_chunks_close(&s->chunks);
    free(s);
}

static int align_chunks(struct direct_state *s, struct weir_err *err)
{
    s->aligned = calloc(s->chunks.count, sizeof *s->aligned);
    if (s->aligned == NULL)
        return weir_err_sys(err, -ENOMEM, "direct");
    for (uint32_t i = 0; i < s->chunks.count; i++) {
        const struct weir_chunk *chunk = &s->chunks.batches[i].chunk;
        uint32_t bytes = padded(chunk->len);
        s->aligned[i] = aligned_alloc(ALIGN, bytes);
        if (s->aligned[i] == NULL)
            return weir_err_sys(err, -ENOMEM, "direct");
        memset(s->aligned[i] + chunk->len, 0, bytes - chunk->len);
        memcpy(s->aligned[i], chunk->bytes, chunk->len);
    }
    return 0;
}

/* tmpfs may accept the flag; there is no disk behind it all the same. */
static int file_begin(struct direct_state *s, const char *folder,
                      struct weir_err *err)
{
    struct statfs fs;
    if (statfs(folder, &fs) != 0)
        return weir_err_sys(err, -errno, "%s", folder);
    if (fs.f_type == TMPFS_MAGIC)
        return weir_err_set(err, -EOPNOTSUPP, "tmpfs is memory, not a disk");
    int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_DIRECT;
    s->fd = open(s->path, flags, 0600);
    if (s->fd < 0)
        return errno == EINVAL ? weir_err_set(err, -EOPNOTSUPP,
                                              "the file system has no O_DIRECT")
                               : weir_err_sys(err, -errno, "%s", s->path);
    int ret = posix_fallocate(s->fd, 0, (off_t)s->file_bytes);
    return ret == 0 ? 0 : weir_err_sys(err, -ret, "%s", s->path);
}

static int direct_open(void **out, const struct weir_stage_setup *setup,
                       struct weir_err *err)
{
    struct direct_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "direct");
    s->fd = -1;
    s->file_bytes = setup->file_bytes;
    (void)snprintf(s->path, sizeof s->path, "%s/direct", setup->folder);
    int ret = weir_chunks_open(&s->chunks, setup->input, WEIR_FORMAT_PCAPNG,
                               CHUNKS_BYTES, err);
    if (ret == 0)
        ret = align_chunks(s, err);
    if (ret == 0)
        ret = file_begin(s, setup->folder, err);
    if (ret != 0) {
        direct_close(s);
        return ret;
    }
    *out = s;
    return 0;
}

static int64_t direct_run(void *state, struct weir_err *err)
{
    struct direct_state *s = state;
    const struct weir_chunk *chunk = &s->chunks.batches[s->at].chunk;
    uint32_t bytes = padded(chunk->len);
    if (s->offset + bytes > s->file_bytes)
        s->offset = 0;
    ssize_t n = pwrite(s->fd, s->aligned[s->at], bytes, (off_t)s->offset);
    if (n < 0 && errno == EINVAL)
        return weir_err_set(err, -EOPNOTSUPP, "no O_DIRECT by %u bytes", ALIGN);
    if (n != (ssize_t)bytes)
        return weir_err_sys(err, n < 0 ? -errno : -EIO, "%s: write", s->path);
    s->last = s->at;
    s->last_offset = s->offset;
    s->offset += bytes;
    s->at = (s->at + 1) % s->chunks.count;
    return chunk->frames;
}

static int direct_check(void *state, struct weir_err *err)
{
    struct direct_state *s = state;
    uint32_t bytes = padded(s->chunks.batches[s->last].chunk.len);
    uint8_t *back = aligned_alloc(ALIGN, bytes);
    if (back == NULL)
        return weir_err_sys(err, -ENOMEM, "direct");
    ssize_t n = pread(s->fd, back, bytes, (off_t)s->last_offset);
    bool same =
        n == (ssize_t)bytes && memcmp(back, s->aligned[s->last], bytes) == 0;
    free(back);
    if (same)
        return 0;
    return weir_err_set(err, -EBADMSG, "%s: has not what was written", s->path);
}

static double direct_bytes(void *state)
{
    const struct direct_state *s = state;
    double bytes = 0;
    for (uint32_t i = 0; i < s->chunks.count; i++)
        bytes += padded(s->chunks.batches[i].chunk.len);
    return bytes / (double)s->chunks.frames;
}

const struct weir_stage weir_stage_direct = {
    .name = "direct",
    .text = "write the same blocks by O_DIRECT, one at a time",
    .files = true,
    .open = direct_open,
    .run = direct_run,
    .check = direct_check,
    .bytes = direct_bytes,
    .close = direct_close,
};
