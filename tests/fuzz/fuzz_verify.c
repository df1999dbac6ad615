/* fuzz_verify: any bytes as a recording. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"
#include "bench/trial/verify.h"

#define SIZE_MAX_TAKEN 65536
#define FRAMES_MAX     1000
#define BLOCK_BYTES    ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool sums(const struct weir_verify_counts *c)
{
    return c->frames == c->distinct + c->repeated + c->beyond + c->foreign &&
           c->distinct <= FRAMES_MAX && c->torn + c->unknown <= 2;
}

/* The same file again holds the same frames, and none that is new. */
static void check_twice(const char *path)
{
    struct weir_verify *verify;
    WEIR_ASSERT(weir_verify_open(&verify, FRAMES_MAX, NULL) == 0);
    WEIR_ASSERT(weir_verify_file(verify, path, NULL) == 0);
    const struct weir_verify_counts once = weir_verify_counts(verify);
    WEIR_ASSERT(weir_verify_file(verify, path, NULL) == 0);
    const struct weir_verify_counts twice = weir_verify_counts(verify);
    WEIR_ASSERT(sums(&once) && sums(&twice));
    WEIR_ASSERT(twice.frames == 2 * once.frames);
    WEIR_ASSERT(twice.distinct == once.distinct);
    WEIR_ASSERT(twice.repeated == 2 * once.repeated + once.distinct);
    WEIR_ASSERT(twice.misplaced == 2 * once.misplaced);
    WEIR_ASSERT(twice.torn == 2 * once.torn);
    weir_verify_close(verify);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[64];
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        WEIR_ASSERT(fd >= 0);
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (size == 0 || size > SIZE_MAX_TAKEN)
        return 0;
    WEIR_ASSERT(ftruncate(fd, 0) == 0);
    WEIR_ASSERT(pwrite(fd, data + 1, size - 1, 0) == (ssize_t)(size - 1));
    /* The first byte says whether zeros make it as long as a block of a
     * ring, which no small input is. */
    if ((data[0] & 1) != 0)
        WEIR_ASSERT(ftruncate(fd, BLOCK_BYTES) == 0);
    check_twice(path);
    return 0;
}
