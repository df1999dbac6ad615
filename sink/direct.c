#include "sink/direct.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/pcapng.h"

uint32_t weir_direct_pad(uint8_t *bytes, uint32_t len)
{
    uint32_t padded = weir_direct_padded(len);
    uint32_t total = padded - len;
    if (total == 0)
        return len;
    uint8_t *to = bytes + len;
    memset(to, 0, total);
    weir_store_32(to, WEIR_PCAPNG_CUSTOM_LOCAL);
    weir_store_32(to + 4, total);
    weir_store_32(to + 8, WEIR_PCAPNG_PEN);
    weir_store_32(to + total - 4, total);
    return padded;
}

bool weir_direct_is_memory(int fd)
{
    struct statfs fs;
    return fstatfs(fd, &fs) == 0 &&
           (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

/* What the file system says of itself: 1 it can, 0 it cannot, -1 nothing
 * (statx(2), STATX_DIOALIGN: from Linux 6.1 on, and not everywhere). */
static int ask(int fd)
{
#ifdef STATX_DIOALIGN
    struct statx st;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &st) != 0 ||
        (st.stx_mask & STATX_DIOALIGN) == 0)
        return -1;
    return st.stx_dio_offset_align != 0 &&
           st.stx_dio_offset_align <= WEIR_LEASE_ALIGN &&
           st.stx_dio_mem_align <= WEIR_LEASE_ALIGN;
#else
    (void)fd;
    return -1;
#endif
}

/* One write tells, where nobody does. */
static bool try_write(int fd)
{
    static const _Alignas(WEIR_LEASE_ALIGN) uint8_t zeros[WEIR_LEASE_ALIGN];
    ssize_t n = pwrite(fd, zeros, sizeof zeros, 0);
    return ftruncate(fd, 0) == 0 && n == (ssize_t)sizeof zeros;
}

bool weir_direct_enter(int fd)
{
    int can = ask(fd);
    int flags = fcntl(fd, F_GETFL);
    if (can == 0 || flags < 0 || fcntl(fd, F_SETFL, flags | O_DIRECT) != 0)
        return false;
    if (can > 0 || try_write(fd))
        return true;
    fcntl(fd, F_SETFL, flags);
    return false;
}

void weir_direct_leave(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0)
        fcntl(fd, F_SETFL, flags & ~O_DIRECT);
}

bool weir_direct_probe(const char *folder, bool memory)
{
    int fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool can = (memory || !weir_direct_is_memory(fd)) && weir_direct_enter(fd);
    close(fd);
    return can;
}
