#include "bench/results/whole_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "sink/whole.h"

#define READ_MAX ((size_t)64 * 1024 * 1024)

/* A temporary file has mode 0600; ours is to have what an ordinary one has,
 * or what was there had. */
static mode_t mode_of(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0)
        return st.st_mode & 0777;
    mode_t mask = umask(0);
    (void)umask(mask);
    return 0666 & ~mask;
}

static int write_whole(const char *path, const char *text)
{
    struct weir_whole whole;
    int rc = weir_whole_open(&whole, path, "", NULL);
    if (rc != 0)
        return rc;
    (void)fputs(text, whole.out); /* the close tells */
    if (whole.temporary != NULL && fchmod(whole.fd, mode_of(path)) != 0)
        rc = -errno;
    int closed = weir_whole_close(&whole, rc == 0, "", NULL);
    return rc != 0 ? rc : closed;
}

int weir_whole_file_write(const char *path, const char *text,
                          struct weir_err *err)
{
    bool standard = strcmp(path, "-") == 0;
    int rc = write_whole(path, text);
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
