#include "bench/disk/raw.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/stages/crew.h"
#include "ring/stop.h"

#define ALIGN 4096u

struct writers {
    const struct weir_raw_config *config;
    int fd;
    int64_t deadline_ns;
    _Atomic uint64_t next; /* bytes that somebody has taken on */
    _Atomic uint64_t done;
    uint8_t *memory; /* a write's for each */
};

/* Bytes of frames are not all alike: a disk that saves zeros would shine. */
static void fill(uint8_t *memory, size_t bytes)
{
    uint64_t x = 1;
    for (size_t i = 0; i + 8 <= bytes; i += 8) {
        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        for (size_t k = 0; k < 8; k++)
            memory[i + k] = (uint8_t)(x >> (8 * k));
    }
}

static int writer(void *context, uint32_t member)
{
    struct writers *w = context;
    const uint8_t *from = w->memory + (size_t)member * WEIR_RAW_WRITE;
    while (weir_clock_mono_ns() < w->deadline_ns &&
           !weir_stop_is_set(w->config->stop)) {
        uint64_t at = atomic_fetch_add_explicit(&w->next, WEIR_RAW_WRITE,
                                                memory_order_relaxed);
        if (at + WEIR_RAW_WRITE > w->config->bytes_max)
            return 0;
        ssize_t n = pwrite(w->fd, from, WEIR_RAW_WRITE, (off_t)at);
        if (n != (ssize_t)WEIR_RAW_WRITE)
            return n < 0 ? -errno : -EIO;
        atomic_fetch_add_explicit(&w->done, WEIR_RAW_WRITE,
                                  memory_order_relaxed);
    }
    return 0;
}

/* tmpfs may take the flag; there is no disk behind it all the same. */
static int file_open(int *out, const char *path,
                     const struct weir_raw_config *config, struct weir_err *err)
{
    struct statfs fs;
    if (statfs(config->folder, &fs) != 0)
        return weir_err_sys(err, -errno, "%s", config->folder);
    if (fs.f_type == TMPFS_MAGIC)
        return weir_err_set(err, -EOPNOTSUPP, "%s: tmpfs is memory, not a disk",
                            config->folder);
    *out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_DIRECT, 0600);
    if (*out < 0)
        return errno == EINVAL
                   ? weir_err_set(err, -EOPNOTSUPP,
                                  "%s: the file system has no O_DIRECT",
                                  config->folder)
                   : weir_err_sys(err, -errno, "%s", path);
    int ret = posix_fallocate(*out, 0, (off_t)config->bytes_max);
    /* What others wrote before is not to be written meanwhile. */
    if (ret == 0 && syncfs(*out) != 0)
        ret = errno;
    return ret == 0 ? 0 : weir_err_sys(err, -ret, "%s", path);
}

static int write_all(struct writers *w, struct weir_raw *out,
                     struct weir_err *err)
{
    struct weir_crew *crew = NULL;
    const int64_t begin_ns = weir_clock_mono_ns();
    w->deadline_ns = begin_ns + w->config->duration_ns;
    int ret = weir_crew_open(&crew, w->config->depth, 0, writer, w, err);
    if (ret != 0)
        return ret;
    ret = weir_crew_join(crew);
    out->duration_ns = weir_clock_mono_ns() - begin_ns;
    out->bytes = atomic_load_explicit(&w->done, memory_order_relaxed);
    out->bytes_s = (double)out->bytes * 1e9 / (double)out->duration_ns;
    weir_crew_close(crew);
    if (ret == -EINVAL)
        return weir_err_set(err, -EOPNOTSUPP, "%s: no O_DIRECT by %u bytes",
                            w->config->folder, ALIGN);
    if (ret != 0)
        return weir_err_sys(err, ret, "%s: write", w->config->folder);
    if (weir_stop_is_set(w->config->stop))
        return weir_err_set(err, -ECANCELED, "interrupted");
    return out->bytes > 0 ? 0
                          : weir_err_set(err, -EIO, "%s: nothing was written",
                                         w->config->folder);
}

int weir_raw_run(struct weir_raw *out, const struct weir_raw_config *config,
                 struct weir_err *err)
{
    struct writers w = {.config = config, .fd = -1};
    const size_t bytes = (size_t)config->depth * WEIR_RAW_WRITE;
    char path[PATH_MAX];
    *out = (struct weir_raw){0};
    snprintf(path, sizeof path, "%.4000s/raw", config->folder);
    w.memory = aligned_alloc(ALIGN, bytes);
    if (w.memory == NULL)
        return weir_err_sys(err, -ENOMEM, "writes");
    fill(w.memory, bytes);
    int ret = file_open(&w.fd, path, config, err);
    if (ret == 0)
        ret = write_all(&w, out, err);
    if (w.fd >= 0) {
        (void)close(w.fd);
        (void)unlink(path);
    }
    free(w.memory);
    return ret;
}
