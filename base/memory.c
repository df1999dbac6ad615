#include "base/memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES 4096

/* Of the two versions of control groups: cgroup-v2.rst and
 * cgroup-v1/memory.rst of the kernel's documentation. */
struct names {
    const char *mount;
    const char *limit;
    const char *used;
    const char *active_file;
    const char *inactive_file;
};

static const struct names v1 = {
    .mount = "/sys/fs/cgroup/memory",
    .limit = "memory.limit_in_bytes",
    .used = "memory.usage_in_bytes",
    .active_file = "total_active_file",
    .inactive_file = "total_inactive_file",
};

static const struct names v2 = {
    .mount = "/sys/fs/cgroup",
    .limit = "memory.max",
    .used = "memory.current",
    .active_file = "active_file",
    .inactive_file = "inactive_file",
};

static bool take_number(const char *text, uint64_t *out)
{
    char *end;
    errno = 0;
    const unsigned long long n = strtoull(text, &end, 10);
    if (end == text || errno != 0)
        return false;
    *out = n;
    return true;
}

/* The number behind `key` and blanks at the beginning of a line of the file;
 * with "" the first line's. */
static bool read_number(const char *path, const char *key, uint64_t *out)
{
    char line[256];
    bool found = false;
    const size_t len = strlen(key);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    while (!found && fgets(line, sizeof line, file) != NULL)
        found = strncmp(line, key, len) == 0 && take_number(line + len, out);
    (void)fclose(file);
    return found;
}

static bool read_in(const char *folder, const char *name, const char *key,
                    uint64_t *out)
{
    char path[PATH_BYTES];
    const int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    return n > 0 && (size_t)n < sizeof path && read_number(path, key, out);
}

/* What is left of the group's limit; "max" is not a number, and none. */
static uint64_t left(const char *folder, const struct names *names)
{
    uint64_t limit, used = 0, files = 0, n;
    if (!read_in(folder, names->limit, "", &limit))
        return UINT64_MAX;
    (void)read_in(folder, names->used, "", &used);
    if (read_in(folder, "memory.stat", names->active_file, &n))
        files += n;
    if (read_in(folder, "memory.stat", names->inactive_file, &n))
        files += n;
    used -= files < used ? files : used;
    return used < limit ? limit - used : 0;
}

/* Of the group and all above it; one that is not there, as in a container that
 * sees but its own, has no limit. */
static uint64_t least_left(const char *root, const char *group,
                           const struct names *names)
{
    char folder[PATH_BYTES];
    uint64_t least = UINT64_MAX;
    const int n =
        snprintf(folder, sizeof folder, "%s%s%s", root, names->mount, group);
    if (n <= 0 || (size_t)n >= sizeof folder)
        return least;
    const size_t top = strlen(root) + strlen(names->mount);
    for (;;) {
        const uint64_t here = left(folder, names);
        char *slash = strrchr(folder, '/');
        if (here < least)
            least = here;
        if (slash == NULL || (size_t)(slash - folder) < top)
            return least;
        *slash = '\0';
    }
}

/* "4:cpu,memory:/a/b": whether the second part has "memory" in it. */
static bool has_memory(const char *controllers, size_t len)
{
    static const char word[] = "memory";
    for (const char *end = controllers + len; controllers < end;) {
        const size_t n = strcspn(controllers, ",:");
        if (n == sizeof word - 1 && strncmp(controllers, word, n) == 0)
            return true;
        controllers += n + 1;
    }
    return false;
}

static uint64_t groups_left(const char *root)
{
    char path[PATH_BYTES], line[PATH_BYTES];
    uint64_t least = UINT64_MAX;
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return least;
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        const char *controllers = strchr(line, ':');
        const char *group =
            controllers != NULL ? strchr(controllers + 1, ':') : NULL;
        if (group == NULL)
            continue;
        const size_t len = (size_t)(group - controllers) - 1;
        const struct names *names = NULL;
        if (len == 0)
            names = &v2;
        else if (has_memory(controllers + 1, len))
            names = &v1;
        if (names == NULL)
            continue;
        const uint64_t here = least_left(root, group + 1, names);
        least = here < least ? here : least;
    }
    (void)fclose(file);
    return least;
}

uint64_t weir_memory_available(const char *root)
{
    char path[PATH_BYTES];
    uint64_t kib;
    uint64_t host = UINT64_MAX;
    const uint64_t groups = groups_left(root);
    snprintf(path, sizeof path, "%s/proc/meminfo", root);
    if (read_number(path, "MemAvailable:", &kib) && kib <= UINT64_MAX / 1024)
        host = kib * 1024;
    return host < groups ? host : groups;
}
