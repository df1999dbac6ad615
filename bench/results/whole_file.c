#include "bench/results/whole_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

#define READ_MAX ((size_t)64 * 1024 * 1024)

static int put(FILE *file, const char *text)
{
    errno = 0;
    bool failed = fputs(text, file) == EOF || fflush(file) != 0;
    return !failed ? 0 : errno != 0 ? -errno : -EIO;
}

static int write_in_place(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return -errno;
    int rc = put(file, text);
    if (fclose(file) != 0 && rc == 0)
        rc = -errno;
    return rc;
}

/* mkostemp gives mode 0600; the file is to have what an ordinary one has, or
 * what it had. */
static mode_t mode_of(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0)
        return st.st_mode & 0777;
    mode_t mask = umask(0);
    (void)umask(mask);
    return 0666 & ~mask;
}

static int write_beside(const char *path, const char *text)
{
    char *beside = NULL;
    if (asprintf(&beside, "%s.XXXXXX", path) < 0)
        return -ENOMEM;
    int fd = mkostemp(beside, 0);
    if (fd < 0) {
        int rc = -errno;
        free(beside);
        return rc;
    }
    FILE *file = fdopen(fd, "w");
    int rc = file == NULL ? -errno : put(file, text);
    if (rc == 0 && fchmod(fd, mode_of(path)) != 0)
        rc = -errno;
    if (file == NULL ? close(fd) != 0 : fclose(file) != 0)
        rc = rc == 0 ? -errno : rc;
    if (rc == 0 && rename(beside, path) != 0)
        rc = -errno;
    if (rc != 0)
        (void)unlink(beside);
    free(beside);
    return rc;
}

int weir_whole_file_write(const char *path, const char *text,
                          struct weir_err *err)
{
    struct stat st;
    bool standard = strcmp(path, "-") == 0;
    int rc;
    if (standard)
        rc = put(stdout, text);
    else if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
        rc = write_in_place(path, text);
    else
        rc = write_beside(path, text);
    if (rc != 0)
        return weir_err_sys(err, rc, "write %s",
                            standard ? "to the standard output" : path);
    return 0;
}

int weir_whole_file_read(const char *path, char **out, struct weir_err *err)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return weir_err_sys(err, -errno, "read %s", path);
    char *text = NULL;
    size_t size = 0;
    errno = 0;
    ssize_t n = getdelim(&text, &size, '\0', file);
    int rc = 0;
    if (ferror(file))
        rc = errno != 0 ? -errno : -EIO;
    else if (n > 0 && ((size_t)n > READ_MAX || text[n - 1] == '\0'))
        rc = -EINVAL;
    (void)fclose(file);
    if (rc == 0 && n <= 0) {
        free(text);
        text = strdup("");
        rc = text == NULL ? -ENOMEM : 0;
    }
    if (rc != 0) {
        free(text);
        return weir_err_sys(err, rc, "read %s", path);
    }
    *out = text;
    return 0;
}
