#include "tests/sink/fake_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ring/lease.h"

struct fake_calls fake_calls;

ssize_t real_pwritev(int fd, const struct iovec *parts, int n,
                     off_t offset) __asm__("__real_pwritev");
ssize_t wrap_pwritev(int fd, const struct iovec *parts, int n,
                     off_t offset) __asm__("__wrap_pwritev");
ssize_t wrap_pwrite(int fd, const void *bytes, size_t len,
                    off_t offset) __asm__("__wrap_pwrite");

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
