#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/err.h"
#include "ring/stop.h"
#include "sink/direct.h"
#include "sink/outfile_impl.h"

/* From Linux 6.14 on (include/uapi/linux/fs.h). */
#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE 0x00000080
#endif

int outfile_wait_pipe(struct weir_outfile *out, int timeout_ms,
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
    out->was_direct = false;
    if (!out->regular || mode == WEIR_WRITE_CACHED)
        return out->mode;
    if (weir_direct_is_memory(out->fd) && !memory)
        return out->mode;
    out->mode = WEIR_WRITE_DONTCACHE;
    /* The flags of a descriptor that we were given are others' too. */
    if (mode == WEIR_WRITE_DIRECT && out->fresh && weir_direct_enter(out->fd))
        out->mode = WEIR_WRITE_DIRECT;
    return out->mode;
}

/* Writes where the file ends.  A write that was short may end within a page,
 * and no direct write begins there: what is left of it goes through the page
 * cache, which also says of the byte that has no room why it has none. */
static ssize_t write_direct(const struct weir_outfile *out,
                            const struct iovec *parts, int n)
{
    off_t at = (off_t)(out->base + out->bytes);
    bool within = at % WEIR_LEASE_ALIGN != 0;
    if (within)
        weir_direct_leave(out->fd);
    ssize_t written = pwritev(out->fd, parts, n, at);
    int code = errno;
    if (within)
        weir_direct_return(out->fd);
    errno = code;
    return written;
}

static ssize_t write_once(struct weir_outfile *out, const uint8_t *bytes,
                          uint32_t len)
{
    struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = len};
    if (out->mode == WEIR_WRITE_DIRECT)
        return write_direct(out, &part, 1);
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
    int rc = blocks ? outfile_wait_pipe(out, -1, err) : 0;
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
        return outfile_wait_pipe(out, -1, err);
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
        ssize_t n = write_direct(out, parts, 2);
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
        out->was_direct = true;
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
