#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/err.h"
#include "ring/stop.h"
#include "sink/file_lock.h"
#include "sink/outfile_impl.h"

/* A FIFO without a reader is tried again this often: no event tells. */
#define FIFO_RETRY_MS 50

/* poll says that a pipe can take PIPE_BUF bytes without blocking (POSIX,
 * write()): no more is safe on a descriptor that blocks. */
#define BLOCKING_PIPE_WRITE_MAX 4096

static int take_fd(struct weir_outfile *out, int fd, struct weir_err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        int code = -errno;
        close(fd);
        return weir_err_sys(err, code, "%s", out->name);
    }
    out->fd = fd;
    out->fresh = false;
    out->made = false;
    out->torn = false;
    out->regular = S_ISREG(st.st_mode);
    out->mode = WEIR_WRITE_CACHED;
    out->write_max = INT32_MAX;
    out->base = 0;
    out->bytes = 0;
    out->allocated = 0;
    return 0;
}

static int name_it(struct weir_outfile *out, const char *name,
                   struct weir_err *err)
{
    if (strlen(name) >= sizeof out->name)
        return weir_err_sys(err, -ENAMETOOLONG, "%.64s...", name);
    memmove(out->name, name, strlen(name) + 1);
    return 0;
}

int weir_outfile_open_new(struct weir_outfile *out, const char *path,
                          struct weir_err *err)
{
    out->fd = -1;
    int rc = name_it(out, path, err);
    if (rc != 0)
        return rc;
    int fd =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return weir_err_sys(err, -errno, "%s", path);
    rc = take_fd(out, fd, err);
    if (rc == 0)
        rc = outfile_claim(out, err);
    out->fresh = out->made = rc == 0;
    return rc;
}

char *weir_outfile_folder(const char *path, char *folder)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    if (len == 0 || len >= PATH_MAX)
        return memcpy(folder, ".", 2);
    memcpy(folder, path, len);
    folder[len] = '\0';
    return folder;
}

int weir_outfile_open_unnamed(struct weir_outfile *out, const char *folder,
                              struct weir_err *err)
{
    out->fd = -1;
    int rc = name_it(out, folder, err);
    if (rc != 0)
        return rc;
    int fd = open(folder, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
    if (fd < 0)
        return weir_err_sys(err, -errno, "%s", folder);
    rc = take_fd(out, fd, err);
    out->fresh = rc == 0;
    /* Before anybody sees it. */
    if (rc == 0)
        (void)weir_file_lock(fd);
    return rc;
}

int weir_outfile_name(struct weir_outfile *out, const char *path,
                      struct weir_err *err)
{
    char self[32];
    snprintf(self, sizeof self, "/proc/self/fd/%d", out->fd);
    /* open(2), O_TMPFILE: without a privilege only by this way. */
    if (linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) != 0)
        return weir_err_sys(err, -errno, "%s", path);
    out->made = true;
    return name_it(out, path, err);
}

/* A FIFO is opened without blocking, so that who waits for its reader can
 * still be told to give up. */
static int open_fifo(struct weir_outfile *out, const char *path,
                     struct weir_err *err)
{
    for (;;) {
        int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0)
            return take_fd(out, fd, err);
        if (errno != ENXIO)
            return weir_err_sys(err, -errno, "%s", path);
        int rc = outfile_wait_pipe(out, FIFO_RETRY_MS, err);
        if (rc != 0)
            return rc;
    }
}

static int open_device(struct weir_outfile *out, const char *path,
                       struct weir_err *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return weir_err_sys(err, -errno, "%s", path);
    return take_fd(out, fd, err);
}

static int replace(struct weir_outfile *out, const char *path,
                   struct weir_err *err)
{
    struct stat st;
    /* A link stays, and leads to the new file; else the file is known by the
     * name that it was given, as one that was not there before. */
    const bool is_link = lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
    char *real = is_link ? realpath(path, NULL) : strdup(path);
    if (real == NULL)
        return weir_err_sys(err, -errno, "%s", path);
    int held;
    int rc = outfile_displace(real, path, &held, err);
    if (rc == 0) {
        rc = weir_outfile_open_new(out, real, err);
        if (held >= 0)
            close(held);
    }
    free(real);
    return rc;
}

int weir_outfile_open_named(struct weir_outfile *out, const char *path,
                            const struct weir_outfile_not *input,
                            struct weir_err *err)
{
    out->fd = -1;
    int rc = name_it(out, path, err);
    if (rc != 0)
        return rc;
    struct stat st;
    if (stat(path, &st) != 0) {
        int code = -errno;
        if (code != -ENOENT)
            return weir_err_sys(err, code, "%s", path);
        if (lstat(path, &st) == 0)
            return weir_err_set(err, code, "%s: is a symbolic link to nothing",
                                path);
        return weir_outfile_open_new(out, path, err);
    }
    if (S_ISDIR(st.st_mode))
        return weir_err_sys(err, -EISDIR, "%s", path);
    rc = outfile_refuse_input(input, &st, path, err);
    if (rc != 0)
        return rc;
    if (S_ISREG(st.st_mode))
        return replace(out, path, err);
    if (S_ISFIFO(st.st_mode))
        return open_fifo(out, path, err);
    return open_device(out, path, err);
}

/* A pipe's descriptor is shared with whoever gave it to us, flags and all:
 * O_NONBLOCK goes on a description of our own.  Where that cannot be had,
 * small writes behind a poll do not block either. */
static int dup_stdout(const struct stat *st, uint32_t *write_max)
{
    if (S_ISFIFO(st->st_mode)) {
        int fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0)
            return fd;
    }
    if (S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode))
        *write_max = BLOCKING_PIPE_WRITE_MAX;
    return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

int weir_outfile_open_stdout(struct weir_outfile *out,
                             const struct weir_outfile_not *input,
                             struct weir_err *err)
{
    out->fd = -1;
    int rc = name_it(out, "standard output", err);
    if (rc != 0)
        return rc;
    struct stat st;
    if (fstat(STDOUT_FILENO, &st) != 0)
        return weir_err_sys(err, -errno, "%s", out->name);
    rc = outfile_refuse_input(input, &st, out->name, err);
    if (rc != 0)
        return rc;
    if (isatty(STDOUT_FILENO))
        return weir_err_set(err, -EINVAL, "%s: is a terminal", out->name);
    uint32_t write_max = INT32_MAX;
    int fd = dup_stdout(&st, &write_max);
    if (fd < 0)
        return weir_err_sys(err, -errno, "%s", out->name);
    rc = take_fd(out, fd, err);
    if (rc != 0)
        return rc;
    out->write_max = write_max;
    /* A shell's >> appends wherever the offset is. */
    int flags = fcntl(fd, F_GETFL);
    bool appends = flags >= 0 && (flags & O_APPEND) != 0;
    off_t at = 0;
    if (out->regular)
        at = appends ? st.st_size : lseek(fd, 0, SEEK_CUR);
    out->base = at > 0 ? (uint64_t)at : 0;
    return 0;
}

int weir_outfile_give_back(struct weir_outfile *out, struct weir_err *err)
{
    uint64_t end = out->base + out->bytes;
    if (out->allocated <= end)
        return 0;
    out->allocated = end;
    if (ftruncate(out->fd, (off_t)end) != 0)
        return weir_err_sys(err, -errno, "%s: ftruncate", out->name);
    return 0;
}

int weir_outfile_close(struct weir_outfile *out, bool sync,
                       struct weir_err *err)
{
    int rc = weir_outfile_give_back(out, err);
    int fd = out->fd;
    out->fd = -1;
    if (sync && rc == 0 && out->regular && fsync(fd) != 0)
        rc = weir_err_sys(err, -errno, "%s: fsync", out->name);
    if (close(fd) != 0 && rc == 0)
        rc = weir_err_sys(err, -errno, "%s: close", out->name);
    return rc;
}

void weir_outfile_remove(struct weir_outfile *out)
{
    /* Still ours, and not another recording's that has replaced it. */
    if (out->made && outfile_is_at(out->fd, out->name))
        unlink(out->name);
    close(out->fd);
    out->fd = -1;
}
