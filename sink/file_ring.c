#include "sink/file_ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/err.h"
#include "base/pcap.h"
#include "base/pcapng.h"
#include "sink/file_lock.h"

int weir_file_ring_open(struct weir_file_ring *ring, uint32_t max,
                        size_t name_bytes, struct weir_err *err)
{
    *ring = (struct weir_file_ring){.max = max, .name_bytes = name_bytes};
    if (max == 0)
        return 0;
    ring->ids = calloc(max, sizeof *ring->ids);
    ring->names = calloc(max, name_bytes);
    if (ring->ids != NULL && ring->names != NULL)
        return 0;
    weir_file_ring_close(ring);
    return weir_err_sys(err, -ENOMEM, "ring of %u files", max);
}

void weir_file_ring_close(struct weir_file_ring *ring)
{
    free(ring->ids);
    free(ring->names);
    *ring = (struct weir_file_ring){0};
}

static char *name_at(const struct weir_file_ring *ring, uint32_t slot)
{
    return ring->names + (size_t)slot * ring->name_bytes;
}

static struct weir_file_id id_of(const struct stat *st)
{
    return (struct weir_file_id){
        .dev = st->st_dev,
        .ino = st->st_ino,
        .bytes = st->st_size,
        .changed = st->st_mtim,
    };
}

static bool same(const struct weir_file_id *a, const struct weir_file_id *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->bytes == b->bytes &&
           a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

/* As this host's recordings begin, if they have got so far. */
static bool is_capture(int fd, off_t bytes)
{
    uint32_t magic = 0;
    return bytes == 0 ||
           (pread(fd, &magic, sizeof magic, 0) == sizeof magic &&
            (magic == WEIR_PCAP_MAGIC_US || magic == WEIR_PCAP_MAGIC_NS ||
             magic == WEIR_PCAPNG_SHB));
}

int weir_file_ring_find(const char *name, struct weir_file_id *id,
                        struct weir_err *err)
{
    struct stat st;
    *id = (struct weir_file_id){0};
    if (lstat(name, &st) != 0)
        return errno == ENOENT ? 0 : -EEXIST;
    if (!S_ISREG(st.st_mode))
        return -EEXIST;
    int fd = open(name, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : -EEXIST;
    int rc = -EEXIST;
    if (!weir_file_lock(fd)) {
        rc = weir_err_set(err, -EBUSY, "%s: another recording is writing it",
                          name);
    } else if (fstat(fd, &st) == 0 && is_capture(fd, st.st_size)) {
        *id = id_of(&st);
        rc = 1;
    }
    close(fd);
    return rc;
}

int weir_file_ring_make_room(struct weir_file_ring *ring, struct weir_err *err)
{
    if (ring->max == 0 || ring->count < ring->max)
        return 0;
    const char *name = name_at(ring, ring->next);
    ring->count--;
    struct stat st;
    if (lstat(name, &st) != 0)
        return 0;
    struct weir_file_id found = id_of(&st);
    if (!same(&found, &ring->ids[ring->next]))
        return 0;
    if (unlink(name) != 0 && errno != ENOENT)
        return weir_err_sys(err, -errno, "%s: cannot be removed", name);
    return 0;
}

void weir_file_ring_adopt(struct weir_file_ring *ring, const char *name,
                          const struct weir_file_id *id)
{
    if (ring->max == 0)
        return;
    size_t bytes = strlen(name) + 1;
    WEIR_ASSERT(ring->count < ring->max && bytes <= ring->name_bytes);
    memcpy(name_at(ring, ring->next), name, bytes);
    ring->ids[ring->next] = *id;
    ring->next = (ring->next + 1) % ring->max;
    ring->count++;
}

void weir_file_ring_add(struct weir_file_ring *ring, const char *name)
{
    static const struct weir_file_id none;
    weir_file_ring_adopt(ring, name, &none);
}

void weir_file_ring_complete(struct weir_file_ring *ring, int fd)
{
    if (ring->max == 0)
        return;
    struct stat st;
    if (fstat(fd, &st) == 0)
        ring->ids[(ring->next + ring->max - 1) % ring->max] = id_of(&st);
}
