#include "bench/trial/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/pcap_parse.h"
#include "base/pcapng.h"
#include "bench/trial/verify_formats.h"

/* 128 MiB of bits. */
#define FRAMES_MAX (UINT64_C(1) << 30)

int weir_verify_open(struct weir_verify **out, uint64_t frames_max,
                     struct weir_err *err)
{
    if (frames_max > FRAMES_MAX)
        return weir_err_set(err, -EINVAL, "%llu frames are too many to verify",
                            (unsigned long long)frames_max);
    struct weir_verify *verify = calloc(1, sizeof *verify);
    if (verify != NULL) {
        verify->frames_max = frames_max;
        verify->bits = calloc(frames_max / 64 + 1, sizeof *verify->bits);
        verify->window.buffer = malloc(WEIR_WINDOW_BYTES);
    }
    if (verify == NULL || verify->bits == NULL ||
        verify->window.buffer == NULL) {
        weir_verify_close(verify);
        return weir_err_sys(err, -ENOMEM, "verify");
    }
    *out = verify;
    return 0;
}

/* By its first bytes.  What is too short to be told is torn if it begins like
 * a capture file, or is empty: a recorder may have got no further. */
static void walk(struct weir_verify *verify)
{
    struct weir_window *window = &verify->window;
    bool whole = true;
    if (!weir_window_has(window, 4))
        whole = false;
    else if (weir_load_32(weir_window_at(window)) == WEIR_PCAPNG_SHB)
        whole = weir_verify_pcapng(verify);
    else if (weir_pcap_is(weir_window_at(window)))
        whole = weir_verify_pcap(verify);
    else if (weir_window_has(window, WEIR_VERIFY_BLOCK_HEAD_BYTES) &&
             weir_verify_is_block(weir_window_at(window)))
        whole = weir_verify_blocks(verify);
    else
        verify->counts.unknown++;
    if (!whole && window->error == 0)
        verify->counts.torn++;
}

static int regular_open(const char *path, uint64_t *bytes)
{
    struct stat about;
    /* One that blocks until somebody writes is no recording. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    int ret = fstat(fd, &about) != 0    ? -errno
              : !S_ISREG(about.st_mode) ? -EINVAL
                                        : 0;
    if (ret != 0) {
        (void)close(fd);
        return ret;
    }
    *bytes += (uint64_t)about.st_size;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return fd;
}

int weir_verify_file(struct weir_verify *verify, const char *path,
                     struct weir_err *err)
{
    int fd = regular_open(path, &verify->counts.bytes);
    if (fd == -EINVAL)
        return weir_err_set(err, -EINVAL, "%s: not a regular file", path);
    if (fd < 0)
        return weir_err_sys(err, fd, "%s", path);
    verify->window = (struct weir_window){
        .fd = fd,
        .buffer = verify->window.buffer,
    };
    verify->last = 0;
    walk(verify);
    (void)close(fd);
    if (verify->window.error != 0)
        return weir_err_sys(err, verify->window.error, "%s", path);
    return 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int entry_take(struct weir_verify *verify, const FTSENT *entry,
                      struct weir_err *err)
{
    switch (entry->fts_info) {
    case FTS_F:
        return weir_verify_file(verify, entry->fts_accpath, err);
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        return weir_err_sys(err, -entry->fts_errno, "%s", entry->fts_path);
    default:
        return 0;
    }
}

int weir_verify_folder(struct weir_verify *verify, const char *path,
                       struct weir_err *err)
{
    char *start = strdup(path);
    char *const starts[] = {start, NULL};
    FTS *tree = start != NULL
                    ? fts_open(starts, FTS_PHYSICAL | FTS_NOCHDIR, by_name)
                    : NULL;
    int ret = tree == NULL ? weir_err_sys(err, -errno, "%s", path) : 0;
    const FTSENT *entry = NULL;
    while (ret == 0 && (entry = fts_read(tree)) != NULL)
        ret = entry_take(verify, entry, err);
    if (tree != NULL)
        (void)fts_close(tree);
    free(start);
    return ret;
}

struct weir_verify_counts weir_verify_counts(const struct weir_verify *verify)
{
    return verify->counts;
}

void weir_verify_close(struct weir_verify *verify)
{
    if (verify == NULL)
        return;
    free(verify->window.buffer);
    free(verify->bits);
    free(verify);
}
