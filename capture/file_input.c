/* The bytes of the file: opening, reading, and which file it is. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/err.h"
#include "capture/file_reader.h"
#include "ring/stop.h"

/* A block of the usual size at once; greater ones in parts, so that the scan
 * finds them in the cache. */
#define READ_BYTES_MAX (512u * 1024)

int file_input_open(struct file_source *file, const char *path,
                    struct weir_err *err)
{
    if (strcmp(path, "-") == 0) {
        file->fd = STDIN_FILENO;
    } else {
        /* A FIFO waits for its writer in open(2), where nobody can stop it,
         * or by poll. */
        const int wait = file->stop != NULL ? O_NONBLOCK : 0;
        file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | wait);
        if (file->fd < 0)
            return weir_err_sys(err, -errno, "%s", file->name);
        file->own_fd = true;
    }
    struct stat stat;
    if (fstat(file->fd, &stat) != 0)
        return weir_err_sys(err, -errno, "%s", file->name);
    if (S_ISDIR(stat.st_mode))
        return weir_err_sys(err, -EISDIR, "%s", file->name);
    file->read_max = READ_BYTES_MAX;
    file->device = stat.st_dev;
    file->inode = stat.st_ino;
    file->waits = !S_ISREG(stat.st_mode) && !S_ISBLK(stat.st_mode);
    if (!file->waits) {
        off_t at = lseek(file->fd, 0, SEEK_CUR);
        file->base_offset = at > 0 ? (uint64_t)at : 0;
        /* Advice: nothing is lost if it is not taken. */
        (void)posix_fadvise(file->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    return 0;
}

void file_input_close(struct file_source *file)
{
    if (file->own_fd)
        (void)close(file->fd);
}

/* Returns 1 when read would not wait, 0, or -errno.  Who has a stop event ends
 * the wait by that, and a signal is waited past: its handler may have set the
 * event, which the next poll sees.  Without one nothing else ends it. */
static int ready(const struct file_source *file, bool may_wait)
{
    if (!file->waits)
        return 1;
    struct pollfd fds[2] = {
        {.fd = file->fd, .events = POLLIN},
        {.fd = file->stop != NULL ? file->stop->fd : -1, .events = POLLIN},
    };
    int n;
    do
        n = poll(fds, may_wait ? 2 : 1, may_wait ? -1 : 0);
    while (n < 0 && errno == EINTR && may_wait && file->stop != NULL);
    if (n > 0 && fds[0].revents == 0)
        return -ECANCELED;
    if (n >= 0)
        return n;
    return errno == EINTR && !may_wait ? 0 : -errno;
}

int file_input_read(struct file_source *file, bool may_wait,
                    struct weir_err *err)
{
    uint32_t room = file->capacity - file->have;
    WEIR_ASSERT(room > 0);
    size_t wanted = room < file->read_max ? room : file->read_max;
    for (;;) {
        int rc = ready(file, may_wait);
        if (rc < 0)
            return weir_err_sys(err, rc, "%s", file->name);
        if (rc == 0)
            return -EAGAIN;
        ssize_t got = read(file->fd, file->block->base + file->have, wanted);
        if (got >= 0) {
            file->have += (uint32_t)got;
            file->eof = got == 0;
            return got > 0;
        }
        rc = -errno;
        /* A stream that others have made non-blocking, and share. */
        if (rc == -EAGAIN && !may_wait)
            return rc;
        const bool ends = may_wait && file->stop == NULL;
        if (rc != -EAGAIN && (rc != -EINTR || ends))
            return weir_err_sys(err, rc, "%s", file->name);
    }
}
