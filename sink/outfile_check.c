/* What can be told of an output before it is opened. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "sink/outfile_impl.h"

int outfile_refuse_input(const struct weir_outfile_not *input,
                         const struct stat *st, const char *name,
                         struct weir_err *err)
{
    if (input == NULL || !input->set || !S_ISREG(st->st_mode) ||
        st->st_dev != input->dev || st->st_ino != input->ino)
        return 0;
    return weir_err_set(err, -EINVAL, "%s: is the input file", name);
}

int weir_outfile_check_folder(const char *path, struct weir_err *err)
{
    char folder[PATH_MAX];
    weir_outfile_folder(path, folder);
    if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0)
        return weir_err_sys(err, -errno, "%s", path);
    return 0;
}

/* Of a folder with the sticky bit only the owners take files out: inode(7). */
static int may_unlink(const char *real, const struct stat *st)
{
    char folder[PATH_MAX];
    struct stat of;
    const uid_t user = geteuid();
    weir_outfile_folder(real, folder);
    if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0 ||
        stat(folder, &of) != 0)
        return -errno;
    return (of.st_mode & S_ISVTX) != 0 && user != 0 && user != of.st_uid &&
                   user != st->st_uid
               ? -EPERM
               : 0;
}

static int check_replace(const char *path, const struct stat *st,
                         struct weir_err *err)
{
    char *real = realpath(path, NULL);
    if (real == NULL)
        return weir_err_sys(err, -errno, "%s", path);
    int rc = outfile_check_idle(real, path, err);
    const int code = rc == 0 ? may_unlink(real, st) : 0;
    if (code != 0)
        rc = weir_err_sys(err, code, "%s: cannot be replaced", path);
    free(real);
    return rc;
}

int weir_outfile_check_named(const char *path,
                             const struct weir_outfile_not *input,
                             struct weir_err *err)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        int code = -errno;
        if (code != -ENOENT)
            return weir_err_sys(err, code, "%s", path);
        if (lstat(path, &st) == 0)
            return weir_err_set(err, code, "%s: is a symbolic link to nothing",
                                path);
        return weir_outfile_check_folder(path, err);
    }
    if (S_ISDIR(st.st_mode))
        return weir_err_sys(err, -EISDIR, "%s", path);
    int rc = outfile_refuse_input(input, &st, path, err);
    if (rc != 0)
        return rc;
    if (S_ISREG(st.st_mode))
        return check_replace(path, &st, err);
    if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0)
        return weir_err_sys(err, -errno, "%s", path);
    return 0;
}

int weir_outfile_check_stdout(const struct weir_outfile_not *input,
                              struct weir_err *err)
{
    static const char name[] = "standard output";
    struct stat st;
    if (fstat(STDOUT_FILENO, &st) != 0)
        return weir_err_sys(err, -errno, "%s", name);
    if (isatty(STDOUT_FILENO))
        return weir_err_set(err, -EINVAL, "%s: is a terminal", name);
    return outfile_refuse_input(input, &st, name, err);
}
