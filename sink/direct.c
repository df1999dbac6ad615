#include "sink/direct.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/pcapng_encode.h"

/* The bytes of a block without options, 0 for blocks that cannot have any. */
static uint32_t bare_bytes(const uint8_t *block)
{
    switch (weir_load_32(block)) {
    case WEIR_PCAPNG_SHB:
        return WEIR_PCAPNG_SHB_BYTES_MIN;
    case WEIR_PCAPNG_IDB:
        return WEIR_PCAPNG_IDB_BYTES_MIN;
    case WEIR_PCAPNG_ISB:
        return WEIR_PCAPNG_ISB_BYTES_MIN;
    case WEIR_PCAPNG_EPB:
        return WEIR_PCAPNG_EPB_BYTES_MIN +
               weir_pcapng_pad(weir_load_32(block + 20));
    default:
        return 0;
    }
}

static void put_block(uint8_t *to, uint32_t total)
{
    memset(to, 0, total);
    weir_store_32(to, WEIR_PCAPNG_LOCAL);
    weir_store_32(to + 4, total);
    weir_store_32(to + 8, WEIR_PCAPNG_PEN);
    weir_store_32(to + total - 4, total);
}

uint32_t weir_direct_pad_tail(uint8_t *bytes, uint32_t len, uint8_t *tail,
                              uint32_t tail_bytes)
{
    uint32_t gap = weir_direct_padded(len) - len;
    uint8_t *end = tail + tail_bytes;
    if (gap == 0)
        return tail_bytes;
    uint32_t total = weir_load_32(bytes + len - 4);
    uint8_t *block = bytes + len - total;
    uint32_t bare = bare_bytes(block);
    if (bare == 0) {
        put_block(end, gap);
        return tail_bytes + gap;
    }
    /* The end of the options, if there are any, moves behind the new one. */
    uint8_t *rest = end - (total > bare ? 8 : 4);
    weir_pcapng_put_rest(rest, (uint32_t)(end + gap - 4 - rest));
    weir_store_32(end + gap - 4, total + gap);
    uint8_t *head_length = block + 4;
    if (total - 4 <= tail_bytes)
        head_length = end - (total - 4);
    weir_store_32(head_length, total + gap);
    return tail_bytes + gap;
}

uint32_t weir_direct_pad(uint8_t *bytes, uint32_t len)
{
    return weir_direct_pad_tail(bytes, len, bytes, len);
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

void weir_direct_return(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0)
        fcntl(fd, F_SETFL, flags | O_DIRECT);
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
