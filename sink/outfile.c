#include "sink/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/err.h"
#include "ring/stop.h"
#include "sink/direct.h"

/* From Linux 6.14 on (include/uapi/linux/fs.h). */
#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE 0x00000080
#endif

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
    out->fd = -1;
    if (strlen(name) >= sizeof out->name)
        return weir_err_sys(err, -ENAMETOOLONG, "%.64s...", name);
    memmove(out->name, name, strlen(name) + 1);
    return 0;
}

int weir_outfile_open_new(struct weir_outfile *out, const char *path,
                          struct weir_err *err)
{
    int rc = name_it(out, path, err);
    if (rc != 0)
        return rc;
    int fd =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return weir_err_sys(err, -errno, "%s", path);
    rc = take_fd(out, fd, err);
    out->made = rc == 0;
    return rc;
}

static bool is_input(const struct weir_outfile_not *input,
                     const struct stat *st)
{
    return input != NULL && input->set && S_ISREG(st->st_mode) &&
           st->st_dev == input->dev && st->st_ino == input->ino;
}

static int refuse_input(const char *name, struct weir_err *err)
{
    return weir_err_set(err, -EINVAL, "%s: is the input file", name);
}

/* Sleeps until the pipe may take bytes, or for timeout_ms. */
static int wait_pipe(struct weir_outfile *out, int timeout_ms,
                     struct weir_err *err)
{
    struct pollfd fds[2] = {
        {.fd = out->fd, .events = POLLOUT},
        {.fd = out->abandon != NULL ? out->abandon->fd : -1, .events = POLLIN},
    };
    int n = poll(fds, 2, timeout_ms);
    if (n < 0 && errno != EINTR)
        return weir_err_sys(err, -errno, "%s: poll", out->name);
    if (fds[0].revents == 0 && out->abandon != NULL &&
        weir_stop_is_set(out->abandon))
        return weir_err_set(err, -ECANCELED,
                            "%s: abandoned, its reader does not read",
                            out->name);
    return 0;
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
        int rc = wait_pipe(out, FIFO_RETRY_MS, err);
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
    char *real = realpath(path, NULL);
    if (real == NULL)
        return weir_err_sys(err, -errno, "%s", path);
    int rc = 0;
    if (unlink(real) != 0)
        rc = weir_err_sys(err, -errno, "%s: cannot be replaced", path);
    else
        rc = weir_outfile_open_new(out, real, err);
    free(real);
    return rc;
}

int weir_outfile_open_named(struct weir_outfile *out, const char *path,
                            const struct weir_outfile_not *input,
                            struct weir_err *err)
{
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
    if (is_input(input, &st))
        return refuse_input(path, err);
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
    int rc = name_it(out, "standard output", err);
    if (rc != 0)
        return rc;
    struct stat st;
    if (fstat(STDOUT_FILENO, &st) != 0)
        return weir_err_sys(err, -errno, "%s", out->name);
    if (is_input(input, &st))
        return refuse_input(out->name, err);
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

static int write_failed(const struct weir_outfile *out, int code,
                        struct weir_err *err)
{
    if (code == -EPIPE)
        return weir_err_set(err, code, "%s: the reader closed the pipe",
                            out->name);
    return weir_err_sys(err, code, "%s: write", out->name);
}

enum weir_write_mode weir_outfile_set_mode(struct weir_outfile *out,
                                           enum weir_write_mode mode,
                                           bool memory)
{
    out->mode = WEIR_WRITE_CACHED;
    if (!out->regular || mode == WEIR_WRITE_CACHED)
        return out->mode;
    if (weir_direct_is_memory(out->fd) && !memory)
        return out->mode;
    out->mode = WEIR_WRITE_DONTCACHE;
    /* The flags of a descriptor that we were given are others' too. */
    if (mode == WEIR_WRITE_DIRECT && out->made && weir_direct_enter(out->fd))
        out->mode = WEIR_WRITE_DIRECT;
    return out->mode;
}

static ssize_t write_once(struct weir_outfile *out, const uint8_t *bytes,
                          uint32_t len)
{
    struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = len};
    if (out->mode == WEIR_WRITE_DIRECT)
        return pwrite(out->fd, bytes, len, (off_t)(out->base + out->bytes));
    if (out->mode == WEIR_WRITE_DONTCACHE) {
        ssize_t n = pwritev2(out->fd, &part, 1, -1, RWF_DONTCACHE);
        if (n >= 0 || (errno != EOPNOTSUPP && errno != EINVAL))
            return n;
        out->mode = WEIR_WRITE_CACHED;
    }
    return write(out->fd, bytes, len);
}

/* One write() and, where it would block, one wait. */
static int write_some(struct weir_outfile *out, const uint8_t *bytes,
                      uint32_t len, uint32_t *written, struct weir_err *err)
{
    bool blocks = out->write_max != INT32_MAX;
    int rc = blocks ? wait_pipe(out, -1, err) : 0;
    if (rc != 0)
        return rc;
    ssize_t n =
        write_once(out, bytes, len < out->write_max ? len : out->write_max);
    if (n > 0) {
        *written += (uint32_t)n;
        out->bytes += (uint64_t)n;
        return 0;
    }
    if (n == 0)
        return write_failed(out, -EIO, err);
    if (errno == EAGAIN)
        return wait_pipe(out, -1, err);
    return errno == EINTR ? 0 : write_failed(out, -errno, err);
}

int weir_outfile_write(struct weir_outfile *out, const uint8_t *bytes,
                       uint32_t len, uint32_t *written, struct weir_err *err)
{
    *written = 0;
    while (*written < len) {
        int rc =
            write_some(out, bytes + *written, len - *written, written, err);
        if (rc != 0) {
            out->torn = true;
            return rc;
        }
    }
    return 0;
}

int weir_outfile_write_run(struct weir_outfile *out, uint8_t **run,
                           uint32_t len, uint32_t *written,
                           struct weir_err *err)
{
    _Alignas(WEIR_LEASE_ALIGN) uint8_t tail[3 * WEIR_LEASE_ALIGN];
    uint8_t *to = *run - ((uintptr_t)*run & (WEIR_LEASE_ALIGN - 1));
    uint32_t tail_bytes = len & (WEIR_LEASE_ALIGN - 1);
    /* A block's last 8 bytes may change by its padding. */
    if (tail_bytes > 0 && tail_bytes < 8 && len > tail_bytes)
        tail_bytes += WEIR_LEASE_ALIGN;
    uint32_t body_bytes = len - tail_bytes;
    memmove(to, *run, len);
    /* Apart, for the padding may reach over what lies behind the run. */
    memcpy(tail, to + body_bytes, tail_bytes);
    uint32_t total =
        body_bytes + weir_direct_pad_tail(to, len, tail, tail_bytes);
    *run = to;
    *written = 0;
    while (*written < total) {
        uint32_t body_left = body_bytes - *written;
        uint32_t behind = 0;
        if (*written > body_bytes) {
            body_left = 0;
            behind = *written - body_bytes;
        }
        struct iovec parts[2] = {
            {.iov_base = to + *written, .iov_len = body_left},
            {.iov_base = tail + behind, .iov_len = total - body_bytes - behind},
        };
        ssize_t n = pwritev(out->fd, parts, 2, (off_t)(out->base + out->bytes));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            out->torn = true;
            return write_failed(out, n == 0 ? -EIO : -errno, err);
        }
        *written += (uint32_t)n;
        out->bytes += (uint64_t)n;
    }
    return 0;
}

void weir_outfile_cut(struct weir_outfile *out, uint64_t bytes)
{
    WEIR_ASSERT(bytes <= out->bytes);
    bool direct = out->mode == WEIR_WRITE_DIRECT;
    if (bytes == out->bytes && !direct)
        out->torn = false;
    if ((bytes == out->bytes && !direct) || !out->regular)
        return;
    off_t end = (off_t)(out->base + bytes);
    struct stat st;
    if (direct) {
        weir_direct_leave(out->fd);
        out->mode = WEIR_WRITE_CACHED;
    } else if (fstat(out->fd, &st) != 0 ||
               st.st_size != (off_t)(out->base + out->bytes)) {
        /* Another writer's bytes behind or among ours are not ours to
         * cut. */
        return;
    }
    /* Shortening needs no room; if even that fails the error that brought
     * us here is the one to tell. */
    if (ftruncate(out->fd, end) != 0 || lseek(out->fd, end, SEEK_SET) != end)
        return;
    out->bytes = bytes;
    out->torn = false;
}

int weir_outfile_close(struct weir_outfile *out, bool sync,
                       struct weir_err *err)
{
    int fd = out->fd;
    out->fd = -1;
    int rc = 0;
    /* Room that was taken and not used, behind the end, goes back. */
    if (out->allocated > out->base + out->bytes &&
        ftruncate(fd, (off_t)(out->base + out->bytes)) != 0)
        rc = weir_err_sys(err, -errno, "%s: ftruncate", out->name);
    if (sync && rc == 0 && out->regular && fsync(fd) != 0)
        rc = weir_err_sys(err, -errno, "%s: fsync", out->name);
    if (close(fd) != 0 && rc == 0)
        rc = weir_err_sys(err, -errno, "%s: close", out->name);
    return rc;
}

void weir_outfile_remove(struct weir_outfile *out)
{
    close(out->fd);
    out->fd = -1;
    if (out->made)
        unlink(out->name);
}
