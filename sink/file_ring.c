#include "sink/file_ring.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/err.h"

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

void weir_file_ring_add(struct weir_file_ring *ring, const char *name)
{
    if (ring->max == 0)
        return;
    size_t bytes = strlen(name) + 1;
    WEIR_ASSERT(ring->count < ring->max && bytes <= ring->name_bytes);
    memcpy(name_at(ring, ring->next), name, bytes);
    ring->ids[ring->next] = (struct weir_file_id){0};
    ring->next = (ring->next + 1) % ring->max;
    ring->count++;
}

void weir_file_ring_complete(struct weir_file_ring *ring, int fd)
{
    if (ring->max == 0)
        return;
    struct stat st;
    if (fstat(fd, &st) == 0)
        ring->ids[(ring->next + ring->max - 1) % ring->max] = id_of(&st);
}
