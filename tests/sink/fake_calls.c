#include "tests/sink/fake_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ring/lease.h"

/* From Linux 6.14 on (include/uapi/linux/fs.h). */
#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE 0x00000080
#endif

struct fake_calls fake_calls;

ssize_t real_pwritev(int fd, const struct iovec *parts, int n,
                     off_t offset) __asm__("__real_pwritev");
ssize_t wrap_pwritev(int fd, const struct iovec *parts, int n,
                     off_t offset) __asm__("__wrap_pwritev");
ssize_t wrap_pwrite(int fd, const void *bytes, size_t len,
                    off_t offset) __asm__("__wrap_pwrite");

int real_open(const char *path, int flags, mode_t mode) __asm__("__real_open");
int wrap_open(const char *path, int flags, ...) __asm__("__wrap_open");
int real_linkat(int from_folder, const char *from, int to_folder,
                const char *to, int flags) __asm__("__real_linkat");
int wrap_linkat(int from_folder, const char *from, int to_folder,
                const char *to, int flags) __asm__("__wrap_linkat");
int real_fsync(int fd) __asm__("__real_fsync");
int wrap_fsync(int fd) __asm__("__wrap_fsync");
int real_flock(int fd, int operation) __asm__("__real_flock");
int wrap_flock(int fd, int operation) __asm__("__wrap_flock");
ssize_t real_pwritev2(int fd, const struct iovec *parts, int n, off_t offset,
                      int flags) __asm__("__real_pwritev2");
ssize_t wrap_pwritev2(int fd, const struct iovec *parts, int n, off_t offset,
                      int flags) __asm__("__wrap_pwritev2");

/* How many bytes the next write may have; 0: all. */
static uint32_t next_cut(void)
{
    uint32_t cut = fake_calls.cuts[0];
    memmove(fake_calls.cuts, fake_calls.cuts + 1,
            sizeof fake_calls.cuts - sizeof fake_calls.cuts[0]);
    fake_calls.cuts[FAKE_CALLS_CUTS - 1] = 0;
    return cut;
}

/* A direct file takes any number of bytes from us: from the kernel a write
 * that is short may end anywhere, too. */
static ssize_t write_some(int fd, const struct iovec *parts, int n,
                          off_t offset, size_t max)
{
    int flags = fcntl(fd, F_GETFL);
    struct iovec some[8];
    int count = 0;
    for (; count < n && max > 0; count++) {
        some[count] = parts[count];
        if (some[count].iov_len > max)
            some[count].iov_len = max;
        max -= some[count].iov_len;
    }
    if (fcntl(fd, F_SETFL, flags & ~O_DIRECT) != 0)
        return -1;
    ssize_t done = real_pwritev(fd, some, count, offset);
    return fcntl(fd, F_SETFL, flags) == 0 ? done : -1;
}

ssize_t wrap_pwritev(int fd, const struct iovec *parts, int n, off_t offset)
{
    uintptr_t places = (uintptr_t)offset;
    size_t len = 0;
    for (int i = 0; i < n; i++) {
        if (parts[i].iov_len > 0)
            places |= (uintptr_t)parts[i].iov_base | parts[i].iov_len;
        len += parts[i].iov_len;
    }
    bool direct = (fcntl(fd, F_GETFL) & O_DIRECT) != 0;
    fake_calls.direct += direct;
    fake_calls.buffered += !direct;
    if (direct && places % WEIR_LEASE_ALIGN != 0) {
        errno = EINVAL;
        return -1;
    }
    uint32_t cut = next_cut();
    if (cut == 0 && fake_calls.full != 0) {
        errno = fake_calls.full;
        return -1;
    }
    return write_some(fd, parts, n, offset, cut == 0 || cut > len ? len : cut);
}

ssize_t wrap_pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
    struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = len};
    return wrap_pwritev(fd, &part, 1, offset);
}

static int refuse(int code)
{
    fake_calls.refused++;
    errno = code;
    return -1;
}

int wrap_open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
        va_list more;
        va_start(more, flags);
        mode = va_arg(more, mode_t);
        va_end(more);
    }
    if (fake_calls.unnamed != 0 && (flags & O_TMPFILE) == O_TMPFILE)
        return refuse(fake_calls.unnamed);
    return real_open(path, flags, mode);
}

int wrap_linkat(int from_folder, const char *from, int to_folder,
                const char *to, int flags)
{
    if (fake_calls.link != 0)
        return refuse(fake_calls.link);
    return real_linkat(from_folder, from, to_folder, to, flags);
}

int wrap_fsync(int fd)
{
    fake_calls.synced++;
    return fake_calls.sync != 0 ? refuse(fake_calls.sync) : real_fsync(fd);
}

int wrap_flock(int fd, int operation)
{
    int next = fake_calls.next_lock;
    fake_calls.next_lock = 0;
    if (next != 0 || fake_calls.lock != 0)
        return refuse(next != 0 ? next : fake_calls.lock);
    return real_flock(fd, operation);
}

/* Whether this kernel and this file system can leave the cache does not
 * matter. */
ssize_t wrap_pwritev2(int fd, const struct iovec *parts, int n, off_t offset,
                      int flags)
{
    fake_calls.uncached_asked++;
    if (fake_calls.uncached != 0)
        return refuse(fake_calls.uncached);
    return real_pwritev2(fd, parts, n, offset, flags & ~RWF_DONTCACHE);
}
