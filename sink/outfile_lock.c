#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "sink/file_lock.h"
#include "sink/outfile_impl.h"

/* Each recording holds a lock on the file that it writes; who replaces a file
 * holds one on the old file until it has one on the new.  A name may come to
 * another file while a lock is taken, so it is looked at behind that. */

bool outfile_is_at(int fd, const char *name)
{
    struct stat file, named;
    return fstat(fd, &file) == 0 && lstat(name, &named) == 0 &&
           file.st_dev == named.st_dev && file.st_ino == named.st_ino;
}

static int busy(const char *path, struct weir_err *err)
{
    return weir_err_set(err, -EBUSY, "%s: another recording is writing it",
                        path);
}

/* For writing: NFS asks for that (flock(2)). */
static int open_real(const char *real)
{
    return open(real,
                O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
}

int outfile_check_idle(const char *real, const char *path, struct weir_err *err)
{
    int fd = open_real(real);
    bool idle = fd < 0 || weir_file_lock(fd);
    if (fd >= 0)
        close(fd);
    return idle ? 0 : busy(path, err);
}

int outfile_displace(const char *real, const char *path, int *held,
                     struct weir_err *err)
{
    for (;;) {
        /* Whose file we may not open, we cannot ask. */
        *held = open_real(real);
        bool idle = *held < 0 || weir_file_lock(*held);
        if (idle && (*held < 0 || outfile_is_at(*held, real))) {
            if (unlink(real) == 0 || errno == ENOENT)
                return 0;
            int code = -errno;
            if (*held >= 0)
                close(*held);
            return weir_err_sys(err, code, "%s: cannot be replaced", path);
        }
        close(*held);
        if (!idle)
            return busy(path, err);
    }
}

int outfile_claim(struct weir_outfile *out, struct weir_err *err)
{
    if (weir_file_lock(out->fd) && outfile_is_at(out->fd, out->name))
        return 0;
    close(out->fd);
    out->fd = -1;
    return busy(out->name, err);
}
