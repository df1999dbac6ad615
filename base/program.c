#include "base/program.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

/* A folder can be "executed" too. */
static bool is_program(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode) &&
           access(path, X_OK) == 0;
}

/* base[0 .. base_len) / middle / name; middle may be empty. */
static bool try_path(const char *base, size_t base_len, const char *middle,
                     const char *name, char out[PATH_MAX])
{
    char path[2 * PATH_MAX];
    int len = snprintf(path, sizeof path, "%.*s/%s%s", (int)base_len, base,
                       middle, name);
    return len > 0 && (size_t)len < sizeof path && is_program(path) &&
           realpath(path, out) != NULL;
}

/* An empty part of PATH is the working folder (POSIX, 8.3). */
static bool try_search_path(const char *name, char out[PATH_MAX])
{
    const char *rest = getenv("PATH");
    while (rest != NULL) {
        size_t len = strcspn(rest, ":");
        if (len < PATH_MAX &&
            try_path(len > 0 ? rest : ".", len > 0 ? len : 1, "", name, out))
            return true;
        rest = rest[len] == ':' ? rest + len + 1 : NULL;
    }
    return false;
}

int weir_program_find(const char *name, const char *folder, char out[PATH_MAX],
                      struct weir_err *err)
{
    char own[PATH_MAX];
    char middle[NAME_MAX + 8];
    ssize_t len = readlink("/proc/self/exe", own, sizeof own - 1);
    own[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(own, '/');
    size_t own_len = slash != NULL ? (size_t)(slash - own) : 0;
    snprintf(middle, sizeof middle, "../%s/", folder);
    if (slash != NULL && (try_path(own, own_len, "", name, out) ||
                          try_path(own, own_len, middle, name, out)))
        return 0;
    if (try_search_path(name, out))
        return 0;
    return weir_err_set(err, -ENOENT,
                        "%s: not found in %.*s, beside it in %s, or by PATH",
                        name, (int)own_len, own, folder);
}
