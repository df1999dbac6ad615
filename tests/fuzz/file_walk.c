#include "tests/fuzz/file_walk.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"
#include "capture/source_file.h"
#include "tests/fuzz/file_copy.h"

#define LEASES 2

static void lease_take(struct reading *reading, struct weir_lease lease,
                       uint32_t ifaces)
{
    uint8_t *exact = malloc(lease.bytes);
    WEIR_ASSERT(exact != NULL && lease.frames > 0 &&
                lease.frames <= WEIR_LEASE_FRAMES_MAX);
    memcpy(exact, lease.base, lease.bytes);
    lease.base = exact;
    struct weir_frame frames[5];
    struct weir_walk walk = {0};
    uint32_t count = 0;
    uint32_t n;
    while ((n = lease.walk(&lease, &walk, frames, 5)) > 0)
        for (uint32_t i = 0; i < n; i++, count++) {
            WEIR_ASSERT(frames[i].iface < ifaces);
            reading_take(reading, &frames[i]);
        }
    WEIR_ASSERT(count == lease.frames && walk.frames == count);
    free(exact);
}

static struct reading read_all(const char *path, uint32_t block_bytes,
                               uint64_t frames_at)
{
    const struct weir_source_config config = {
        .leases = LEASES,
        .block_bytes = block_bytes,
    };
    struct reading reading = {.frames_at = frames_at};
    struct weir_source *source;
    struct weir_lease leases[LEASES];
    uint32_t out = 0;
    reading.result = weir_file_source_open(&source, path, &config, NULL);
    if (reading.result != 0)
        return reading;
    while ((reading.result = source->ops->next(source, &leases[out], NULL)) ==
           WEIR_SOURCE_LEASE) {
        lease_take(&reading, leases[out++], weir_ifaces_count(source->ifaces));
        /* The oldest stays out while the next one is made. */
        if (out == LEASES) {
            source->ops->reclaim(source, &leases[0]);
            leases[0] = leases[--out];
        }
    }
    while (out > 0)
        source->ops->reclaim(source, &leases[--out]);
    source->ops->close(source);
    WEIR_ASSERT(reading.result == WEIR_SOURCE_END ||
                reading.result == -EBADMSG);
    return reading;
}

void file_walk(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[64];
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        WEIR_ASSERT(fd >= 0);
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    WEIR_ASSERT(ftruncate(fd, 0) == 0);
    WEIR_ASSERT(pwrite(fd, data, size, 0) == (ssize_t)size);

    struct reading small = read_all(path, 4096, UINT64_MAX);
    struct reading big = read_all(path, 131072, small.frames);
    WEIR_ASSERT(small.frames <= big.frames);
    if (small.result == WEIR_SOURCE_END)
        WEIR_ASSERT(small.frames == big.frames && big.result == small.result);
    if (small.frames > 0)
        WEIR_ASSERT(small.hash == big.hash_at);

    /* A reader's blocks are greater, and so is what fits them: but nothing
     * that is as great is there. */
    file_copy(path, &big);
}
