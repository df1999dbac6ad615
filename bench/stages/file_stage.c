/* A capture file in the page cache, read and walked as the file source does
 * it, and its floor: the same file read into the same room.  The file is in
 * memory alone (memfd), so no folder is needed. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
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

/* A chunk of the file, as the floor reads it. */
struct part {
    uint32_t bytes;
    uint32_t frames;
};

struct file_state {
    int fd;
    char path[64];
    struct weir_source *source; /* NULL: at the file's end */
    uint8_t *room;              /* the floor's */
    struct part *parts;
    uint32_t parts_count;
    uint32_t part; /* the next to be read */
    uint64_t part_offset;
    uint64_t head_bytes;
    uint64_t file_frames;
    uint64_t wire_bytes; /* of all frames */
    uint64_t frames;     /* since the file's begin */
    uint64_t bytes;      /* of these; the floor's: of the file */
    uint64_t expected;
};

static void file_close(void *state)
{
    struct file_state *s = state;
    if (s->source != NULL)
        s->source->ops->close(s->source);
    if (s->fd >= 0)
        close(s->fd);
    free(s->parts);
    free(s->room);
    free(s);
}

static int note_parts(struct file_state *s, const struct weir_chunks *chunks,
                      struct weir_err *err)
{
    s->parts = calloc(chunks->count, sizeof *s->parts);
    if (s->parts == NULL)
        return weir_err_sys(err, -ENOMEM, "file");
    s->parts_count = chunks->count;
    s->head_bytes = chunks->head_bytes;
    s->part_offset = chunks->head_bytes;
    s->file_frames = chunks->frames;
    for (uint32_t i = 0; i < chunks->count; i++) {
        const struct weir_batch *batch = &chunks->batches[i];
        s->parts[i].bytes = batch->chunk.len;
        s->parts[i].frames = batch->passed;
        s->wire_bytes += batch->passed_bytes;
    }
    return 0;
}

static int file_make(struct file_state *s, const struct weir_stage_setup *setup,
                     struct weir_err *err)
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
    if (ret == 0)
        ret = note_parts(s, &chunks, err);
    weir_chunks_close(&chunks);
    return ret;
}

static int file_open(void **out, const struct weir_stage_setup *setup,
                     struct weir_err *err)
{
    struct file_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "file");
    s->fd = -1;
    s->room = malloc(BLOCK_BYTES);
    int ret = s->room == NULL ? weir_err_sys(err, -ENOMEM, "file")
                              : file_make(s, setup, err);
    if (ret != 0) {
        file_close(s);
        return ret;
    }
    *out = s;
    return 0;
}

static int source_prepare(void *state, struct weir_err *err)
{
    struct file_state *s = state;
    if (s->source != NULL && s->frames < s->file_frames)
        return 0;
    if (s->source != NULL) {
        if (s->bytes != s->wire_bytes)
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
    if (s->bytes == s->wire_bytes &&
        s->source->ops->next(s->source, &lease, err) == WEIR_SOURCE_END)
        return 0;
    return weir_err_set(err, -EBADMSG, "frames are not the file's");
}

const struct weir_stage weir_stage_file_pcap = {
    .name = "file_pcap",
    .text = "read a pcap from the page cache, and walk it",
    .floor = "file_read",
    .param = WEIR_FORMAT_PCAP,
    .open = file_open,
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
    .open = file_open,
    .prepare = source_prepare,
    .run = source_run,
    .check = source_check,
    .close = file_close,
};

static int64_t read_run(void *state, struct weir_err *err)
{
    struct file_state *s = state;
    const struct part *part = &s->parts[s->part];
    uint32_t done = 0;
    while (done < part->bytes) {
        uint32_t left = part->bytes - done;
        ssize_t n =
            pread(s->fd, s->room, left < BLOCK_BYTES ? left : BLOCK_BYTES,
                  (off_t)(s->part_offset + done));
        if (n <= 0)
            return weir_err_sys(err, n < 0 ? -errno : -EIO, "memfd: read");
        done += (uint32_t)n;
    }
    s->bytes += done;
    s->expected += part->bytes;
    s->part_offset += part->bytes;
    s->part = (s->part + 1) % s->parts_count;
    if (s->part == 0)
        s->part_offset = s->head_bytes;
    return part->frames;
}

static int read_check(void *state, struct weir_err *err)
{
    const struct file_state *s = state;
    struct stat st;
    uint64_t size = s->head_bytes;
    for (uint32_t i = 0; i < s->parts_count; i++)
        size += s->parts[i].bytes;
    if (s->bytes == s->expected && fstat(s->fd, &st) == 0 &&
        (uint64_t)st.st_size == size)
        return 0;
    return weir_err_set(err, -EBADMSG, "the file is short");
}

static double read_bytes(void *state)
{
    const struct file_state *s = state;
    double bytes = 0;
    for (uint32_t i = 0; i < s->parts_count; i++)
        bytes += s->parts[i].bytes;
    return bytes / (double)s->file_frames;
}

const struct weir_stage weir_stage_file_read = {
    .name = "file_read",
    .text = "read a pcap's bytes from the page cache",
    .param = WEIR_FORMAT_PCAP,
    .open = file_open,
    .run = read_run,
    .check = read_check,
    .bytes = read_bytes,
    .close = file_close,
};
