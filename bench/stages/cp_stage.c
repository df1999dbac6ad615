/* `cp` of a file of the same records, in the folder: the program as it is,
 * but for shared blocks (reflinks), which copy nothing. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/host/job.h"
#include "bench/stages/chunks.h"
#include "bench/stages/input.h"
#include "bench/stages/stage.h"

#define ROOM        (1u << 20)
#define PATIENCE_NS (120 * WEIR_NS_PER_S)

struct cp_state {
    char from[PATH_MAX];
    char to[PATH_MAX];
    uint64_t frames;
    uint8_t *room; /* two of them, to compare */
};

static void cp_close(void *state)
{
    struct cp_state *s = state;
    (void)unlink(s->from);
    (void)unlink(s->to);
    free(s->room);
    free(s);
}

static int make_file(struct cp_state *s, const struct weir_stage_setup *setup,
                     struct weir_err *err)
{
    int fd = open(s->from, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return weir_err_sys(err, -errno, "%s", s->from);
    /* Two files, and both together are not longer than one may be. */
    uint64_t bytes_max = setup->file_bytes / 2;
    struct weir_chunks chunks;
    int ret = weir_chunks_open(&chunks, setup->input, WEIR_FORMAT_PCAPNG,
                               bytes_max, err);
    if (ret == 0) {
        uint64_t bytes = 0;
        do {
            ret = weir_chunks_write(&chunks, fd, bytes == 0, s->from, err);
            bytes += chunks.bytes;
            s->frames += chunks.frames;
        } while (ret == 0 && bytes + chunks.bytes <= bytes_max);
        weir_chunks_close(&chunks);
    }
    if (close(fd) != 0 && ret == 0)
        ret = weir_err_sys(err, -errno, "%s: close", s->from);
    return ret;
}

static int cp_open(void **out, const struct weir_stage_setup *setup,
                   struct weir_err *err)
{
    struct cp_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "cp");
    (void)snprintf(s->from, sizeof s->from, "%s/cp_from.pcapng", setup->folder);
    (void)snprintf(s->to, sizeof s->to, "%s/cp_to.pcapng", setup->folder);
    s->room = malloc(2 * (size_t)ROOM);
    int ret = s->room == NULL ? weir_err_sys(err, -ENOMEM, "cp")
                              : make_file(s, setup, err);
    if (ret != 0) {
        cp_close(s);
        return ret;
    }
    *out = s;
    return 0;
}

static int cp_prepare(void *state, struct weir_err *err)
{
    (void)err;
    struct cp_state *s = state;
    (void)unlink(s->to);
    return 0;
}

static int64_t cp_run(void *state, struct weir_err *err)
{
    struct cp_state *s = state;
    const char *const argv[] = {"cp", "--reflink=never", s->from, s->to, NULL};
    const struct weir_job_config config = {
        .argv = argv, .netns_fd = -1, .input_fd = -1};
    struct weir_job_end end;
    int ret = weir_job_run(&config, PATIENCE_NS, &end, err);
    if (ret != 0)
        return ret;
    end.words[strcspn(end.words, "\n")] = '\0';
    if (end.status != 0)
        return weir_err_set(err, -EIO, "%s",
                            end.words[0] != '\0' ? end.words : "cp has failed");
    return (int64_t)s->frames;
}

static int cp_check(void *state, struct weir_err *err)
{
    struct cp_state *s = state;
    int from = open(s->from, O_RDONLY | O_CLOEXEC);
    int to = open(s->to, O_RDONLY | O_CLOEXEC);
    bool same = from >= 0 && to >= 0;
    ssize_t n = 1;
    while (same && n > 0) {
        n = read(from, s->room, ROOM);
        same = n >= 0 && read(to, s->room + ROOM, ROOM) == n &&
               memcmp(s->room, s->room + ROOM, (size_t)n) == 0;
    }
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return same ? 0 : weir_err_set(err, -EBADMSG, "the copy is not the same");
}

const struct weir_stage weir_stage_cp = {
    .name = "cp",
    .text = "cp of a file of such blocks",
    .files = true,
    .once = true,
    .open = cp_open,
    .prepare = cp_prepare,
    .run = cp_run,
    .check = cp_check,
    .close = cp_close,
};
