#include "sink/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

#define BUFFER_BYTES 262144

static bool is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

static int fail(const char *path, int rc, const char *what,
                struct weir_err *err)
{
    return weir_err_sys(err, rc, "write %s %s", what,
                        is_standard(path) ? "to the standard output" : path);
}

static bool is_in_place(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static int check_link(const char *path, struct weir_err *err)
{
    struct stat st;
    if (is_standard(path) || stat(path, &st) == 0 || errno != ENOENT ||
        lstat(path, &st) != 0)
        return 0;
    return weir_err_set(err, -ENOENT, "%s: is a symbolic link to nothing",
                        path);
}

static int open_beside(struct weir_whole *whole)
{
    if (asprintf(&whole->temporary, "%s.XXXXXX", whole->path) < 0) {
        whole->temporary = NULL;
        return -ENOMEM;
    }
    /* Made with mode 0600 and O_EXCL. */
    int fd = mkostemp(whole->temporary, O_CLOEXEC);
    if (fd >= 0)
        return fd;
    int rc = -errno;
    free(whole->temporary);
    whole->temporary = NULL;
    return rc;
}

static int open_fd(struct weir_whole *whole)
{
    int fd;
    if (is_standard(whole->path))
        fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    else if (is_in_place(whole->path))
        fd = open(whole->path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY);
    else
        return open_beside(whole);
    return fd >= 0 ? fd : -errno;
}

/* stdio forgets the errno of a write that it did on its own. */
static ssize_t put(void *cookie, const char *bytes, size_t n)
{
    struct weir_whole *whole = cookie;
    size_t done = 0;
    while (done < n && whole->error == 0) {
        ssize_t written = write(whole->fd, bytes + done, n - done);
        if (written >= 0)
            done += (size_t)written;
        else if (errno != EINTR)
            whole->error = -errno;
    }
    return (ssize_t)done;
}

int weir_whole_open(struct weir_whole *whole, const char *path,
                    const char *what, struct weir_err *err)
{
    *whole = (struct weir_whole){.path = path};
    int rc = check_link(path, err);
    if (rc != 0)
        return rc;
    whole->fd = open_fd(whole);
    if (whole->fd < 0)
        return fail(path, whole->fd, what, err);
    whole->out = fopencookie(whole, "w", (cookie_io_functions_t){.write = put});
    if (whole->out == NULL) {
        (void)close(whole->fd);
        if (whole->temporary != NULL)
            (void)unlink(whole->temporary);
        free(whole->temporary);
        return fail(path, -ENOMEM, what, err);
    }
    (void)setvbuf(whole->out, NULL, _IOFBF, BUFFER_BYTES);
    return 0;
}

/* May a file be made there? */
static int check_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder =
        slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
    if (folder == NULL)
        return -ENOMEM;
    int rc = faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS);
    if (rc != 0)
        rc = -errno;
    free(folder);
    return rc;
}

static int check_in_place(const char *path)
{
    struct stat st;
    if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0 ||
        stat(path, &st) != 0)
        return -errno;
    return S_ISDIR(st.st_mode) ? -EISDIR : 0;
}

int weir_whole_check(const char *path, const char *what, struct weir_err *err)
{
    if (is_standard(path))
        return 0;
    int rc = check_link(path, err);
    if (rc != 0)
        return rc;
    rc = is_in_place(path) ? check_in_place(path) : check_folder(path);
    return rc == 0 ? 0 : fail(path, rc, what, err);
}

static int finish(struct weir_whole *whole)
{
    if (fclose(whole->out) != 0 && whole->error == 0)
        whole->error = -EIO;
    /* Else a crash might leave an empty file under the name. */
    if (whole->error == 0 && whole->temporary != NULL && fsync(whole->fd) != 0)
        whole->error = -errno;
    if (close(whole->fd) != 0 && whole->error == 0)
        whole->error = -errno;
    return whole->error;
}

int weir_whole_close(struct weir_whole *whole, bool keep, const char *what,
                     struct weir_err *err)
{
    int rc = finish(whole);
    if (whole->temporary != NULL) {
        if (keep && rc == 0 && rename(whole->temporary, whole->path) != 0)
            rc = -errno;
        if (!keep || rc != 0)
            (void)unlink(whole->temporary);
        free(whole->temporary);
    }
    return !keep || rc == 0 ? 0 : fail(whole->path, rc, what, err);
}
